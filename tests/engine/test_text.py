"""Raw text continued by the embedded model, with no template around it."""

import asyncio
import json

import pytest

from tapster.core.links import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNTING = "One, two, three,"


@pytest.fixture
def text(post):
    return lambda **body: post("/completions", **{"max_tokens": 6, "temperature": 0} | body)


async def whole(engine, call):
    async with engine.send(call) as answer:
        return answer.status, json.loads(await answer.read())


async def chunks_of(engine, call):
    async with engine.send(call) as answer:
        assert (answer.status, await answer.framing()) == (200, "events")
        frames = [frame.data async for frames in answer.frames() for frame in frames]
    assert frames.pop() == b"[DONE]"
    return [json.loads(frame) for frame in frames]


def texts_of(chunks):
    texts = {}
    for chunk in chunks:
        for choice in chunk["choices"]:
            texts[choice["index"]] = texts.get(choice["index"], "") + choice["text"]
    return texts


async def tokens_of(engine, post, words):
    _, counted = await whole(engine, post("/tokenize", text=words))
    return counted["tokens"]


async def test_the_prompt_goes_in_as_it_is(engine, post, text):
    status, reply = await whole(engine, text(prompt=COUNTING))

    assert status == 200
    assert reply["object"] == "text_completion"
    assert reply["model"] == "SmolLM2-135M-Instruct"
    (choice,) = reply["choices"]
    assert choice["text"].startswith(" four, five")
    assert (choice["index"], choice["logprobs"], choice["finish_reason"]) == (0, None, "length")
    given = len(await tokens_of(engine, post, COUNTING))
    assert given <= reply["usage"]["prompt_tokens"] <= given + 1
    assert reply["usage"]["completion_tokens"] == 6


async def test_a_stream_says_the_same_and_counts_when_asked(engine, text):
    _, reply = await whole(engine, text(prompt=COUNTING))
    plain = await chunks_of(engine, text(prompt=COUNTING, stream=True))
    counted = await chunks_of(
        engine, text(prompt=COUNTING, stream=True, stream_options={"include_usage": True})
    )

    assert texts_of(plain) == texts_of(counted) == {0: reply["choices"][0]["text"]}
    assert not any("usage" in chunk for chunk in [*plain, *counted[:-1]])
    assert counted[-1]["choices"] == []
    assert counted[-1]["usage"] == reply["usage"]
    assert not any("prompt_progress" in chunk for chunk in [*plain, *counted])


async def test_tokens_are_taken_for_text(engine, post, text):
    tokens = await tokens_of(engine, post, COUNTING)

    _, by_tokens = await whole(engine, text(prompt=tokens))
    _, by_text = await whole(engine, text(prompt=COUNTING))

    assert by_tokens["choices"][0]["text"] == by_text["choices"][0]["text"]


@pytest.mark.parametrize("stream", [True, False])
async def test_several_prompts_are_continued_and_counted_together(engine, text, stream):
    prompts = [COUNTING, "A, B, C, D,"]
    alone = [(await whole(engine, text(prompt=each)))[1] for each in prompts]
    call = text(prompt=prompts, stream=stream, stream_options={"include_usage": True})
    if stream:
        chunks = await chunks_of(engine, call)
        texts, usage = texts_of(chunks), chunks[-1]["usage"]
    else:
        _, reply = await whole(engine, call)
        texts, usage = texts_of([reply]), reply["usage"]

    assert texts == {at: each["choices"][0]["text"] for at, each in enumerate(alone)}
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        assert usage[name] == sum(each["usage"][name] for each in alone)


async def test_alternatives_read_their_prompt_once(engine, text):
    _, one = await whole(engine, text(prompt=COUNTING))
    _, two = await whole(engine, text(prompt=COUNTING, n=2))

    assert [choice["index"] for choice in two["choices"]] == [0, 1]
    assert two["usage"]["prompt_tokens"] == one["usage"]["prompt_tokens"]
    assert two["usage"]["completion_tokens"] == 12


@pytest.mark.parametrize(
    "fields",
    [
        {"best_of": 1, "echo": False, "suffix": None},
        {"best_of": None, "suffix": ""},
        {"best_of": 2, "n": 2},
    ],
    ids=str,
)
async def test_fields_that_ask_for_nothing_are_no_hindrance(engine, text, fields):
    status, reply = await whole(engine, text(prompt=COUNTING, **fields))

    assert status == 200, reply
    assert len(reply["choices"]) == fields.get("n", 1)


async def test_an_answer_ends_before_a_stop_string(engine, text):
    _, reply = await whole(engine, text(prompt=COUNTING, stop=[" five"], max_tokens=20))

    assert reply["choices"][0]["text"] == " four,"
    assert reply["choices"][0]["finish_reason"] == "stop"


