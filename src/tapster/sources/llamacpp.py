"""llama.cpp's own server, with all samplers of the library.

https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, object_in, objects_in, text_in
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._llama import CHAT, OWN, RANGES
from tapster.sources._probes import StatusCall
from tapster.sources._servers import Ask, Said, ServerKind, owners_in, template_of
from tapster.sources._source import HttpSource

_REFUSAL = {"message": "Invalid API Key", "type": "authentication_error", "code": 401}


async def look(ask: Ask) -> ServerFacts | None:
    """Return what its own `/props` tell, and its list of models where it has several."""
    props = await ask("/props")
    if not _is_it(props) and not props.wants_key:
        return None
    listed = await ask("/v1/models")
    # With a key older builds hide their properties, and not their list.
    if not _is_it(props) and "llamacpp" not in owners_in(listed):
        return None
    entries = objects_in(listed.found.get("data"))
    told = {name: entry for entry in entries if (name := text_in(entry.get("id")))}
    awake = [name for name, entry in told.items() if _state_of(entry) in {None, "loaded"}]
    if awake and _state_of(told[awake[0]]):
        # A router: what it says of itself is said of no model.
        props = await ask(f"/props?model={quote(awake[0])}&autoload=false")
    context = count_in(object_in(props.found.get("default_generation_settings")).get("n_ctx"))
    return ServerFacts(
        version=text_in(props.found.get("build_info")),
        models=tuple(
            ServerModel(name, name in awake, context or None if name in awake[:1] else None)
            for name in told
        ),
        context=context or None,
        slots=count_in(props.found.get("total_slots")) or None,
        template=template_of(props.found.get("chat_template")),
        loading=_is_loading(props) or _is_loading(listed),
        refused=props.wants_key,
    )


def _is_it(props: Said) -> bool:
    """Whether these are its own properties: servers that imitate them know `n_ctx` alone."""
    if props.headers.get("server") == "llama.cpp" or _is_loading(props):
        return True
    known = object_in(props.found.get("default_generation_settings"))
    return len(known) > 1 or (props.wants_key and props.document == {"error": _REFUSAL})


def _is_loading(said: Said) -> bool:
    error = object_in(said.document.get("error"))
    return said.status == 503 and error.get("message") == "Loading model"


def _state_of(entry: Mapping[str, Any]) -> str | None:
    """Return how a router's model is; `None` where there is one model, and no router."""
    return text_in(object_in(entry.get("status")).get("value"))


source = HttpSource(
    id="llamacpp",
    title="llama.cpp server",
    base_url="http://127.0.0.1:8080",
    tails=("/v1",),
    docs="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    dialect=replace(CHAT, path="/v1/chat/completions"),
    ranges=RANGES,
    own=OWN,
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look, ports=(9931,)),
    models_path="/v1/models",
    # Whoever asks may see the list and that it is alive; only a message proves the key.
    list_is_public=True,
    status=StatusCall("/health", proves_key=False),
    always_external=True,
    note=(
        "Started with `llama-server`; newer builds may listen at port 9931. "
        "The key is needed only with `--api-key`."
    ),
)
