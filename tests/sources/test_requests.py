"""What each source makes of one and the same request, by the providers' own documentation."""

import pytest

from scripted_transport import Scripted
from tapster.core.messages import Message, Text, says
from tapster.core.requests import ChatRequest, Settings
from tapster.sources import find_source

MANY = Settings(
    temperature=0.5,
    top_p=0.9,
    top_k=40,
    min_p=0.1,
    repetition_penalty=1.1,
    frequency_penalty=0.2,
    presence_penalty=0.3,
    max_tokens=100,
    stop=("END",),
    seed=7,
)
OPEN = {"top_k": 40, "min_p": 0.1, "repetition_penalty": 1.1}
PLAIN = {
    "temperature": 0.5,
    "top_p": 0.9,
    "frequency_penalty": 0.2,
    "presence_penalty": 0.3,
    "max_tokens": 100,
    "stop": ["END"],
    "seed": 7,
}


def asking(settings, model="some-model", **more):
    return ChatRequest(model=model, messages=(says("user", "Hi"),), settings=settings, **more)


def sampled(body):
    """Return the settings of a body, without what is said and how it is sent."""
    return {
        name: value
        for name, value in body.items()
        if name not in {"model", "messages", "stream", "stream_options"}
    }


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("custom", PLAIN | OPEN),
        ("openrouter", PLAIN | OPEN),
        ("fireworks", PLAIN | OPEN),
        ("together", PLAIN | OPEN),
        ("featherless", PLAIN | OPEN),
        ("nvidia", PLAIN),
        (
            "groq",
            {k: v for k, v in PLAIN.items() if k != "max_tokens"} | {"max_completion_tokens": 100},
        ),
        ("deepseek", {k: v for k, v in PLAIN.items() if k != "seed"}),
        ("zai", {"temperature": 0.5, "top_p": 0.9, "max_tokens": 100, "stop": ["END"]}),
        ("ai21", {"temperature": 0.5, "top_p": 0.9, "max_tokens": 100, "stop": ["END"], "seed": 7}),
        ("writer", {"temperature": 0.5, "top_p": 0.9, "max_tokens": 100, "stop": ["END"]}),
        (
            "cerebras",
            {
                "temperature": 0.5,
                "top_p": 0.9,
                "max_completion_tokens": 100,
                "stop": ["END"],
                "seed": 7,
            },
        ),
        (
            "mistral",
            {name: value for name, value in PLAIN.items() if name != "seed"}
            | {"random_seed": 7, "top_k": 40, "repetition_penalty": 1.1},
        ),
        (
            "cohere",
            {
                "temperature": 0.5,
                "p": 0.9,
                "k": 40,
                "frequency_penalty": 0.2,
                "presence_penalty": 0.3,
                "max_tokens": 100,
                "stop_sequences": ["END"],
                "seed": 7,
            },
        ),
    ],
)
def test_sends_the_settings_its_table_lists_and_no_others(script, id_, expected):
    link, _ = script(endpoint="http://host:1/v1")
    source = find_source(id_)

    encoded = source.encoded(asking(MANY), link)

    assert sampled(encoded.body) == expected
    left_out = {name for name in MANY.__struct_fields__ if getattr(MANY, name) is not None}
    left_out -= {setting.name for setting in source.settings()}
    assert {notice.field for notice in encoded.notices} >= left_out


@pytest.mark.parametrize(
    ("id_", "model", "expected"),
    [
        (
            "deepseek",
            "deepseek-v4-pro",
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        ),
        ("zai", "glm-5.3", {"thinking": {"type": "enabled"}}),
        ("openrouter", "anthropic/claude-opus-5.5", {"reasoning": {"effort": "high"}}),
        ("vercel", "anthropic/claude-opus-5.5", {"reasoning": {"effort": "high"}}),
        ("groq", "openai/gpt-oss-120b", {"reasoning_effort": "high"}),
        ("xai", "grok-4.7", {"reasoning_effort": "high"}),
    ],
)
def test_asks_for_effort_in_the_providers_own_words(script, id_, model, expected):
    link, _ = script()

    body = find_source(id_).encoded(asking(Settings(reasoning_effort="high"), model), link).body

    assert sampled(body) == expected


