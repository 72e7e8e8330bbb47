"""Cohere: its own v2 chat API.

https://docs.cohere.com/reference/chat
"""

from tapster.core.models import Model
from tapster.dialects.cohere_chat import CohereChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

source = HttpSource(
    id="cohere",
    title="Cohere",
    base_url="https://api.cohere.com",
    # The version is part of each path: chat is v2 while the list is v1.
    tails=("/v2/chat", "/v1/chat", "/v2", "/v1"),
    docs="https://docs.cohere.com/reference/chat",
    dialect=CohereChat(),
    key_page="https://dashboard.cohere.com/api-keys",
    key_variables=("COHERE_API_KEY", "CO_API_KEY"),
    models_path="/v1/models?endpoint=chat&page_size=1000",
    ranges={
        "temperature": (0, 2),
        "top_p": (0.01, 0.99),
        "top_k": (0, 500),
        "frequency_penalty": (0, 1),
        "presence_penalty": (0, 1),
    },
    note="Trial keys allow 20 calls a minute and 1000 a month.",
    options=(
        Option(
            "safety_mode",
            "Safety mode",
            "Which safety words Cohere adds; `OFF` adds none.",
            kind="choice",
            choices=("CONTEXTUAL", "STRICT", "OFF"),
            body="safety_mode",
        ),
        Option(
            "citations",
            "Citations",
            "How carefully quotations from documents are marked.",
            kind="choice",
            choices=("FAST", "ACCURATE", "OFF"),
            body="citation_options.mode",
        ),
    ),
    catalogue=(
        Model(
            id="command-a-plus-05-2026",
            context=128_000,
            max_output=64_000,
            inputs=("text", "image"),
            tools=True,
            reasoning=True,
        ),
        Model(id="command-a-03-2025", context=256_000, max_output=8_000, tools=True),
        Model(
            id="command-a-reasoning-08-2025",
            context=256_000,
            max_output=32_000,
            tools=True,
            reasoning=True,
        ),
        Model(
            id="command-a-vision-07-2025",
            context=128_000,
            max_output=8_000,
            inputs=("text", "image"),
        ),
        Model(id="command-r7b-12-2024", context=128_000, max_output=4_096, tools=True),
        Model(id="c4ai-aya-expanse-32b", context=128_000, max_output=4_000),
    ),
)