async def test_log_probabilities_come_for_every_token(engine, text):
    _, reply = await whole(engine, text(prompt=COUNTING, logprobs=2))

    tokens = reply["choices"][0]["logprobs"]["content"]
    assert "".join(token["token"] for token in tokens) == reply["choices"][0]["text"]
    assert all(len(token["top_logprobs"]) == 2 for token in tokens)


async def test_a_schema_and_a_grammar_bind_what_is_said(engine, text):
    schema = {"enum": ["red", "blue"]}

    _, by_schema = await whole(engine, text(prompt="A colour: ", json_schema=schema))
    _, by_grammar = await whole(engine, text(prompt="A colour:", grammar='root ::= " green"'))

    assert by_schema["choices"][0]["text"].strip() in {'"red"', '"blue"'}
    assert by_grammar["choices"][0]["text"] == " green"


BINDINGS = [
    ({"grammar": "root ::= ((("}, "grammar"),
    ({"grammar": "no rule at all"}, "grammar"),
    ({"grammar": "root ::= missing"}, "grammar"),
    ({"grammar": "root ::= root"}, "grammar"),
    ({"grammar": "%llguidance {}\nstart: (("}, "grammar"),
    ({"grammar": 5}, "grammar"),
    ({"json_schema": {"type": "no such type"}}, "json_schema"),
    ({"json_schema": {"$ref": "#/nowhere"}}, "json_schema"),
    ({"json_schema": 5}, "json_schema"),
    ({"json_schema": {"type": "object"}, "grammar": 'root ::= "a"'}, "grammar"),
]


@pytest.mark.parametrize("path", ["/completions", "/chat/completions"])
@pytest.mark.parametrize(("binding", "param"), BINDINGS, ids=str)
async def test_what_cannot_bind_is_refused_and_the_model_goes_on(
    engine, post, path, binding, param
):
    said = {"prompt": "A", "messages": [{"role": "user", "content": "A"}]}

    status, reply = await whole(engine, post(path, **said, **binding, max_tokens=2))
    pid = engine.pid
    again, after = await whole(engine, post(path, **said, max_tokens=2))

    assert (status, reply["error"]["param"]) == (400, param)
    assert reply["error"]["type"] == "invalid_request_error"
    assert reply["error"]["message"].endswith(".")
    assert (again, len(after["choices"])) == (200, 1)
    assert engine.pid == pid


@pytest.mark.parametrize("binding", [{"grammar": ""}, {"grammar": "\x00"}], ids=str)
async def test_an_odd_binding_ends_nothing(engine, text, binding):
    status, _ = await whole(engine, text(prompt="A", **binding))

    assert status in {200, 400}
    assert (await whole(engine, text(prompt="A")))[0] == 200


async def test_leaving_stops_the_model(engine, text):
    async with engine.send(text(prompt="Once", max_tokens=900, stream=True, ignore_eos=True)) as it:
        await anext(it.frames())

    async with asyncio.timeout(5):
        while engine._turns.loaded.working:  # noqa: ASYNC110  # the process tells nobody
            await asyncio.sleep(0.002)


@pytest.mark.parametrize(
    ("body", "param", "words"),
    [
        ({"prompt": None}, "prompt", "prompt"),
        ({"prompt": ""}, "prompt", "prompt"),
        ({"prompt": []}, "prompt", "prompt"),
        ({"prompt": {"x": 1}}, "prompt", "prompt"),
        ({"prompt": [{}]}, None, ""),
        ({"prompt": [10**9]}, None, ""),
        ({"prompt": [-5]}, None, ""),
        ({"prompt": "x " * 3000}, "prompt", "at most 1024"),
        ({"prompt": ["x", "x " * 3000]}, "prompt", "at most 1024"),
        ({"prompt": "x", "echo": True}, "echo", "leave it out"),
        ({"prompt": "x", "suffix": "y"}, "suffix", "leave it out"),
        ({"prompt": "x", "best_of": 2}, "best_of", "leave it out"),
        ({"prompt": "x", "best_of": 3, "n": 2}, "best_of", "leave it out"),
        ({"prompt": "x", "best_of": "2"}, "best_of", "leave it out"),
        ({"prompt": "x", "n": 100}, None, ""),
        ({"prompt": "x", "model": "gpt-9"}, "model", "gpt-9"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_bad_request_gets_an_error_in_the_openai_shape(engine, text, body, param, words):
    status, reply = await whole(engine, text(**body))

    assert status in {400, 404}, reply
    assert reply["error"]["param"] == param
    assert reply["error"]["type"] == "invalid_request_error"
    assert words in reply["error"]["message"]
    assert (await whole(engine, text(prompt="x", max_tokens=1)))[0] == 200


async def test_a_body_that_is_no_object_is_refused(engine):
    status, _ = await whole(engine, Call("POST", "engine://local/completions", body=b"[]"))

    assert status == 400
