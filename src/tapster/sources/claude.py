"""Claude: Anthropic's own API.

https://docs.claude.com/en/api/messages
"""

from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.dialects import anthropic_families
from tapster.dialects.anthropic_messages import AnthropicMessages
from tapster.sources._auth import HeaderKey
from tapster.sources._options import Option
from tapster.sources._source import HttpSource


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model accepts it, and what was changed."""
    del link
    return anthropic_families.refine(request)


DIALECT = AnthropicMessages()

source = HttpSource(
    id="claude",
    title="Claude",
    rank=2,
    base_url="https://api.anthropic.com/v1",
    version="/v1",
    docs="https://docs.claude.com/en/api/messages",
    dialect=DIALECT,
    # The list of models wants it as much as a message does.
    headers={"anthropic-version": DIALECT.version},
    # Proxies of this API often know only this header, though Anthropic takes Bearer as well.
    auth=HeaderKey("x-api-key"),
    key_page="https://platform.claude.com/settings/keys",
    key_variables=("ANTHROPIC_API_KEY", "CLAUDE_API_KEY"),
    models_path="/models?limit=1000",
    ranges={"temperature": (0, 1)},
    refine=refine,
    model_ranges=anthropic_families.ranges_of,
    options=(
        Option(
            "beta",
            "Beta features",
            "Names for the header `anthropic-beta`, separated by commas.",
            header="anthropic-beta",
        ),
        Option(
            "service_tier",
            "Service tier",
            "Whether priority capacity may be used.",
            kind="choice",
            choices=("auto", "standard_only"),
            body="service_tier",
        ),
        Option(
            "workspace",
            "Workspace",
            "The id of the workspace calls are counted for.",
            header="anthropic-workspace-id",
        ),
    ),
    catalogue=(
        Model(
            id="claude-opus-5-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-5-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-haiku-5-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-fable-5-2",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-fable-5-1",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-mythos-5-2",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-mythos-5-1",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-fable-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-mythos-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-5",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-8",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-7",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-6",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-4-6",
            vendor="anthropic",
            context=1_000_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-opus-4-5",
            vendor="anthropic",
            context=200_000,
            max_output=64_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="claude-sonnet-4-5",
            vendor="anthropic",
            context=200_000,
            max_output=64_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2026-11-30",
        ),
        Model(
            id="claude-haiku-4-5",
            vendor="anthropic",
            context=200_000,
            max_output=64_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
    ),
)
