"""GitHub Models: models of several vendors for a GitHub token.

https://docs.github.com/en/github-models
"""

from tapster.core.links import Link
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Encoded
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._addresses import below
from tapster.sources._source import HttpSource

CATALOGUE = "https://models.github.ai/catalog/models"


def address(encoded: Encoded, link: Link, request: ChatRequest | None) -> str:
    """Return where to call: the list stands beside the inference API, not below it."""
    if request is None and not link.endpoint:
        return CATALOGUE
    return below(source.endpoint_of(link), encoded.path)


source = HttpSource(
    id="github_models",
    title="GitHub Models",
    base_url="https://models.github.ai/inference",
    docs="https://docs.github.com/en/github-models",
    dialect=OpenAIChat(max_tokens_field="by_family"),
    key_page="https://github.com/settings/tokens",
    key_variables=(
        "GITHUB_MODELS_TOKEN",
        "GITHUB_TOKEN",
    ),
    address=address,
    list_is_public=True,
    models_path="/models",
    note="The token needs the scope `models`.",
)
