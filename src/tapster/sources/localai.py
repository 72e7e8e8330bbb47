"""LocalAI: many engines behind one API.

https://localai.io/features/openai-functions/
"""

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import quote

from tapster.core.model_jobs import Progress, ServedModel
from tapster.core.servers import ServerFacts
from tapster.dialects.json_values import objects_in, text_in, whole_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias, same
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._control import Act, Control, Line, Wanted, failed
from tapster.sources._counts import Body, Counted, Post, number_in, words_of
from tapster.sources._probes import StatusCall
from tapster.sources._servers import Ask, ServerKind, marked, models_in
from tapster.sources._source import HttpSource


async def look(ask: Ask) -> ServerFacts | None:
    """Return its version and what it has loaded. It has a call for that which nobody else has."""
    system = await ask("/system")
    refuses = system.wants_key and "An authentication key is required" in system.words
    if not refuses and not {"backends", "loaded_models"} <= system.found.keys():
        return None
    version, listed = await asyncio.gather(ask("/version"), ask("/v1/models"))
    loaded = objects_in(system.found.get("loaded_models"))
    return ServerFacts(
        version=text_in(version.found.get("version")),
        models=marked(models_in(listed), (str(each.get("id")) for each in loaded)),
        refused=refuses or listed.wants_key,
    )


async def count(post: Post, body: Body) -> Counted:
    """Count the words: what the engine lays around them is not told."""
    answer = await post("/v1/tokenize", {"model": body["model"], "content": words_of(body)})
    return Counted(number_in(answer, "tokens"), what="words")


LIST = "/v1/models"


async def served(line: Line) -> tuple[ServedModel, ...]:
    """Return what is installed. Which of it is loaded it does not say there."""
    cards = objects_in((await line.get(LIST)).get("data"))
    return tuple(ServedModel(id=name) for each in cards if (name := text_in(each.get("id"))))


async def install(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
    """Have it install a model of its galleries, and ask how far it is until it is there."""
    job = text_in((await line.post("/models/apply", {"id": wanted.model})).get("uuid"))
    if job is None:
        raise failed("The server took the order, and gives no number by which to ask for it.")
    while True:
        told = await line.get(f"/models/jobs/{quote(job, safe='')}")
        said = text_in(told.get("message"))
        # What went wrong is an object without anything in it; the message has the words.
        if told.get("error") is not None:
            raise failed(said)
        if told.get("processed"):
            return
        share = whole_in(told.get("progress"))
        yield Progress(said=said, done=share, total=None if share is None else 100, unit="percent")
        await line.pause()


source = HttpSource(
    id="localai",
    title="LocalAI",
    base_url="http://127.0.0.1:8080",
    tails=("/v1",),
    docs="https://localai.io/features/openai-functions/",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        developer=False,
        also_takes=frozenset({"json_schema"}),
        never_takes=frozenset({"verbosity"}),
        wires=same("top_k", "min_p", "typical_p", "negative_prompt", "ignore_eos", "grammar")
        | {
            "tfs": "tfz",
            "repetition_penalty": "repeat_penalty",
            "repetition_range": "repeat_last_n",
            "guidance_scale": "negative_prompt_scale",
            "banned_token_ids": as_bias(-100),
        },
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look),
    models_path=LIST,
    status=StatusCall("/readyz", proves_key=False),
    count=count,
    always_external=True,
    note=(
        "Which settings have an effect depends on the engine of the model: llama.cpp heeds most "
        "of them, others few. The first message loads the engine."
    ),
    control=Control(models=served, download=Act(install, goes_on=True), example="localai@qwen3-8b"),
)
