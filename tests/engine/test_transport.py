import asyncio
import json
import sys
import time

import pytest

from tapster.core.errors import EngineError
from tapster.core.links import Call
from tapster.engine import EngineTransport
from timed import timed

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = Call("GET", "engine://local/models")
LONG = "the quick brown fox jumps over the lazy dog. " * 60


async def whole(engine, call):
    async with engine.send(call) as answer:
        return answer.status, json.loads(await answer.read())


async def chunks_of(engine, call):
    async with engine.send(call) as answer:
        assert (answer.status, await answer.framing()) == (200, "events")
        return [frame.data async for frames in answer.frames() for frame in frames]


def text_of(chunks):
    pieces = [json.loads(chunk) for chunk in chunks if chunk != b"[DONE]"]
    deltas = [choice["delta"] for piece in pieces for choice in piece["choices"]]
    return "".join(delta.get("content") or "" for delta in deltas)


async def test_importing_the_engine_imports_and_starts_nothing():
    code = (
        "import sys, tapster.engine as e; e.EngineTransport();"
        "print([m for m in sys.modules if 'llama' in m or m.startswith('llm_')])"
    )

    assert await output_of(code) == (b"[]\n", b"")


async def test_the_list_names_the_packaged_model_without_loading_it(real_model):
    engine = EngineTransport(context=1024)

    status, body = await whole(engine, LIST)

    (entry,) = body["data"]
    assert status == 200
    assert entry["id"] == "SmolLM2-135M-Instruct"
    assert entry["context_length"] == 1024
    assert entry["meta"]["n_ctx_train"] == 8192
    assert entry["meta"]["size"] == real_model.size
    assert engine.loaded is None


async def test_a_chat_streams_text_then_the_count_then_done(engine, post, says):
    call = post(
        messages=says("Say hello"),
        stream=True,
        max_tokens=12,
        stream_options={"include_usage": True},
    )

    chunks = await chunks_of(engine, call)

    count = json.loads(chunks[-2])
    assert chunks[-1] == b"[DONE]"
    assert len(text_of(chunks)) > 3
    assert count["choices"] == []
    assert count["usage"]["prompt_tokens"] > 10
    assert 0 < count["usage"]["completion_tokens"] <= 12
    assert not any(b'"prompt_progress":{' in chunk for chunk in chunks)


async def test_an_unasked_count_is_not_streamed(engine, post, says):
    chunks = await chunks_of(engine, post(messages=says("Hi"), stream=True, max_tokens=3))

    assert not any(b'"usage"' in chunk for chunk in chunks)


async def test_a_whole_reply_says_what_the_same_seed_streams(engine, post, says):
    same = {"messages": says("Name a colour."), "seed": 7, "temperature": 0, "max_tokens": 16}

    streamed = text_of(await chunks_of(engine, post(**same, stream=True)))
    status, reply = await whole(engine, post(**same))

    assert status == 200
    assert reply["object"] == "chat.completion"
    assert reply["model"] == "SmolLM2-135M-Instruct"
    assert reply["choices"][0]["message"] == {"role": "assistant", "content": streamed}
    assert reply["choices"][0]["finish_reason"] in {"stop", "length"}
    assert reply["usage"]["completion_tokens"] > 0


async def test_alternatives_are_counted_together(engine, post, says):
    call = post(messages=says("Tell me a story."), n=2, max_tokens=6)

    _, reply = await whole(engine, call)

    assert [choice["index"] for choice in reply["choices"]] == [0, 1]
    assert all(choice["message"]["content"] for choice in reply["choices"])
    assert reply["usage"]["completion_tokens"] == 12


async def test_a_schema_binds_the_answer(engine, post, says):
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "pick", "schema": schema}}

    _, reply = await whole(
        engine, post(messages=says("Pick one."), response_format=form, max_tokens=40)
    )

    assert json.loads(reply["choices"][0]["message"]["content"])["colour"] in {"red", "blue"}


WEATHER = {
    "name": "weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Rome"]}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
TIME = {"name": "time", "parameters": {"type": "object", "additionalProperties": False}}


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "weather"}}]
)
async def test_a_demanded_tool_is_called(engine, post, says, choice):
    tools = [{"type": "function", "function": function} for function in (WEATHER, TIME)]
    asked = {"tools": tools, "tool_choice": choice, "max_tokens": 80, "seed": 1, "temperature": 0}
    asked["messages"] = says("How is the weather in Rome?")

    _, reply = await whole(engine, post(**asked))
    chunks = await chunks_of(
        engine, post(**asked, stream=True, stream_options={"include_usage": True})
    )

    (call,) = reply["choices"][0]["message"]["tool_calls"]
    assert reply["choices"][0]["finish_reason"] == "tool_calls"
    assert call["function"]["name"] in (
        {"weather", "time"} if choice == "required" else {"weather"}
    )
    if call["function"]["name"] == "weather":
        assert json.loads(call["function"]["arguments"])["city"] in {"Paris", "Rome"}
    pieces = [json.loads(chunk) for chunk in chunks[:-1]]
    streamed = pieces[0]["choices"][0]["delta"]["tool_calls"][0]
    assert (streamed["index"], streamed["function"]) == (0, call["function"])
    assert pieces[1]["choices"][0]["finish_reason"] == "tool_calls"
    assert pieces[2]["usage"]["completion_tokens"] > 0


async def test_a_picture_is_refused_in_words_for_a_person(engine, post):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}

    status, reply = await whole(engine, post(messages=[{"role": "user", "content": [picture]}]))

    assert status == 400
    assert "reads text only" in reply["error"]["message"]


