"""LM Studio: models on a desk, loaded when they are asked for.

https://lmstudio.ai/docs/developer/openai-compat
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Any
from urllib.parse import quote

from tapster.core.model_jobs import Progress, ServedModel
from tapster.core.models import Model
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, object_in, objects_in, text_in, whole_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._control import Act, Control, Line, Wanted, at_once, failed
from tapster.sources._options import LONGEST_CONTEXT, Option
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
            if "state" in entry and text_in(entry.get("type")) in {"llm", "vlm"}
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


async def served(line: Line) -> tuple[ServedModel, ...]:
    """Return the models that write words, with the context the loaded ones have."""
    return tuple(
        ServedModel(
            id=key,
            state="loaded" if (instances := _instances(each)) else "unloaded",
            size=whole_in(each.get("size_bytes")),
            context=whole_in(object_in(instances[0].get("config")).get("context_length"))
            if instances
            else None,
        )
        for each in await _catalogue(line)
        if (key := text_in(each.get("key")))
        and text_in(each.get("type")) not in {"embedding", "embeddings"}
    )


async def load(line: Line, wanted: Wanted) -> None:
    """Have it load the model; it answers when that is done."""
    await line.post("/api/v1/models/load", {"model": wanted.model, **wanted.options})


async def unload(line: Line, wanted: Wanted) -> None:
    """Have it unload every instance of the model."""
    for each in await _catalogue(line):
        if each.get("key") == wanted.model:
            for instance in _instances(each):
                await line.post("/api/v1/models/unload", {"instance_id": instance.get("id")})


async def download(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
    """Have it download the model, and ask how far it is until it is there."""
    told = await line.post("/api/v1/models/download", {"model": wanted.model})
    job = text_in(told.get("job_id"))
    while (status := text_in(told.get("status"))) not in {"completed", "already_downloaded"}:
        if job is None or status == "failed":
            raise failed(None)
        yield Progress(
            said="paused" if status == "paused" else None,
            done=whole_in(told.get("downloaded_bytes")),
            total=whole_in(told.get("total_size_bytes")),
        )
        await line.pause()
        told = await line.get(f"/api/v1/models/download/status/{quote(job, safe='')}")


async def _catalogue(line: Line) -> list[dict[str, Any]]:
    return objects_in((await line.get("/api/v1/models")).get("models"))


def _instances(card: dict[str, Any]) -> list[dict[str, Any]]:
    return objects_in(card.get("loaded_instances"))


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
    control=Control(
        models=served,
        load=Act(at_once(load), goes_on=True),
        unload=Act(at_once(unload)),
        download=Act(download, goes_on=True),
        options=(
            Option(
                "context_length",
                "Context length",
                "Tokens the model is loaded with; as LM Studio's own settings have it where none "
                "is given.",
                kind="integer",
                low=1,
                high=LONGEST_CONTEXT,
            ),
        ),
        example="qwen/qwen3-4b-2507",
        absent="This LM Studio has no calls to load or download models: they came with 0.4. "
        "Update it, or do it in its window.",
    ),
)
