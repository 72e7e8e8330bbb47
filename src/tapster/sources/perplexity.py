"""Perplexity: models that search, behind its Agent API (the Sonar chat API ended in 2026).

https://docs.perplexity.ai/docs/agent-api
"""

from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Dialect
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

AGENT = OpenAIResponses(path="/agent")
SONAR = OpenAIChat(inline_thinking=True, never_takes=frozenset({"n", "seed", "logit_bias"}))


def choose(request: ChatRequest | None, link: Link) -> Dialect:
    """Return the API the connection names, or the one the model belongs to.

    Models named plainly, as `sonar-pro`, ended with the chat API: only a proxy has them still.
    """
    api = link.options.get("api", "auto")
    if api == "auto" and link.endpoint and request is not None and "/" not in request.model:
        return SONAR
    return SONAR if api == "sonar" else AGENT


source = HttpSource(
    id="perplexity",
    title="Perplexity",
    base_url="https://api.perplexity.ai/v1",
    version="/v1",
    docs="https://docs.perplexity.ai/docs/agent-api",
    dialect=AGENT,
    choose=choose,
    key_page="https://www.perplexity.ai/account/api/keys",
    key_variables=("PERPLEXITY_API_KEY", "PPLX_API_KEY", "PERPLEXITYAI_API_KEY"),
    # There is no list and nothing cheap to ask with the key.
    models_path=None,
    tails=("/agent",),
    note="Searching is a tool of the model; a model id names its vendor, as in `openai/gpt-5.5`.",
    options=(
        Option(
            "api",
            "API",
            "The Agent API, or the older Sonar chat API. Auto takes Sonar for its plain model "
            "names at an endpoint of your own, where a proxy may still offer it.",
            kind="choice",
            choices=("auto", "agent", "sonar"),
            default="auto",
        ),
    ),
    catalogue=(
        Model(id="perplexity/sonar", tools=True),
        Model(id="anthropic/claude-opus-5-5", tools=True, reasoning=True),
        Model(id="anthropic/claude-sonnet-5-5", tools=True, reasoning=True),
        Model(id="anthropic/claude-haiku-5-5", tools=True, reasoning=True),
        Model(id="openai/gpt-6.1-sol", tools=True, reasoning=True),
        Model(id="openai/gpt-6-astra", tools=True, reasoning=True),
        Model(id="openai/gpt-5.5", tools=True, reasoning=True),
        Model(id="google/gemini-3.8-flash", tools=True, reasoning=True),
        Model(id="xai/grok-4.7", tools=True, reasoning=True),
        Model(id="perplexity/glm-5.3", tools=True, reasoning=True),
        Model(id="perplexity/kimi-k3", tools=True, reasoning=True),
        Model(id="perplexity/deepseek-v4-pro-0813", tools=True, reasoning=True),
    ),
)
