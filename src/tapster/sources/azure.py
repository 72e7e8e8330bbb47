"""Azure OpenAI: the models you deployed in your own Azure resource.

https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
"""

from urllib.parse import quote, urlsplit, urlunsplit

from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.requests import ChatRequest
from tapster.dialects import openai_families
from tapster.dialects.dialect import Dialect, Encoded
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.sources._addresses import below
from tapster.sources._auth import HeaderKey
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

CHAT = OpenAIChat(max_tokens_field="by_family", prefill="none")
RESPONSES = OpenAIResponses()
LAST_DATED = "2024-10-21"


def choose(request: ChatRequest | None, link: Link) -> Dialect:
    """Return the API the connection names, or the one the model and its tools demand."""
    api = link.options.get("api", "auto")
    if api == "responses":
        return RESPONSES
    if api == "auto" and request is not None and openai_families.wants_responses(request):
        return RESPONSES
    return CHAT


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model takes it, and a notice for each thing left out."""
    del link
    return openai_families.refine(request)


def address(encoded: Encoded, link: Link, request: ChatRequest | None) -> str:
    """Return where to call: below the v1 API, a deployment with its dated version, or as given."""
    parts = urlsplit(source.endpoint_of(link))
    version = link.options.get("api_version")
    query = f"api-version={quote(str(version), safe='')}" if version else parts.query
    root, deployments, name = parts.path.partition("/deployments/")
    if deployments:
        query = query or f"api-version={LAST_DATED}"
        path = f"{root}/deployments/{name}" if request else root
    elif root.endswith(("/v1", "/models")):
        path = root
    elif not query:
        path = f"{root}/openai/v1"
    else:
        path = f"{root}/openai"
        if request and encoded.path == CHAT.path:
            path += f"/deployments/{quote(request.model, safe='')}"
    return below(urlunsplit((parts.scheme, parts.netloc, path, query, "")), encoded.path)


source = HttpSource(
    id="azure",
    title="Azure OpenAI",
    base_url=None,
    docs="https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle",
    tails=("/openai/v1", "/openai"),
    dialect=CHAT,
    choose=choose,
    refine=refine,
    address=address,
    auth=HeaderKey("api-key"),
    key_page="https://portal.azure.com/#view/Microsoft_Azure_ProjectOxford/CognitiveServicesHub",
    key_variables=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
    # The list names what could be deployed, not what is: it proves the key and no more.
    models_path=None,
    status=StatusCall("/models"),
    always_external=True,
    note=(
        "The endpoint is the resource's, such as https://name.openai.azure.com; the model is the "
        "name of a deployment of yours."
    ),
    options=(
        Option(
            "api",
            "API",
            "Auto uses Responses where a model or its tools demand it and Chat Completions else.",
            kind="choice",
            choices=("auto", "chat", "responses"),
            default="auto",
        ),
        Option(
            "api_version",
            "API version",
            "A dated version such as 2024-10-21, for resources without the v1 API.",
        ),
    ),
)
