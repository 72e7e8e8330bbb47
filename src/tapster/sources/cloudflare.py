"""Cloudflare Workers AI: open-weight models; the account is part of the address.

https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/
"""

from urllib.parse import quote

from tapster.core.errors import InvalidInput
from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Encoded
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._addresses import below
from tapster.sources._options import Option
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource


def home(link: Link) -> str:
    """Return the address of the account's own models."""
    account = link.options.get("account")
    if not account:
        raise InvalidInput(
            "Cloudflare Workers AI needs the id of your account: give it as the option "
            "`account`. It stands in the address of your Cloudflare dashboard.",
            field="options.account",
        )
    return f"{source.base_url}/accounts/{quote(str(account), safe='')}/ai/v1"


def address(encoded: Encoded, link: Link, request: ChatRequest | None) -> str:
    """Return where to call: the account's list stands beside the OpenAI-style path."""
    endpoint = source.endpoint_of(link)
    if request is None:
        endpoint = endpoint.removesuffix("/v1")
    return below(endpoint, encoded.path)


source = HttpSource(
    id="cloudflare",
    title="Cloudflare Workers AI",
    base_url="https://api.cloudflare.com/client/v4",
    docs="https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/",
    # The models are listed below another path, in a shape of their own.
    dialect=OpenAIChat(
        also_takes=frozenset({"top_k", "repetition_penalty"}),
        never_takes=frozenset({"n", "logit_bias", "verbosity"}),
    ),
    key_page="https://dash.cloudflare.com/profile/api-tokens",
    key_variables=(
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_KEY",
    ),
    home=home,
    models_path=None,
    status=StatusCall("/models/search?per_page=1"),
    address=address,
    options=(
        Option(
            "account",
            "Account id",
            "The id of your Cloudflare account, from the dashboard's address.",
            required=True,
        ),
    ),
    note=(
        "The token needs the permission Workers AI. "
        "Ids look like `@cf/meta/llama-3.3-70b-instruct-fp8-fast`."
    ),
    catalogue=(
        Model(id="@cf/openai/gpt-oss-120b", tools=True),
        Model(id="@cf/openai/gpt-oss-20b", tools=True),
        Model(id="@cf/meta/llama-3.3-70b-instruct-fp8-fast", tools=True),
        Model(id="@cf/meta/llama-4-scout-17b-16e-instruct", tools=True),
    ),
)
