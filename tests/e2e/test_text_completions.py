"""The `openai` SDK's text completions against a running gateway: a server of open models, and the
embedded model.
"""

import time

import openai
import pytest

from timed import timed

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


def continued(client: openai.OpenAI, *, stream: bool, **asking) -> tuple[dict[int, str], object]:
    """Return the text of each choice, and the usage."""
    texts: dict[int, str] = {}
    if not stream:
        reply = client.completions.create(**asking)
        return {choice.index: choice.text for choice in reply.choices}, reply.usage
    usage = None
    for chunk in client.completions.create(
        **asking, stream=True, stream_options={"include_usage": True}
    ):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + choice.text
    return texts, usage


@both_ways
@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("Sphinx of black quartz", {0: "Sphinx of black quartz"}),
        (["One", "Two words"], {0: "One", 1: "Two words"}),
        ([5, 6], {0: "t5 t6 "}),
        ([[5], [6]], {0: "t5 ", 1: "t6 "}),
    ],
    ids=str,
)
def test_a_server_of_open_models_continues_what_it_is_given(client, mock, prompt, texts, stream):
    said, usage = continued(client, stream=stream, model="own/local-model", prompt=prompt)

    assert said == texts
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0
    assert mock.chats[-1].path == "/compatible/v1/completions"
    assert mock.chats[-1].body["prompt"] == prompt


def test_every_parameter_of_the_sdk_and_unknown_ones_reach_the_server(client, mock):
    asked = {
        "best_of": 2,
        "echo": True,
        "frequency_penalty": 0.5,
        "logit_bias": {"50256": -100},
        "logprobs": 2,
        "max_tokens": 8,
        "n": 2,
        "presence_penalty": 0.25,
        "seed": 7,
        "stop": ["END"],
        "suffix": " end",
        "temperature": 0.5,
        "top_p": 0.9,
        "user": "somebody",
    }
    own = {"min_p": 0.05, "grammar_string": "root ::= x", "banned_strings": ["x"]}

    reply = client.completions.create(
        model="own/local-model", prompt="One two", **asked, extra_body=own
    )

    named = {"model": "local-model", "prompt": "One two", "stream": False}
    assert mock.chats[-1].body == named | asked | own
    assert reply.id.startswith("cmpl-")
    assert reply.object == "text_completion"
    assert reply.choices[0].logprobs.tokens == ["One two", "One", " two"]


@pytest.mark.parametrize("name", ["claude/claude-sonnet-4-6", "google/gemini-2.5-flash", "ollama"])
def test_a_provider_without_text_completions_is_refused_with_the_way_out(client, mock, name):
    model = "ollama/llama3.2:1b" if name == "ollama" else name
    with pytest.raises(openai.BadRequestError, match="/v1/chat/completions") as refused:
        client.completions.create(model=model, prompt="Once")

    assert refused.value.param == "model"
    assert refused.value.type == "invalid_request_error"
    assert not mock.chats


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429@20", openai.RateLimitError),
        ("400", openai.BadRequestError),
        ("500*9", openai.InternalServerError),
        ("html", openai.InternalServerError),
    ],
)
def test_each_failure_becomes_the_sdks_own_exception(client, mock, fault, kind):
    with pytest.raises(kind) as failed:
        client.completions.create(model="own/local-model", prompt=f"mock:fault={fault}\nHello")

    assert failed.value.response.headers["x-tapster-reason"]
    assert failed.value.body["message"]


def test_what_breaks_in_mid_stream_comes_as_an_error_after_the_text(client, mock):
    words = []
    with pytest.raises(openai.APIError) as broke:
        for chunk in client.completions.create(
            model="own/local-model", prompt="mock:fault=cut@3\none two three four", stream=True
        ):
            words += [choice.text for choice in chunk.choices]

    assert "".join(words).startswith("one two")
    assert broke.value.body["message"]


@timed
def test_a_client_that_leaves_stops_the_server_within_a_tenth_of_a_second(client, mock):
    took = []
    while len(took) < 5 and min(took, default=1) > 0.1:
        mock.provider.clear()
        stream = client.completions.create(
            model="own/local-model", prompt="mock:long@2000@0.01", stream=True
        )
        next(iter(stream))
        left = time.monotonic()
        stream.close()
        took.append(mock.until_left(mock.chats[-1]) - left)

    assert min(took) < 0.1


@both_ways
def test_the_embedded_model_goes_on_with_raw_text(client, stream):
    texts, usage = continued(
        client, stream=stream, model="local", prompt="One, two, three,", max_tokens=4, temperature=0
    )

    assert "four" in texts[0]
    # No template stands around it: the prompt is what it is, and a mark where it begins.
    assert usage.prompt_tokens < 10
    assert usage.completion_tokens == 4


def test_a_grammar_binds_the_embedded_model_and_an_invalid_one_is_refused(client):
    asking = {"model": "local", "prompt": "The answer is", "max_tokens": 8}
    bound = client.completions.create(**asking, extra_body={"grammar": 'root ::= " yes" | " no"'})
    with pytest.raises(openai.BadRequestError) as refused:
        client.completions.create(**asking, extra_body={"grammar": "root ::= ((("})
    after = client.completions.create(**asking)

    assert bound.choices[0].text in {" yes", " no"}
    assert "grammar" in refused.value.body["message"]
    assert after.choices[0].text
