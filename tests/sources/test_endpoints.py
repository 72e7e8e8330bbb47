"""What people paste as an endpoint, and where calls then go."""

import pytest

from scripted_transport import Scripted
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.sources import find_source

HELLO = ChatRequest(model="some-model", messages=(says("user", "Hi"),), stream=False)


async def called(source, link, transport, request=HELLO):
    """Return the address a reply is asked for at."""
    transport.answers.append(Scripted({"error": {"message": "no"}}, status=400))
    with pytest.raises(Exception, match="no"):
        [event async for event in source.stream(request, link)]
    return transport.calls[-1].url


@pytest.mark.parametrize(
    ("id_", "pasted", "url"),
    [
        ("openai", None, "https://api.openai.com/v1/chat/completions"),
        ("openai", "http://host:1/", "http://host:1/v1/chat/completions"),
        ("openai", "http://host:1/v1/chat/completions", "http://host:1/v1/chat/completions"),
        ("openai", " http://host:1/x/one/v1 ", "http://host:1/x/one/v1/chat/completions"),
        (
            "openai",
            "https://gateway.host/v1/account/openai",
            "https://gateway.host/v1/account/openai/chat/completions",
        ),
        ("custom", "http://host:1", "http://host:1/chat/completions"),
        ("custom", "http://host:1/v1/chat/completions/", "http://host:1/v1/chat/completions"),
        ("custom", "http://host:1/v1?tenant=a", "http://host:1/v1/chat/completions?tenant=a"),
        ("claude", None, "https://api.anthropic.com/v1/messages"),
        ("claude", "http://host:1", "http://host:1/v1/messages"),
        ("claude", "http://host:1/v1/messages", "http://host:1/v1/messages"),
        ("claude", "https://host/anthropic", "https://host/anthropic/v1/messages"),
        ("google", "http://host:1", "http://host:1/v1beta/models/some-model:generateContent"),
        ("google", "http://host:1/v1beta/", "http://host:1/v1beta/models/some-model:generateContent"),
        ("google", "http://host:1/v1", "http://host:1/v1/models/some-model:generateContent"),
        ("cohere", None, "https://api.cohere.com/v2/chat"),
        ("cohere", "http://host:1/v1", "http://host:1/v2/chat"),
        ("cohere", "http://host:1/v2/chat", "http://host:1/v2/chat"),
        ("ollama", None, "http://127.0.0.1:11434/api/chat"),
        ("ollama", "http://host:1/v1", "http://host:1/api/chat"),
        ("ollama", "http://host:1/api/", "http://host:1/api/chat"),
        ("ollama", "http://host:1/v1/chat/completions", "http://host:1/api/chat"),
        ("perplexity", None, "https://api.perplexity.ai/v1/agent"),
        ("perplexity", "http://host:1", "http://host:1/v1/chat/completions"),
        ("writer", "http://host:1/v1/chat", "http://host:1/v1/chat"),
        ("deepseek", "http://host:1", "http://host:1/chat/completions"),
        ("groq", None, "https://api.groq.com/openai/v1/chat/completions"),
        ("databricks", "https://x.cloud/serving-endpoints", "https://x.cloud/serving-endpoints/chat/completions"),
    ],
)  # fmt: skip
async def test_a_call_goes_to(script, id_, pasted, url):
    link, transport = script(endpoint=pasted)

    assert await called(find_source(id_), link, transport) == url


@pytest.mark.parametrize(
    ("id_", "options", "base"),
    [
        ("zai", {}, "https://api.z.ai/api/paas/v4"),
        ("zai", {"endpoint": "coding"}, "https://api.z.ai/api/coding/paas/v4"),
        ("zai", {"endpoint": "mainland"}, "https://open.bigmodel.cn/api/paas/v4"),
        ("moonshot", {"endpoint": "mainland"}, "https://api.moonshot.cn/v1"),
        ("openai", {"endpoint": "eu"}, "https://eu.api.openai.com/v1"),
        ("cloudflare", {"account": "a/b"}, "https://api.cloudflare.com/client/v4/accounts/a%2Fb/ai/v1"),
    ],
)  # fmt: skip
def test_an_option_chooses_the_own_endpoint(script, id_, options, base):
    link, _ = script(options=options)

    assert find_source(id_).endpoint_of(link) == base


