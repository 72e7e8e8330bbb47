"""What a status call really says, and what is known to answer no more."""

import pytest

from scripted_transport import Scripted
from tapster.core.errors import Reason, SourceError
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings
from tapster.sources import find_source

LISTED = Scripted({"data": [{"id": "one"}]})
# Bytes that are no UTF-8 within JSON, nesting without end, and no JSON at all.
UNREADABLE = [b'{"data": {"expires_at": "\xff"}}', b'{"x": ' + b"[" * 100_000, b"<html>"]


@pytest.mark.parametrize(
    ("id_", "answer", "reason"),
    [
        ("deepseek", {"is_available": False, "balance_infos": []}, Reason.BILLING),
        ("xai", {"name": "k", "team_blocked": True}, Reason.PERMISSION),
        ("xai", {"name": "k", "api_key_disabled": True}, Reason.PERMISSION),
    ],
)
async def test_a_200_may_still_be_bad_news(script, id_, answer, reason):
    link, _ = script(Scripted(answer))

    with pytest.raises(SourceError) as caught:
        await find_source(id_).probe(link)

    assert caught.value.reason is reason
    assert link.key.reveal() not in str(caught.value)


@pytest.mark.parametrize(
    ("id_", "answer"),
    [
        ("deepseek", {"is_available": True}),
        ("deepseek", "not even json"),
        ("xai", {"name": "k", "acls": []}),
    ],
)
async def test_a_good_key_is_proved_by_the_account_call(script, id_, answer):
    link, _ = script(Scripted(answer), LISTED)

    probed = await find_source(id_).probe(link)

    assert probed.key_proved
    assert [model.id for model in probed.models] == ["one"]


async def test_a_list_that_anybody_may_read_proves_no_key(script):
    link, _ = script(LISTED)
    other, _ = script(LISTED)

    assert not (await find_source("nanogpt").probe(link)).key_proved
    assert (await find_source("groq").probe(other)).key_proved


async def test_where_there_is_nothing_cheap_to_ask_nothing_is_asked(script):
    link, transport = script()

    probed = await find_source("perplexity").probe(link)

    assert probed.models is None
    assert not probed.key_proved
    assert not transport.calls


async def test_a_refused_key_is_not_taken_for_a_missing_path(script):
    link, _ = script(
        Scripted({"error": {"message": "Incorrect API key"}}, status=401), endpoint="http://h:1"
    )

    with pytest.raises(SourceError, match="Incorrect API key"):
        await find_source("xai").probe(link)


PALM = find_source("palm")


def asking(model, **settings):
    return ChatRequest(
        model=model,
        messages=(says("user", "Hi"),),
        settings=Settings(**settings),
        stream=False,
    )


@pytest.mark.parametrize("endpoint", [None, "https://generativelanguage.googleapis.com/v1beta2"])
async def test_palm_is_not_called_at_the_address_google_closed(script, endpoint):
    link, transport = script(endpoint=endpoint)

    with pytest.raises(SourceError, match="Gemini"):
        [event async for event in PALM.stream(asking("chat-bison-001"), link)]

    assert not transport.calls
    assert PALM.retired_at(link)


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("chat-bison-001", "/v1beta2/models/chat-bison-001:generateMessage"),
        ("text-bison-001", "/v1beta2/models/text-bison-001:generateText"),
    ],
)
async def test_palm_works_at_any_other_address(script, model, path):
    answer = {"candidates": [{"author": "1", "content": "Hello", "output": "Hello"}]}
    link, transport = script(Scripted(answer), endpoint="http://127.0.0.1:9")

    events = [event async for event in PALM.stream(asking(model), link)]

    assert "".join(getattr(event, "text", "") for event in events) == "Hello"
    assert transport.calls[0].url == f"http://127.0.0.1:9{path}?key={link.key.reveal()}"
    assert PALM.retired_at(link) is None


async def test_mistral_lists_the_models_that_chat(script):
    link, _ = script(
        Scripted(
            {
                "data": [
                    {"id": "mistral-large-latest", "capabilities": {"completion_chat": True}},
                    {"id": "mistral-embed", "capabilities": {"completion_chat": False}},
                ]
            }
        )
    )
    source = find_source("mistral")

    assert [model.id for model in await source.models(link)] == ["mistral-large-latest"]
    assert source.fresh_keys_wait


async def test_pages_of_a_list_are_joined(script):
    link, transport = script(
        Scripted({"data": [{"type": "model", "id": "one"}], "has_more": True, "last_id": "one"}),
        Scripted({"data": [{"type": "model", "id": "two"}], "has_more": False, "last_id": "two"}),
    )

    models = await find_source("claude").models(link)

    assert [model.id for model in models] == ["one", "two"]
    assert transport.calls[1].url.endswith("/v1/models?limit=1000&after_id=one")


async def test_a_list_whose_pages_lead_back_to_themselves_comes_to_an_end(script):
    page = Scripted({"data": [{"type": "model", "id": "one"}], "has_more": True, "last_id": "one"})
    link, transport = script(*[page] * 100)

    models = await find_source("claude").models(link)

    assert [model.id for model in models] == ["one"]
    assert len(transport.calls) == 2


@pytest.mark.parametrize("id_", ["deepseek", "openrouter", "xai"])
@pytest.mark.parametrize("body", UNREADABLE)
async def test_an_account_page_that_cannot_be_read_says_nothing_about_the_key(script, id_, body):
    link, _ = script(Scripted(body), Scripted({"data": [{"id": "a/b"}]}))

    probed = await find_source(id_).probe(link)

    assert [model.id for model in probed.models] == ["a/b"]
