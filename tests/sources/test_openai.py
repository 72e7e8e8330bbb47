import pytest

from scripted_transport import Scripted, streamed
from tapster.core.events import Finished, TextDelta
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings, Tool
from tapster.sources import find_source

OPENAI = find_source("openai")
WEATHER = Tool("weather", parameters={"type": "object", "properties": {}})


def asking(model, *, tools=(), **settings):
    return ChatRequest(
        model=model,
        messages=(says("user", "Hi"),),
        tools=tools,
        settings=Settings(**settings),
        stream=False,
    )


@pytest.mark.parametrize(
    ("request_", "options", "path"),
    [
        (asking("gpt-4.1"), {}, "/chat/completions"),
        (asking("gpt-4.1", tools=(WEATHER,)), {}, "/chat/completions"),
        (asking("gpt-5.2", tools=(WEATHER,)), {}, "/chat/completions"),
        (asking("gpt-5.4", tools=(WEATHER,)), {}, "/responses"),
        (asking("gpt-6.1-sol", tools=(WEATHER,)), {}, "/responses"),
        (asking("gpt-6-sol", tools=(WEATHER,), reasoning_effort="none"), {}, "/chat/completions"),
        (asking("gpt-6-sol"), {}, "/chat/completions"),
        (asking("gpt-5.5-pro"), {}, "/responses"),
        (asking("gpt-5.3-codex"), {}, "/responses"),
        (asking("gpt-5.4", tools=(WEATHER,)), {"api": "chat"}, "/chat/completions"),
        (asking("gpt-4.1"), {"api": "responses"}, "/responses"),
    ],
)
def test_auto_uses_responses_only_where_chat_would_be_refused(script, request_, options, path):
    link, _ = script(options=options)

    assert OPENAI.encoded(request_, link).path == path


def test_a_proxy_is_spoken_to_by_the_same_rule_unless_told_otherwise(script):
    request = asking("gpt-5.4", tools=(WEATHER,))
    link, _ = script(endpoint="http://host:1/v1")
    told, _ = script(endpoint="http://host:1/v1", options={"api": "chat"})

    assert OPENAI.encoded(request, link).path == "/responses"
    assert OPENAI.encoded(asking("llama-3.3-70b"), link).path == "/chat/completions"
    assert OPENAI.encoded(request, told).path == "/chat/completions"


def test_the_length_goes_under_the_name_the_model_knows(script):
    link, _ = script()

    modern = OPENAI.encoded(asking("gpt-5.5", max_tokens=9), link).body
    proxied, _ = script(endpoint="http://host:1")
    foreign = OPENAI.encoded(asking("llama-3.3-70b", max_tokens=9), proxied).body

    assert modern["max_completion_tokens"] == 9
    assert "max_tokens" not in modern
    assert foreign["max_tokens"] == 9


def test_what_a_model_refuses_is_left_out_and_said(script):
    link, _ = script()

    encoded = OPENAI.encoded(asking("gpt-6-sol", temperature=0.7, stop=("x",)), link)

    assert "temperature" not in encoded.body
    assert "stop" not in encoded.body
    assert {notice.field for notice in encoded.notices} == {"temperature", "stop"}


async def test_organization_and_project_go_into_headers(script):
    link, transport = script(
        streamed({"choices": [{"index": 0, "delta": {"content": "Hey"}, "finish_reason": "stop"}]}),
        options={"organization": "org-1", "project": "proj-1"},
    )

    events = [event async for event in OPENAI.stream(asking("gpt-4.1"), link)]

    assert TextDelta("Hey") in events
    assert any(isinstance(event, Finished) for event in events)
    headers = transport.calls[0].headers
    assert headers["openai-organization"] == "org-1"
    assert headers["openai-project"] == "proj-1"
    assert headers["authorization"] == f"Bearer {link.key.reveal()}"


async def test_the_list_leaves_out_what_cannot_chat(script):
    names = (
        "gpt-5.5",
        "gpt-4o",
        "o3",
        "ft:gpt-4.1:acme::1",
        "text-embedding-3-small",
        "whisper-1",
        "gpt-4o-audio-preview",
        "gpt-realtime",
        "gpt-image-2",
        "omni-moderation-latest",
        "gpt-5-search-api",
        "dall-e-3",
        "sora-2",
        "tts-1",
    )
    link, _ = script(Scripted({"data": [{"id": name} for name in names]}))

    models = await OPENAI.models(link)

    assert [model.id for model in models] == ["gpt-5.5", "gpt-4o", "o3", "ft:gpt-4.1:acme::1"]


async def test_a_proxy_may_list_any_name(script):
    link, _ = script(Scripted({"data": [{"id": "llama-3.3"}]}), endpoint="http://host:1/v1")

    assert [model.id for model in await OPENAI.models(link)] == ["llama-3.3"]