async def test_a_repetition_penalty_reaches_the_model(engine, post, says):
    asked = {"messages": says("Say yes ten times."), "temperature": 0, "max_tokens": 30}

    _, plain = await whole(engine, post(**asked))
    _, penalised = await whole(engine, post(**asked, repetition_penalty=2.0))

    assert plain["choices"][0]["message"] != penalised["choices"][0]["message"]


async def test_the_tokenizer_counts_a_prompt_as_the_usage_does(engine, post, says):
    messages = says("How many tokens are these words, and who counts them?")

    _, counted = await whole(engine, post("/tokenize", messages=messages))
    _, reply = await whole(engine, post(messages=messages, max_tokens=1))

    assert counted["count"] == len(counted["tokens"]) == reply["usage"]["prompt_tokens"]


async def test_plain_text_is_counted_without_the_template(engine, post):
    _, counted = await whole(engine, post("/tokenize", text="Hello world"))

    assert counted["count"] == 2


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"model": "gpt-9"}, (404, "model", "no embedded model 'gpt-9'")),
        ({"messages": []}, (400, "messages", "list of messages")),
        ({"messages": [1], "tools": [1], "tool_choice": "required"}, (400, None, "")),
        ({"messages": "hi"}, (400, "messages", "list of messages")),
        (
            {"messages": [{"role": "user", "content": "x " * 3000}]},
            (400, "messages", "at most 1024"),
        ),
        ({"messages": [{"role": "user"}], "temperature": "hot"}, (400, None, "")),
    ],
)
async def test_a_bad_request_gets_an_error_in_the_openai_shape(engine, post, says, body, expected):
    status, param, words = expected
    for stream in (True, False):
        answered, reply = await whole(
            engine, post(**{"messages": says("hi"), "stream": stream, "max_tokens": 2} | body)
        )

        assert answered == status
        assert reply["error"]["param"] == param
        assert reply["error"]["type"] == "invalid_request_error"
        assert words in reply["error"]["message"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"a": "\xff"}', b'{"a": ' + b"[" * 100_000]
)
async def test_a_body_that_is_no_object_is_refused(engine, body):
    status, reply = await whole(engine, Call("POST", "engine://local/chat/completions", body=body))

    assert status == 400
    assert "JSON object" in reply["error"]["message"]


async def test_an_unknown_route_is_refused(engine, post):
    status, reply = await whole(engine, post("/embeddings", input="x"))

    assert status == 404
    assert "/embeddings" in reply["error"]["message"]


@timed
@pytest.mark.parametrize(
    ("text", "seconds"),
    # A step through a prompt takes as long as about four words of an answer.
    [("Tell me a very long story.", 0.1), (LONG, 0.2)],
    ids=["while it writes", "while it reads"],
)
async def test_leaving_stops_the_model(engine, post, says, text, seconds):
    took = []
    # Others may be at work on this computer: the best of five is what we can do.
    while len(took) < 5 and min(took, default=1) > seconds:
        async with engine.send(post(messages=says(text), stream=True)) as answer:
            if text is not LONG:
                await anext(answer.frames())
            left = time.perf_counter()
        assert time.perf_counter() - left < 0.1
        await _until_nothing_runs(engine)
        took.append(time.perf_counter() - left)

    assert min(took) < seconds


@timed
async def test_cancelling_the_task_stops_the_model(engine, post, says):
    took = []
    while len(took) < 5 and min(took, default=1) > 0.1:
        task = asyncio.create_task(whole(engine, post(messages=says("Tell me a very long story."))))
        await asyncio.sleep(0.5)
        left = time.perf_counter()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _until_nothing_runs(engine)
        took.append(time.perf_counter() - left)

    assert min(took) < 0.1


async def _until_nothing_runs(engine):
    """Wait until the model's process has said that it ended what it was told to stop."""
    while engine._turns.loaded.working:  # noqa: ASYNC110  # the process is asked, it tells nobody
        await asyncio.sleep(0.002)


async def test_two_long_answers_and_a_short_one_all_progress(engine, post, says):
    heard = []

    async def listen(name, tokens):
        call = post(messages=says("Count up."), stream=True, max_tokens=tokens, ignore_eos=True)
        async with engine.send(call) as answer:
            async for frames in answer.frames():
                heard.extend(name for _ in frames)
        heard.append(f"{name} ended")

    await asyncio.gather(listen("long", 30), listen("other", 30), listen("short", 5))

    first_long = min(heard.index("long ended"), heard.index("other ended"))
    assert heard.index("short ended") < first_long
    assert heard[:first_long].count("long") > 10
    assert heard[:first_long].count("other") > 10


async def test_a_short_request_does_not_wait_until_a_long_prompt_is_read(engine, post, says):
    long = asyncio.create_task(whole(engine, post(messages=says("Read: " + LONG), max_tokens=1)))
    while not engine._turns.loaded.working:  # noqa: ASYNC110  # the process is asked, it tells nobody
        await asyncio.sleep(0.002)

    await whole(engine, post(messages=says("Hi"), max_tokens=3))

    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_nothing_is_written_to_standard_output_or_error(real_model):
    code = """
import asyncio, json
from tapster.core.links import Call
from tapster.engine import EngineTransport
async def main():
    engine = EngineTransport(context=512)
    body = json.dumps({"messages": [{"role": "user", "content": "hi"}], "max_tokens": 2})
    async with engine.send(Call("POST", "engine://l/chat/completions", body=body.encode())) as a:
        assert a.status == 200, await a.read()
    await engine.close()
asyncio.run(main())
"""

    assert await output_of(code) == (b"", b"")


async def output_of(code):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-X", "dev", "-c", code),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output = await process.communicate()
    assert process.returncode == 0
    return output


async def test_no_model_file_is_said_with_the_way_out():
    engine = EngineTransport(find=lambda: ())

    with pytest.raises(EngineError, match="tapster models get"):
        await whole(engine, LIST)
