"""PaLM: Google's first chat API, shut down by Google, still spoken by some proxies.

https://ai.google.dev/palm_docs
"""

from tapster.core.links import Link
from tapster.core.models import Model
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Dialect
from tapster.dialects.palm import PalmMessage, PalmText
from tapster.sources._auth import QueryKey
from tapster.sources._source import HttpSource

MESSAGE = PalmMessage()
TEXT = PalmText()


def choose(request: ChatRequest | None, link: Link) -> Dialect:
    """Return the text dialect for the models that only continue text."""
    del link
    return TEXT if request is not None and "text-bison" in request.model else MESSAGE


source = HttpSource(
    id="palm",
    title="PaLM (legacy)",
    rank=90,
    base_url="https://generativelanguage.googleapis.com/v1beta2",
    version="/v1beta2",
    tails=("/models",),
    docs="https://ai.google.dev/palm_docs",
    dialect=MESSAGE,
    choose=choose,
    auth=QueryKey(),
    key_page="https://aistudio.google.com/apikey",
    key_variables=("PALM_API_KEY",),
    models_path="/models?pageSize=1000",
    ranges={"temperature": (0, 1), "n": (1, 8)},
    retired=(
        "Google shut the PaLM API down on 15 August 2024, so nothing answers at its address any "
        "more. Use the source for Google AI Studio instead: the same key page makes keys for "
        "Gemini. An endpoint that still speaks PaLM, such as a proxy, works when you name it."
    ),
    note="For proxies that still speak it. One whole answer at a time: PaLM never streamed.",
    catalogue=(
        Model(id="chat-bison-001", context=8_192, max_output=1_024),
        Model(id="text-bison-001", context=8_196, max_output=1_024),
    ),
)
