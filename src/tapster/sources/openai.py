"""OpenAI: Chat Completions, and Responses where a model or its tools demand it.

https://platform.openai.com/docs/api-reference
"""

import re

from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.dialects import openai_families
from tapster.dialects.dialect import Dialect
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_responses import OpenAIResponses
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

CHAT = OpenAIChat(max_tokens_field="by_family", prefill="none")
# Behind an address of the person's own may stand any server and any model.
ELSEWHERE = OpenAIChat(max_tokens_field="by_family", inline_thinking=True)
RESPONSES = OpenAIResponses()
BASES = {
    "global": "https://api.openai.com/v1",
    "us": "https://us.api.openai.com/v1",
    "eu": "https://eu.api.openai.com/v1",
    "ae": "https://ae.api.openai.com/v1",
    "au": "https://au.api.openai.com/v1",
    "in": "https://in.api.openai.com/v1",
    "jp": "https://jp.api.openai.com/v1",
}
_NOT_CHAT = re.compile(
    r"^(?:text-|tts-|whisper|dall-e|babbage|davinci|sora|gpt-(?:audio|realtime|image|live))"
    r"|-(?:audio|realtime|tts|transcribe|image|instruct|search-api)\b|embedding|moderation"
)


def choose(request: ChatRequest | None, link: Link) -> Dialect:
    """Return the API the connection names, or the one the model and its tools demand."""
    api = link.options.get("api", "auto")
    if api == "responses":
        return RESPONSES
    if api == "auto" and request is not None and openai_families.wants_responses(request):
        return RESPONSES
    return ELSEWHERE if link.endpoint else CHAT


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model takes it, and a notice for each thing left out."""
    del link
    return openai_families.refine(request)


def chats(model: Model) -> bool:
    """Tell the chat models from those that embed, paint, hear or judge."""
    return not _NOT_CHAT.search(model.id)


source = HttpSource(
    id="openai",
    title="OpenAI",
    rank=0,
    base_url="https://api.openai.com/v1",
    bases=BASES,
    version="/v1",
    docs="https://platform.openai.com/docs/api-reference",
    dialect=CHAT,
    choose=choose,
    # For the few models that are left of those that continue text.
    text=OpenAIText(),
    refine=refine,
    keeps=chats,
    key_page="https://platform.openai.com/api-keys",
    key_variables=("OPENAI_API_KEY",),
    options=(
        Option(
            "api",
            "API",
            "Auto uses Responses where a model or its tools demand it and Chat Completions else. "
            "Choose chat for a proxy that has no /responses.",
            kind="choice",
            choices=("auto", "chat", "responses"),
            default="auto",
        ),
        Option(
            "organization",
            "Organization",
            "The id of the organization that is billed.",
            header="openai-organization",
        ),
        Option(
            "project",
            "Project",
            "The id of the project calls are counted for.",
            header="openai-project",
        ),
        Option(
            "endpoint",
            "Region",
            "Where calls are answered, for accounts with data residency.",
            kind="choice",
            choices=tuple(BASES),
            default="global",
        ),
        Option(
            "service_tier",
            "Service tier",
            "Which queue calls stand in.",
            kind="choice",
            choices=("auto", "default", "flex", "scale", "priority", "fast"),
            body="service_tier",
        ),
    ),
    catalogue=(
        Model(
            id="gpt-6.2-astra",
            vendor="openai",
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-6.2-sol",
            vendor="openai",
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-6.1-sol",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-6.1-terra",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-6-astra",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-6-sol",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-6-luna",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.6-sol",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.6-terra",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.6-luna",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.5",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.5-pro",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.4",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.4-pro",
            vendor="openai",
            context=1_050_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.4-mini",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.4-nano",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2027-04-01",
        ),
        Model(
            id="gpt-5.3-codex",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2027-04-01",
        ),
        Model(
            id="gpt-5.2",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.2-pro",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gpt-5.1",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2027-04-01",
        ),
        Model(
            id="gpt-5",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2026-12-11",
        ),
        Model(
            id="gpt-5-mini",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2026-12-11",
        ),
        Model(
            id="gpt-5-nano",
            vendor="openai",
            context=400_000,
            max_output=128_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2026-12-11",
        ),
        Model(
            id="o3",
            vendor="openai",
            context=200_000,
            max_output=100_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
            retires="2026-12-11",
        ),
        Model(
            id="gpt-4.1",
            vendor="openai",
            context=1_047_576,
            max_output=32_768,
            inputs=("text", "image"),
            tools=True,
            reasoning=False,
            retires="2027-01-14",
        ),
        Model(
            id="gpt-4.1-mini",
            vendor="openai",
            context=1_047_576,
            max_output=32_768,
            inputs=("text", "image"),
            tools=True,
            reasoning=False,
            retires="2027-01-14",
        ),
        Model(
            id="gpt-4o",
            vendor="openai",
            context=128_000,
            max_output=16_384,
            inputs=("text", "image"),
            tools=True,
            reasoning=False,
            retires="2027-01-14",
        ),
        Model(
            id="gpt-4o-mini",
            vendor="openai",
            context=128_000,
            max_output=16_384,
            inputs=("text", "image"),
            tools=True,
            reasoning=False,
            retires="2027-01-14",
        ),
    ),
)
