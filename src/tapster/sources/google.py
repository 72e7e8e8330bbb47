"""Google AI Studio: the Gemini and Gemma models behind Google's own API.

https://ai.google.dev/api/generate-content
"""

from tapster.core.events import Noticed
from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.dialects import google_families
from tapster.dialects.google_generate import GoogleGenerate
from tapster.sources._auth import HeaderKey
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

CATEGORIES = (
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
)


def choose(request: ChatRequest | None, link: Link) -> GoogleGenerate:
    """Return the dialect with the safety filter the connection asks for."""
    del request
    threshold = link.options.get("safety")
    if not threshold:
        return GoogleGenerate()
    return GoogleGenerate(safety=tuple((category, str(threshold)) for category in CATEGORIES))


def refine(request: ChatRequest, link: Link) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` as its model accepts it, and what was changed."""
    del link
    return google_families.refine(request)


source = HttpSource(
    id="google",
    title="Google AI Studio",
    rank=3,
    base_url="https://generativelanguage.googleapis.com/v1beta",
    version="/v1beta",
    tails=("/models",),
    docs="https://ai.google.dev/api/generate-content",
    dialect=GoogleGenerate(),
    auth=HeaderKey("x-goog-api-key"),
    key_page="https://aistudio.google.com/apikey",
    key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"),
    models_path="/models?pageSize=1000",
    choose=choose,
    refine=refine,
    model_ranges=google_families.ranges_of,
    note="Some countries have no free tier; Google says so only when a reply is asked for.",
    options=(
        Option(
            "safety",
            "Safety filter",
            "How much Google blocks in each of its categories of harm.",
            kind="choice",
            choices=(
                "OFF",
                "BLOCK_NONE",
                "BLOCK_ONLY_HIGH",
                "BLOCK_MEDIUM_AND_ABOVE",
                "BLOCK_LOW_AND_ABOVE",
            ),
        ),
    ),
    catalogue=(
        Model(
            id="gemini-4-argon",
            context=1_048_576,
            max_output=1_048_576,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.8-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.7-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.6-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.5-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.5-flash-lite",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.1-pro-preview",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3.1-flash-lite",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-3-flash-preview",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-2.5-pro",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-2.5-flash",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-2.5-flash-lite",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-pro-latest",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-flash-latest",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
        Model(
            id="gemini-flash-lite-latest",
            context=1_048_576,
            max_output=65_536,
            inputs=("text", "image", "audio", "video", "file"),
            tools=True,
            reasoning=True,
        ),
    ),
)