@pytest.mark.parametrize(
    ("id_", "options", "expected"),
    [
        (
            "openrouter",
            {"order": ["anthropic"], "allow_fallbacks": False, "models": ["openai/gpt-5.5"]},
            {
                "provider": {"order": ["anthropic"], "allow_fallbacks": False},
                "models": ["openai/gpt-5.5"],
            },
        ),
        ("groq", {"reasoning_format": "hidden"}, {"reasoning_format": "hidden"}),
        (
            "venice",
            {"system_prompt": False},
            {"venice_parameters": {"include_venice_system_prompt": False}},
        ),
        ("siliconflow", {"enable_thinking": False}, {"enable_thinking": False}),
        ("vercel", {"only": ["bedrock"]}, {"providerOptions": {"gateway": {"only": ["bedrock"]}}}),
        ("mistral", {"safe_prompt": True}, {"safe_prompt": True}),
        ("cohere", {"citations": "OFF"}, {"citation_options": {"mode": "OFF"}}),
    ],
)
def test_an_option_goes_into_the_body_where_the_provider_wants_it(script, id_, options, expected):
    link, _ = script(options=options)

    assert sampled(find_source(id_).encoded(asking(Settings()), link).body) == expected


def test_what_the_request_says_itself_outweighs_an_option(script):
    link, _ = script(options={"order": ["anthropic"], "zdr": True})
    request = asking(Settings(), extra={"provider": {"order": ["groq"]}})

    body = find_source("openrouter").encoded(request, link).body

    assert body["provider"] == {"order": ["groq"], "zdr": True}
    assert request.extra == {"provider": {"order": ["groq"]}}


def test_the_connections_own_body_rules_have_the_last_word(script):
    link, _ = script(
        endpoint="http://host:1", include_body={"top_k": 3}, exclude_body=("temperature",)
    )

    body = find_source("custom").encoded(asking(Settings(temperature=1, top_k=40)), link).body

    assert sampled(body) == {"top_k": 3}


@pytest.mark.parametrize(
    ("id_", "mark"), [("deepseek", "prefix"), ("mistral", "prefix"), ("moonshot", "partial")]
)
def test_a_started_answer_is_marked_as_the_provider_wants_it(script, id_, mark):
    link, _ = script()
    started = Message("assistant", (Text("Once"),), prefix=True)
    request = ChatRequest(model="some-model", messages=(says("user", "Tell."), started))

    last = find_source(id_).encoded(request, link).body["messages"][-1]

    assert last["role"] == "assistant"
    assert last[mark] is True


@pytest.mark.parametrize(
    ("id_", "header"),
    [
        ("claude", "x-api-key"),
        ("google", "x-goog-api-key"),
        ("azure", "api-key"),
        ("groq", "authorization"),
        ("cohere", "authorization"),
        ("ollama", "authorization"),
    ],
)
async def test_shows_its_key_where_the_provider_looks_for_it(script, id_, header):
    link, transport = script(
        Scripted({"error": {"message": "no"}}, status=401), endpoint="http://h:1"
    )
    with pytest.raises(Exception, match="no"):
        [event async for event in find_source(id_).stream(asking(Settings()), link)]

    call = transport.calls[0]
    shown = [name for name, value in call.headers.items() if link.key.reveal() in value]

    assert shown == [header]
    assert link.key.reveal() not in call.url


async def test_without_a_key_no_header_of_it_is_sent(script):
    link, transport = script(Scripted({"data": []}), key=None, endpoint="http://h:1/v1")

    await find_source("custom").models(link)

    assert "authorization" not in transport.calls[0].headers


def test_a_google_connection_may_choose_how_much_is_blocked(script):
    link, _ = script(options={"safety": "BLOCK_NONE"})

    body = find_source("google").encoded(asking(Settings(), "gemini-2.5-flash"), link).body

    assert {row["threshold"] for row in body["safetySettings"]} == {"BLOCK_NONE"}
    assert len(body["safetySettings"]) == 4


def test_perplexity_speaks_the_old_chat_api_where_a_proxy_still_does(script):
    old, _ = script(endpoint="http://h:1", options={"api": "sonar"})
    new, _ = script()
    source = find_source("perplexity")
    auto, _ = script(endpoint="http://h:1")

    assert source.encoded(asking(Settings(), "perplexity/sonar"), auto).path == "/agent"
    assert source.encoded(asking(Settings(), "sonar-pro"), auto).path == "/chat/completions"
    assert source.encoded(asking(Settings(), "sonar"), old).path == "/chat/completions"
    assert "input" in source.encoded(asking(Settings(), "perplexity/sonar"), new).body


@pytest.mark.parametrize("id_", ["custom", "deepseek", "openrouter", "xai", "openai", "azure"])
def test_responses_is_spoken_where_the_connection_says_so(script, id_):
    told, _ = script(endpoint="http://h:1", options={"api": "responses"})
    untold, _ = script(endpoint="http://h:1")
    source = find_source(id_)

    assert source.encoded(asking(Settings(), "gpt-4.1"), told).path == "/responses"
    assert source.encoded(asking(Settings(), "gpt-4.1"), untold).path == "/chat/completions"
