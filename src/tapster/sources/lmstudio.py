"""LM Studio: models on a desk, loaded when they are asked for.

https://lmstudio.ai/docs/developer/openai-compat
"""

from collections.abc import Mapping
from typing import Any

from tapster.core.models import Model
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, object_in, objects_in, text_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._options import Option
from tapster.sources._servers import Ask, ServerKind
from tapster.sources._source import HttpSource


def chats(model: Model) -> bool:
    """Whether a model of the list writes words; those that only embed do not."""
    return model.extra.get("type") != "embeddings"


async def look(ask: Ask) -> ServerFacts | None:
    """Return what its own list tells, the newer one or the older. It tells no version."""
    newer = await ask("/api/v1/models")
    if newer.wants_key:
        return ServerFacts(refused=True) if "LM Studio" in newer.words else None
    if (entries := newer.found.get("models")) is not None:
        told = [each for each in objects_in(entries) if "key" in each]
        models = [_model_in(entry) for entry in told if entry.get("type") == "llm"]
        if entries and not told:
            return None
    else:
        # What it has no call for it answers with an error, and a 200.
        older = objects_in((await ask("/api/v0/models")).found.get("data"))
        models = [
            ServerModel(
                str(entry.get("id")),
                entry["state"] == "loaded",
                count_in(entry.get("loaded_context_length")) or None,
            )
            for entry in older
            if "state" in entry and entry.get("type") in {"llm", "vlm"}
        ]
        if not models:
            return None
    loaded = next((model for model in models if model.loaded), None)
    return ServerFacts(models=tuple(models), context=loaded.context if loaded else None)


def _model_in(entry: Mapping[str, Any]) -> ServerModel:
    """Return a model of the newer list, whose instances are what is loaded of it."""
    instances = objects_in(entry.get("loaded_instances"))
    configs = (object_in(instance.get("config")) for instance in instances)
    context = next((count_in(config.get("context_length")) for config in configs), 0)
    return ServerModel(text_in(entry.get("key")) or "", bool(instances), context or None)


source = HttpSource(
    id="lmstudio",
    title="LM Studio",
    base_url="http://127.0.0.1:1234",
    tails=("/v1", "/api/v0", "/api/v1"),
    docs="https://lmstudio.ai/docs/developer/openai-compat",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        json_format="schema_only",
        also_takes=frozenset({"top_k", "json_schema"}),
        never_takes=frozenset({"n", "logprobs", "top_logprobs", "reasoning_effort", "verbosity"}),
        wires={"repetition_penalty": "repeat_penalty", "banned_token_ids": as_bias(-100)},
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look),
    models_path="/v1/models",
    facts_path="/api/v0/models",
    keeps=chats,
    always_external=True,
    note=(
        "Start its server on the Developer page. A model that is not loaded yet is loaded by "
        "the first message, which may take minutes."
    ),
    options=(
        Option(
            "ttl",
            "Keep loaded",
            "Seconds without a call after which a model loaded by a call is unloaded.",
            kind="integer",
            body="ttl",
        ),
        Option(
            "draft_model",
            "Draft model",
            "A small model that guesses ahead so that the large one is quicker.",
            body="draft_model",
        ),
    ),
)