def test_an_endpoint_of_ones_own_outweighs_the_option(script):
    link, _ = script(options={"endpoint": "coding"}, endpoint="http://host:1/v4")

    assert find_source("zai").endpoint_of(link) == "http://host:1/v4"


@pytest.mark.parametrize(
    ("endpoint", "options", "url"),
    [
        ("https://r.openai.azure.com", {}, "https://r.openai.azure.com/openai/v1/chat/completions"),
        ("https://r.openai.azure.com/openai/v1/", {}, "https://r.openai.azure.com/openai/v1/chat/completions"),
        (
            "https://r.openai.azure.com/openai",
            {"api_version": "2024-10-21"},
            "https://r.openai.azure.com/openai/deployments/some-model/chat/completions?api-version=2024-10-21",
        ),
        (
            "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-02-01",
            {},
            "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-02-01",
        ),
        (
            "https://r.openai.azure.com/openai/deployments/mine",
            {},
            "https://r.openai.azure.com/openai/deployments/mine/chat/completions?api-version=2024-10-21",
        ),
        (
            "https://r.services.ai.azure.com/models?api-version=2024-05-01-preview",
            {},
            "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
        ),
        ("https://r.openai.azure.com", {"api": "responses"}, "https://r.openai.azure.com/openai/v1/responses"),
        (
            "https://r.cognitiveservices.azure.com",
            {"api": "responses", "api_version": "2025-03-01-preview"},
            "https://r.cognitiveservices.azure.com/openai/responses?api-version=2025-03-01-preview",
        ),
    ],
)  # fmt: skip
async def test_azure_is_reached_by_every_address_its_portal_shows(script, endpoint, options, url):
    link, transport = script(endpoint=endpoint, options=options)

    assert await called(find_source("azure"), link, transport) == url
    assert transport.calls[-1].headers["api-key"] == link.key.reveal()
    assert "authorization" not in transport.calls[-1].headers


async def test_a_key_at_azure_is_checked_beside_the_deployment(script):
    link, transport = script(
        Scripted({"data": []}), endpoint="https://r.openai.azure.com/openai/deployments/mine"
    )

    probed = await find_source("azure").probe(link)

    assert transport.calls[0].url == (
        "https://r.openai.azure.com/openai/models?api-version=2024-10-21"
    )
    assert probed.key_proved


async def test_deepseek_continues_a_prefix_at_its_beta_address_alone(script):
    prefilled = ChatRequest(
        model="deepseek-v4-pro",
        messages=(says("user", "Hi"), says("assistant", "Well")),
        stream=False,
    )
    link, transport = script()
    source = find_source("deepseek")

    plain = await called(source, link, transport, prefilled)
    continued = ChatRequest(
        model="deepseek-v4-pro",
        messages=(says("user", "Hi"), type(says("user", ""))("assistant", prefix=True)),
        stream=False,
    )

    assert plain == "https://api.deepseek.com/chat/completions"
    assert await called(source, link, transport, continued) == (
        "https://api.deepseek.com/beta/chat/completions"
    )


async def test_github_lists_its_models_beside_the_inference_api(script):
    link, transport = script(Scripted([{"id": "openai/gpt-5.5"}]))

    models = await find_source("github_models").models(link)

    assert transport.calls[0].url == "https://models.github.ai/catalog/models"
    assert [model.id for model in models] == ["openai/gpt-5.5"]


def test_cloudflare_asks_for_the_account_it_needs(script):
    link, _ = script()

    with pytest.raises(Exception, match="option `account`"):
        find_source("cloudflare").endpoint_of(link)


async def test_a_cloudflare_token_is_proved_by_the_accounts_own_list(script):
    link, transport = script(Scripted({"result": []}), options={"account": "abc"})

    probed = await find_source("cloudflare").probe(link)

    assert probed.key_proved
    assert transport.calls[0].url == (
        "https://api.cloudflare.com/client/v4/accounts/abc/ai/models/search?per_page=1"
    )
