"""Ollama: models on your own machine, by its native API.

https://docs.ollama.com/api/chat
"""

import asyncio

from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, objects_in, text_in
from tapster.dialects.ollama_chat import OllamaChat
from tapster.sources._options import Option
from tapster.sources._servers import Ask, ServerKind, owners_in, template_of
from tapster.sources._source import HttpSource


async def look(ask: Ask) -> ServerFacts | None:
    """Return what it has and what is loaded. Many imitate it, so it is asked for last."""
    version, greeting = await asyncio.gather(ask("/api/version"), ask("/"))
    named = text_in(version.found.get("version"))
    if named is None and not greeting.words.startswith("Ollama is running"):
        return None
    tags, running, listed = await asyncio.gather(
        ask("/api/tags"), ask("/api/ps"), ask("/v1/models")
    )
    if "models" not in tags.found or "sglang" in owners_in(listed):
        return None
    loaded = {
        str(each.get("model")): count_in(each.get("context_length")) or None
        for each in objects_in(running.found.get("models"))
    }
    names = [
        name for each in objects_in(tags.found["models"]) if (name := text_in(each.get("model")))
    ]
    first = next(iter(loaded), None)
    shown = await ask("/api/show", {"model": first}) if first else None
    return ServerFacts(
        version=named,
        models=tuple(ServerModel(name, name in loaded, loaded.get(name)) for name in names),
        context=loaded[first] if first else None,
        template=template_of(shown.found.get("template")) if shown else None,
    )


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
    server=ServerKind(look, imitated=True),
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
