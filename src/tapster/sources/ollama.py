"""Ollama: models on your own machine, by its native API.

https://docs.ollama.com/api/chat
"""

import asyncio
from collections.abc import AsyncGenerator

from tapster.core.model_jobs import Progress, ServedModel
from tapster.core.origins import is_at_home
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, objects_in, text_in, whole_in
from tapster.dialects.ollama_chat import OllamaChat
from tapster.sources._control import Act, Control, Line, Wanted, at_once, demand_end, epoch_of
from tapster.sources._options import LONGEST_CONTEXT, Option
from tapster.sources._servers import Ask, ServerKind, owners_in, template_of
from tapster.sources._source import HttpSource

# Tokens. With a large graphics card newer versions take more, which `/api/ps` tells.
_USUAL_CONTEXT = 4_096


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


def usual_context(address: str, model: str) -> int | None:
    """Return the tokens it loads a model with where nobody says how many.

    Models it runs in its cloud have all that is theirs.
    """
    return _USUAL_CONTEXT if is_at_home(address) and not model.endswith("cloud") else None


NUM_CTX = Option(
    "num_ctx",
    "Context length",
    "Tokens the model is loaded with; Ollama's own default is small.",
    kind="integer",
    low=1,
    high=LONGEST_CONTEXT,
    body="options.num_ctx",
)
KEEP_ALIVE = Option(
    "keep_alive",
    "Keep loaded",
    "How long the model stays in memory after a call, as in `30m`, or in seconds; `-1` keeps it "
    "there, `0` unloads it at once.",
    kind="duration",
    body="keep_alive",
)


async def served(line: Line) -> tuple[ServedModel, ...]:
    """Return every model there is, with what is known of those in memory."""
    there = objects_in((await line.get("/api/tags")).get("models"))
    running = objects_in((await line.get("/api/ps")).get("models"))
    loaded = {text_in(each.get("model")): each for each in running}
    return tuple(
        ServedModel(
            id=name,
            state="loaded" if name in loaded else "unloaded",
            size=whole_in(each.get("size")),
            context=whole_in(loaded.get(name, {}).get("context_length")),
            expires_at=epoch_of(loaded.get(name, {}).get("expires_at")),
        )
        for each in there
        if (name := text_in(each.get("model")) or text_in(each.get("name")))
    )


async def load(line: Line, wanted: Wanted) -> None:
    """Have it load the model: a chat without messages does nothing else."""
    given = dict(wanted.options)
    context = given.pop("num_ctx", None)
    options = {} if context is None else {"options": {"num_ctx": context}}
    await line.post("/api/chat", _nothing_to(wanted.model) | given | options)


async def unload(line: Line, wanted: Wanted) -> None:
    """Have it unload the model at once."""
    await line.post("/api/chat", _nothing_to(wanted.model) | {"keep_alive": 0})


async def download(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
    """Have it pull the model from its library, layer after layer."""
    said = None
    async for told in line.stream("/api/pull", {"model": wanted.model}):
        said = text_in(told.get("status"))
        total = whole_in(told.get("total"))
        yield Progress(
            said=said,
            done=(whole_in(told.get("completed")) or 0) if total else None,
            total=total,
        )
    demand_end(said == "success")


def _nothing_to(model: str) -> dict[str, object]:
    return {"model": model, "messages": [], "stream": False}


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
    # Of the models in memory it tells there how much they read.
    facts_path="/api/ps",
    always_external=True,
    note="No key on your own machine; `https://ollama.com` as the endpoint needs one.",
    options=(NUM_CTX, KEEP_ALIVE),
    context_option=NUM_CTX.name,
    usual_context=usual_context,
    control=Control(
        models=served,
        load=Act(at_once(load)),
        unload=Act(at_once(unload)),
        download=Act(download),
        options=(NUM_CTX, KEEP_ALIVE),
        example="qwen3:8b",
    ),
)
