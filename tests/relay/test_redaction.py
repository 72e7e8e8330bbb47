"""A key that an endpoint says back appears nowhere, in whole or in part."""

import json
import time
from urllib.parse import quote

import msgspec
import pytest

from mock_provider import Reply
from tapster.core.errors import SourceError
from tapster.core.events import Failed
from tapster.core.redaction import redact
from tapster.core.secrets import Secret
from tapsters import add, text_of
from upstreams import STREAM, answering, serving, whole

CANARY = "sk-CANARY-good-0123456789abcdef/+="
PLACES = {
    "openai": "/openai/v1",
    "claude": "/anthropic/v1",
    "google": "/google/v1beta",
    "palm": "/palm/v1beta2",
    "mistral": "/mistral/v1",
    "cohere": "/cohere",
    "openrouter": "/openrouter/api/v1",
    "xai": "/xai/v1",
    "azure": "/azure/openai/v1",
}


async def refusal(tapster, model="here/echo"):
    with pytest.raises(SourceError) as refused:
        _ = [event async for event in tapster.stream(model, "Hi")]
    return refused.value


def everything_of(error):
    told = msgspec.json.encode(Failed.because(error)).decode()
    return f"{told} {error!r} {error.body!r} {error.__cause__!r}"


def holds_none_of(text, secret=CANARY):
    return not any(secret[:length] in text for length in range(12, len(secret) + 1))


@pytest.mark.parametrize(("source", "place"), PLACES.items(), ids=PLACES)
async def test_echoed_headers_are_told_without_the_key(tapster, mock, source, place):
    await add(tapster, source, f"{mock.url}/~fault=echo-headers{place}", CANARY)

    error = await refusal(tapster)
    check = await tapster.connections.check("here")

    assert "with headers" in error.message
    assert "[redacted]" in error.message
    assert holds_none_of(everything_of(error))
    assert holds_none_of(repr(check))


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("openai", "/openai/v1", "Incorrect API key provided: sk-wrong"),
        ("deepseek", "/deepseek/v1", "Your api key: "),
        ("xai", "/xai/v1", "Incorrect API key provided: sk"),
    ],
)
async def test_the_end_of_a_key_that_a_provider_shows_is_not_told(
    tapster, mock, source, place, words
):
    await add(tapster, source, f"{mock.url}{place}", "sk-wrong-CANARY-zyxw")

    error = await refusal(tapster)

    assert words.lower() in error.message.lower()
    assert "[redacted]" in error.message
    assert "xw" not in everything_of(error)


@pytest.mark.parametrize("shown", ["****zyxw", "sk-***zyxw", "sk-...zyxw", "…zyxw", "••••zyxw"])
def test_an_end_goes_with_whatever_covers_the_rest(shown):
    words = redact(f"The key {shown}, **bold**, waits...", [Secret("sk-CANARY-zyxw")])

    assert "zyxw" not in words
    assert words.endswith("[redacted], **bold**, waits...")


def test_words_that_only_look_covered_stay_as_they_are():
    words = "**Note:** at most ***three*** tries...then wait…or ****abcd is refused."

    assert redact(words, [Secret("sk-CANARY-zyxw")]) == words


@pytest.mark.parametrize("evil", ["*", ".", "…", "a", "...a", "**a.", "..*"])
def test_long_words_are_looked_through_at_once(evil):
    began = time.perf_counter()

    redact(evil * 50_000, [Secret("sk-CANARY-zyxw")])

    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no", "code": CANARY, "type": CANARY, "param": CANARY}},
        {"error": {"message": "no", "metadata": {"raw": "x" * 1985 + CANARY}}},
        {"error": {"message": "no", "details": [{"header": CANARY}]}},
        {"detail": f"Bearer {CANARY}"},
        f"<html><title>{'x' * 60} {CANARY}</title></html>",
        f"plain words about {CANARY}",
        "y" * 580 + CANARY,
        {"error": {"message": f"GET /models?key={quote(CANARY, safe='')}"}},
    ],
)
@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "200 OK"])
async def test_no_field_of_a_refusal_holds_any_of_the_key(tapster, body, status):
    text = body if isinstance(body, str) else json.dumps(body).replace("/", r"\/")
    answer = whole(text.encode(), "content-type: text/plain", "connection: close", status=status)
    async with serving(answering(answer)) as port:
        await add(tapster, "custom", f"http://127.0.0.1:{port}/v1", CANARY)

        error = await refusal(tapster)
        check = await tapster.connections.check("here")

    assert holds_none_of(everything_of(error)), everything_of(error)
    assert holds_none_of(repr(check)), check


async def test_a_failure_in_mid_stream_is_told_without_the_key(tapster):
    chunks = [
        STREAM,
        b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n',
        b'data: {"error": {"message": "upstream got Bearer ' + CANARY.encode() + b'"}}\n\n',
    ]
    async with serving(answering(*chunks)) as port:
        await add(tapster, "custom", f"http://127.0.0.1:{port}/v1", CANARY)

        error = await refusal(tapster)

    assert "upstream got Bearer [redacted]" in error.message
    assert holds_none_of(everything_of(error))


async def test_a_model_that_repeats_the_key_is_told_without_it(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1", CANARY)
    mock.script(Reply(text=(f"My key is {CANARY}.",)))

    events = [event async for event in tapster.stream("here/echo", "Hi")]

    assert text_of(events) == "My key is [redacted]."


@pytest.mark.parametrize("name", ["X-Auth-Token", "x-vend-pass"])
async def test_a_key_in_a_header_of_the_persons_own_naming_is_sent_and_no_more_told(
    tapster, mock, name
):
    await add(
        tapster,
        "custom",
        f"{mock.url}/~fault=echo-headers/compatible/v1",
        CANARY,
        headers={"x-title": "Bar"},
        options={"key_header": name},
    )

    error = await refusal(tapster)

    assert mock.last.headers[name.lower()] == CANARY
    assert "authorization" not in mock.last.headers
    assert holds_none_of(everything_of(error))
    assert "Bar" in error.message


async def test_a_key_in_a_query_field_of_the_persons_own_naming_is_no_more_told(tapster):
    requests = []
    answer = whole(f'{{"error": {{"message": "no {CANARY}"}}}}'.encode(), status="400 Bad Request")
    async with serving(answering(answer, requests=requests)) as port:
        await add(
            tapster,
            "custom",
            f"http://127.0.0.1:{port}/v1",
            CANARY,
            options={"key_query": "code"},
        )

        error = await refusal(tapster)

    assert f"/chat/completions?code={quote(CANARY, safe='')} ".encode() in requests[-1]
    assert b"authorization" not in requests[-1].lower()
    assert holds_none_of(everything_of(error))


async def test_a_short_password_damages_no_list_of_models(tapster, mock):
    await tapster.proxies.add("bar", mock.url + "/compatible/v1", Secret("good"))
    await add(tapster, "custom", None, None, proxy="bar")

    assert "local-model" in {model.id for model in await tapster.connections.models("here")}


async def test_status_words_and_code_are_kept_as_they_came(tapster, mock):
    await add(tapster, "openai", mock.url + "/openai/v1", "sk-nocredit-0123456789")

    error = await refusal(tapster)

    assert error.status == 429
    assert error.code == "insufficient_quota"
    assert error.type == "insufficient_quota"
    assert error.message.startswith("You exceeded your current quota")
