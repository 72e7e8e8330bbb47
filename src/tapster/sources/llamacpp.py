"""llama.cpp's own server, with all samplers of the library.

https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tapster.core.errors import Reason, SourceError
from tapster.core.model_jobs import Progress, ServedModel, ServedState
from tapster.core.servers import ServerFacts, ServerModel
from tapster.dialects.json_values import count_in, object_in, objects_in, text_in, whole_in
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._control import Act, Control, Line, Wanted, at_once, failed
from tapster.sources._counts import Body, Counted, Post, number_in, prompt_in, unstreamed
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


def _state_of(entry: dict[str, Any]) -> str | None:
    """Return how a router's model is; `None` where there is one model, and no router."""
    return _state(_status(entry))


async def count(post: Post, body: Body) -> Counted:
    """Count in one call; older builds lay the template around the messages in a call before."""
    question = unstreamed(body)
    try:
        answer = await post("/v1/chat/completions/input_tokens", question)
    except SourceError as error:
        if error.reason is not Reason.NOT_FOUND:
            raise
    else:
        return Counted(number_in(answer, "input_tokens"))
    prompt = prompt_in(await post("/apply-template", question))
    answer = await post(
        "/tokenize", {"content": prompt, "add_special": True, "parse_special": True}
    )
    return Counted(number_in(answer, "tokens"))


ABSENT = (
    "This llama.cpp server was started with one model, which it keeps. Start `llama-server` "
    "without a model (router mode) to have it load and unload others."
)
# So often a download that was accepted may not be listed yet; once it was, it is missed at once.
UNLISTED = 5
STATES: dict[str, ServedState] = {
    "unloaded": "unloaded",
    "loading": "loading",
    "loaded": "loaded",
    "sleeping": "sleeping",
    "downloading": "downloading",
}


async def served(line: Line) -> tuple[ServedModel, ...]:
    """Return the models of a router, with their states."""
    cards = objects_in((await line.get("/models")).get("data"))
    if cards and not any(_status(each) for each in cards):
        raise SourceError(Reason.NOT_FOUND, ABSENT, status=404)
    return tuple(
        ServedModel(
            id=name,
            state=STATES.get(_state(_status(each)) or ""),
            size=whole_in(object_in(each.get("meta")).get("size")),
            context=whole_in(object_in(each.get("meta")).get("n_ctx")),
            progress=_progress(_status(each)),
        )
        for each in cards
        if (name := text_in(each.get("id")))
    )


async def load(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
    """Have the router load the model, and ask how it stands until it is loaded."""
    _accepted(await line.post("/models/load", {"model": wanted.model}))
    began = False
    while (state := _state(status := await _found(line, wanted))) not in {"loaded", "sleeping"}:
        if not status:
            raise failed(f"The server does not list {wanted.model!r} any more.")
        if status.get("failed"):
            raise failed(
                f"The model {wanted.model!r} could not be loaded: its process ended with exit code "
                f"{status.get('exit_code')}. The log of llama-server says why."
            )
        if began and state == "unloaded":
            raise failed(
                f"The model {wanted.model!r} was unloaded before it was loaded: somebody else had "
                "that done, or another model needed its place. Load it again."
            )
        began = state == "loading"
        yield Progress()
        await line.pause()


async def unload(line: Line, wanted: Wanted) -> None:
    """Have the router unload the model, or stop loading or downloading it."""
    _accepted(await line.post("/models/unload", {"model": wanted.model}))


async def download(line: Line, wanted: Wanted) -> AsyncGenerator[Progress, None]:
    """Have the router download the model, and ask how far it is until it is there."""
    _accepted(await line.post("/models", {"model": wanted.model}))
    looks = 0
    while _state(status := await _found(line, wanted)) in {"downloading", None}:
        if not status and looks == UNLISTED:
            raise failed("The server does not list the model: its log says why.")
        looks = UNLISTED if status else looks + 1
        yield _progress(status) or Progress()
        await line.pause()
    if status.get("failed"):
        raise failed(None)


async def _found(line: Line, wanted: Wanted) -> dict[str, Any]:
    """Return the status of the model; an empty object where it is not listed any more."""
    cards = objects_in((await line.get("/models")).get("data"))
    return next((_status(each) for each in cards if each.get("id") == wanted.model), {})


def _status(card: dict[str, Any]) -> dict[str, Any]:
    return object_in(card.get("status"))


def _state(status: dict[str, Any]) -> str | None:
    return text_in(status.get("value"))


def _progress(status: dict[str, Any]) -> Progress | None:
    """Return how far a download is, all its files together."""
    files = [object_in(each) for each in object_in(status.get("progress")).values()]
    files = [each for each in files if "total" in each]
    if not files:
        return None
    return Progress(
        done=sum(count_in(each.get("done")) for each in files),
        total=sum(count_in(each.get("total")) for each in files),
    )


def _accepted(answer: dict[str, Any]) -> None:
    if answer.get("success") is False:
        raise failed(text_in(answer.get("message")))


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
    # After a stream it closes without having said so: a call just then would be lost.
    keeps_connections=False,
    always_streams=True,
    count=count,
    always_external=True,
    note=(
        "Started with `llama-server`; newer builds may listen at port 9931. "
        "The key is needed only with `--api-key`."
    ),
    control=Control(
        models=served,
        load=Act(load, undo=unload),
        unload=Act(at_once(unload)),
        download=Act(download, undo=unload),
        example="ggml-org/gemma-3-4b-it-GGUF:Q4_K_M",
        absent=ABSENT,
    ),
)
