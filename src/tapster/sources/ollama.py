"""Ollama: models on your own machine, by its native API.

https://docs.ollama.com/api/chat
"""

from tapster.dialects.ollama_chat import OllamaChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

source = HttpSource(
    id="ollama",
    title="Ollama",
    base_url="http://127.0.0.1:11434",
    # People know its OpenAI-style address; the native API stands beside it.
    tails=("/api/generate", "/api/chat", "/api/tags", "/api", "/v1"),
    docs="https://docs.ollama.com/api/chat",
    dialect=OllamaChat(),
    own={"repetition_range": {"low": -1}},
    key_need="optional",
    key_page="https://ollama.com/settings/keys",
    key_variables=("OLLAMA_API_KEY",),
    models_path="/api/tags",
    always_external=True,
    note="No key on your own machine; `https://ollama.com` as the endpoint needs one.",
    options=(
        Option(
            "num_ctx",
            "Context length",
            "Tokens the model is loaded with; Ollama's own default is small.",
            kind="integer",
            body="options.num_ctx",
        ),
        Option(
            "keep_alive",
            "Keep loaded",
            "How long the model stays in memory after a call, as in `30m`.",
            body="keep_alive",
        ),
    ),
)
