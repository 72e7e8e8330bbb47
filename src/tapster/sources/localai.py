"""LocalAI: many engines behind one API.

https://localai.io/features/openai-functions/
"""

import asyncio

from tapster.core.servers import ServerFacts
from tapster.dialects.json_values import objects_in, text_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.wires import as_bias, same
from tapster.dialects.openai_text import OpenAIText
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
    models_path="/v1/models",
    status=StatusCall("/readyz", proves_key=False),
    always_external=True,
    note=(
        "Which settings have an effect depends on the engine of the model: llama.cpp heeds most "
        "of them, others few. The first message loads the engine."
    ),
)
