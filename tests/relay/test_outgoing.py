"""What would be sent is what is sent, but for the secrets in it."""

import json
from urllib.parse import urlencode

import pytest

from tapster.core.messages import Image, Message, Text, says
from tapster.core.requests import ChatRequest, Settings
from tapsters import add, text_of

KEY = "sk-good-CANARY-0123456789wxyz"
PLACES = {
    "openai": "/openai/v1",
    "claude": "/anthropic/v1",
    "google": "/google/v1beta",
    "mistral": "/mistral/v1",
    "cohere": "/cohere",
    "openrouter": "/openrouter/api/v1",
    "custom": "/compatible/v1",
}
ASKED = ChatRequest(
    model="echo",
    messages=(says("system", "Be brief."), says("user", "Hello, “world”")),
    settings=Settings(max_tokens=64, temperature=0.5),
)


@pytest.mark.parametrize(("source", "place"), PLACES.items(), ids=PLACES)
async def test_a_preview_is_what_the_provider_gets(tapster, mock, source, place):
    connection = await add(tapster, source, mock.url + place, KEY)

    preview = await tapster.relay.preview(connection, ASKED)
    asked_before = len(mock.requests)
    heard = [event async for event in tapster.relay.stream(connection, ASKED)]

    record = mock.requests[-1]
    assert asked_before == 0
    assert preview.body == record.body
    assert (preview.method, preview.url) == (record.method, mock.url + record.path + _query(record))
    assert text_of(heard)


@pytest.mark.parametrize(("source", "place"), (PLACES | {"palm": "/palm/v1beta2"}).items())
async def test_no_key_is_shown_beyond_its_last_four_characters(tapster, mock, source, place):
    connection = await add(tapster, source, mock.url + place, KEY)

    preview = await tapster.relay.preview(connection, ASKED)

    told = f"{preview.url} {preview.headers}"
    assert "••••wxyz" in told
    assert KEY[:-4] not in told + str(preview.body)


@pytest.mark.parametrize("option", ["key_header", "key_query"])
async def test_a_key_is_covered_wherever_the_person_has_it_sent(tapster, mock, option):
    connection = await add(
        tapster, "custom", f"{mock.url}/compatible/v1", KEY, options={option: "mine"}
    )

    preview = await tapster.relay.preview(connection, ASKED)

    assert "••••wxyz" in f"{preview.url} {preview.headers}"
    assert "CANARY" not in f"{preview.url} {preview.headers}"


async def test_a_key_that_must_be_quoted_is_covered_in_the_address(tapster, mock):
    odd = "odd/CANARY+0123456789=wxyz"
    options = {"key_query": "mine"}
    connection = await add(tapster, "custom", f"{mock.url}/compatible/v1", odd, options=options)

    preview = await tapster.relay.preview(connection, ASKED)

    assert preview.url.endswith("?mine=••••wxyz")


async def test_a_secret_a_person_put_into_the_body_is_covered(tapster, mock):
    fields = {"vendor": {"secret": "hidden-CANARY-98765"}, "top_k": 4}
    connection = await add(tapster, "custom", f"{mock.url}/compatible/v1", KEY, include_body=fields)

    preview = await tapster.relay.preview(connection, ASKED)

    assert preview.body["vendor"] == {"secret": "••••8765"}
    assert preview.body["top_k"] == 4


async def test_a_key_said_in_the_chat_is_covered(tapster, mock):
    connection = await add(tapster, "openai", f"{mock.url}/openai/v1", KEY)
    request = ChatRequest(model="echo", messages=(says("user", f"my key is {KEY}!"),))

    preview = await tapster.relay.preview(connection, request)

    assert "my key is ••••wxyz!" in str(preview.body)


async def test_files_are_shown_by_their_beginning_and_texts_whole(tapster, mock):
    connection = await add(tapster, "custom", f"{mock.url}/compatible/v1", None)
    picture = Image("data:image/png;base64," + "QUJD" * 10_000)
    words = "word " * 10_000
    request = ChatRequest(model="echo", messages=(Message("user", (Text(words), picture)),))

    preview = await tapster.relay.preview(connection, request)

    told = json.dumps(preview.body, ensure_ascii=False)
    assert words in told
    assert "data:image/png;base64,QUJD" in told
    assert "(40,022 characters)" in told
    assert len(told) < 60_000


async def test_what_could_not_be_sent_is_said(tapster, mock):
    connection = await add(tapster, "cohere", f"{mock.url}/cohere", KEY)
    request = ChatRequest(
        model="echo", messages=ASKED.messages, settings=Settings(repetition_penalty=1.2)
    )

    preview = await tapster.relay.preview(connection, request)

    assert any("repetition" in notice.casefold() for notice in preview.notices)


async def test_the_embedded_models_request_can_be_seen_without_a_model(tapster):
    local = await tapster.connections.find("local")

    preview = await tapster.relay.preview(local, ASKED)

    assert preview.url.startswith("engine://")
    assert preview.body["model"] == "echo"


def _query(record):
    return f"?{urlencode(record.query)}" if record.query else ""
