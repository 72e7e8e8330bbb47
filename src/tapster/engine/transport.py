"""Answers `engine:` addresses from the embedded model.

    GET  …/models             the model files, as OpenAI's list
    POST …/chat/completions   OpenAI's chat request; streamed or whole
    POST …/completions        raw text to be continued, without any template; streamed or whole
    POST …/tokenize           {model?, text} or {model?, messages} → {tokens, count}

https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tapster.core.errors import EngineError, InvalidInput
from tapster.core.links import Answer, Call
from tapster.core.unreadable import UNREADABLE
from tapster.engine.answers import Document, Stream, refusal
from tapster.engine.bindings import binding_error, refuse_binding
from tapster.engine.first_words import first_words
from tapster.engine.machine import cores, free_memory
from tapster.engine.process import MISSING, Conversation, Plan, Said, open_model
from tapster.engine.progress import Report, ignore
from tapster.engine.replies import (
    COUNT,
    PROMPT_REPORT,
    TextCounts,
    total_count,
    whole_reply,
    whole_text,
)
from tapster.engine.tools import as_call, as_chunks, bound_to, demanded
from tapster.engine.turns import Busy, Open, Turns
from tapster.engine.weights import Weights, check_memory, find_models

NO_MODEL = (
    "There is no model file yet: `tapster models get` fetches a small one, and "
    "`tapster models add FILE.gguf` takes one you have."
)
_ENDLESS = (
    "The chat template in the model's file does not come to an end with these messages: choose "
    "another model, or another file of this one."
)
_CONTEXT_SHARE = 4
_CONTEXT_MEMORY = 1 << 29
_GOOD_CONTEXT = 4096
# llama.cpp does not repeat a prompt, fill in a gap, or choose among answers.
_NOT_TAKEN = ("echo", "suffix", "best_of")
# A caller may not name the slot or adapters: those are ours to hand out.
_OURS = ("id_slot", "lora", "slot_id", "return_progress", "stream_options")

Handler = Callable[[dict[str, Any], Weights, AsyncExitStack], Awaitable[Answer]]


class EngineTransport:
    """A transport whose far end is a model of this computer. Belongs to one event loop.

    - `slots`: how many requests are answered at the same time; the others wait in order of
      arrival, at most `waiting` of them.
    - `context`: tokens each request may have at most; less where memory is short.
    - `threads`: physical cores if absent.
    - `idle`: seconds after the last answer until the model's memory is given back.
    - `report`: told how loading goes, in the event loop.
    - `silence`: seconds without a word after which it is looked whether the model's chat
      template has an end; `loading`: seconds a model may take to load, by its size if absent.

    `send` raises `EngineError` when there is no model or it cannot be loaded; all else is
    an answer with a status and an error in OpenAI's shape.
    """

    def __init__(
        self,
        models_dir: Path | None = None,
        *,
        slots: int = 4,
        waiting: int = 64,
        context: int = 8192,
        threads: int | None = None,
        idle: float = 600.0,
        report: Report = ignore,
        silence: float = 20.0,
        loading: float | None = None,
        open_weights: Open | None = None,
        find: Callable[[], tuple[Weights, ...]] | None = None,
        free: Callable[[], int | None] = free_memory,
    ) -> None:
        self._find = find or partial(find_models, models_dir)
        self._slots = slots
        self._context = context
        self._threads = threads
        self._report = report
        self._silence = silence
        self._loading = loading
        self._free = free
        self._library_wanted = open_weights is None
        self._turns = Turns(
            open_weights or self._open,
            slots=slots,
            waiting=waiting,
            idle=idle,
            report=report,
        )

    @property
    def loaded(self) -> str | None:
        """The id of the model that is in memory now."""
        return model.weights.id if (model := self._turns.loaded) else None

    @property
    def pid(self) -> int | None:
        """The process the model lives in."""
        return model.pid if (model := self._turns.loaded) else None

    @asynccontextmanager
    async def send(self, call: Call) -> AsyncIterator[Answer]:
        """Answer `call`. Leaving the context stops the model's work on it at once."""
        path = urlsplit(call.url).path.rstrip("/")
        async with AsyncExitStack() as stack:
            if call.method == "GET" and path.endswith("/models"):
                yield Document(200, await self._list())
            elif call.method == "POST" and (handle := self._handler_of(path)):
                yield await self._asked(call, handle, stack)
            else:
                yield refusal(404, f"The embedded model has no route {call.method} {path or '/'}.")

    async def close(self) -> None:
        """Stop every answer and give all memory back."""
        await self._turns.close()

    def _handler_of(self, path: str) -> Handler | None:
        handlers = {
            "/chat/completions": self._chat,
            "/completions": self._text,
            "/tokenize": self._tokenize,
        }
        return next((handlers[each] for each in handlers if path.endswith(each)), None)

    async def _list(self) -> dict[str, Any]:
        return {"object": "list", "data": [self._entry(item) for item in await self._found()]}

    def _entry(self, weights: Weights) -> dict[str, Any]:
        model = self._turns.loaded
        is_loaded = model is not None and model.weights == weights
        return {
            "id": weights.id,
            "object": "model",
            "owned_by": "tapster",
            "context_length": (model.plan if is_loaded and model else self._plan(weights)).context,
            "meta": {
                "title": weights.title,
                "architecture": weights.architecture,
                "n_ctx_train": weights.context,
                "size": weights.size,
                "file": weights.path.name,
                "loaded": is_loaded,
            },
        }

    async def _found(self) -> tuple[Weights, ...]:
        if self._library_wanted and find_spec("xllamacpp") is None:
            raise EngineError(MISSING)
        found = await asyncio.to_thread(self._find)
        if not found:
            raise EngineError(NO_MODEL)
        return found

    async def _asked(self, call: Call, handle: Handler, stack: AsyncExitStack) -> Answer:
        try:
            body = msgspec.json.decode(call.body or b"", type=dict[str, Any])
        except UNREADABLE as error:
            return refusal(400, f"The request is no JSON object: {error}.")
        found = await self._found()
        name = body.get("model") or found[0].id
        weights = next((item for item in found if item.id == name), None)
        if weights is None:
            known = ", ".join(item.id for item in found)
            return refusal(
                404,
                f"There is no embedded model {name!r}. There are: {known}.",
                code="model_not_found",
                param="model",
            )
        try:
            return await handle(body, weights, stack)
        except Busy:
            return refusal(
                503,
                "The embedded model has too many requests waiting. Try again in a few seconds.",
                code="overloaded",
                headers={"retry-after": "5"},
            )

    async def _chat(self, body: dict[str, Any], weights: Weights, stack: AsyncExitStack) -> Answer:
        if not isinstance(body.get("messages"), list) or not body["messages"]:
            return refusal(400, "A chat needs a list of messages.", param="messages")
        functions = [] if weights.knows_tools else demanded(body)
        prepared = _prepared(bound_to(functions, body) if functions else body, weights)
        spoken = await self._spoken("chat", prepared, "messages", weights, stack)
        if isinstance(spoken, Document):
            return spoken
        counted = _wants_count(body)
        if body.get("stream") and not functions:
            return Stream(_pieces(*spoken, counted=counted))
        chunks = await _all_of(*spoken)
        if isinstance(chunks, Document):
            return chunks
        reply = whole_reply(list(map(msgspec.json.decode, chunks)))
        if functions:
            reply = as_call(reply)
        if body.get("stream"):
            return Stream(_replayed(reply, counted=counted))
        return Document(200, reply)

    async def _text(self, body: dict[str, Any], weights: Weights, stack: AsyncExitStack) -> Answer:
        prompt = body.get("prompt")
        if not prompt or not isinstance(prompt, str | list):
            return refusal(400, "Give a `prompt` to continue.", param="prompt")
        for name in _NOT_TAKEN:
            if _asks_for(name, body):
                return refusal(
                    400, f"The embedded model does not take `{name}`: leave it out.", param=name
                )
        spoken = await self._spoken("text", _prepared(body, weights), "prompt", weights, stack)
        if isinstance(spoken, Document):
            return spoken
        counts = TextCounts(_alternatives(body))
        if body.get("stream"):
            return Stream(_text_pieces(*spoken, counts, counted=_wants_count(body)))
        chunks = await _all_of(*spoken, "prompt")
        return chunks if isinstance(chunks, Document) else Document(200, whole_text(chunks, counts))

    async def _spoken(
        self,
        verb: str,
        prepared: dict[str, Any],
        read: str,
        weights: Weights,
        stack: AsyncExitStack,
    ) -> tuple[list[Said], Conversation] | Document:
        """Return what the model says first and what follows, or the answer that refuses.

        `read` is the field the model has to read.
        """
        if refused := refuse_binding(prepared):
            return refused
        share = _alternatives(prepared)
        prompt = msgspec.json.encode(prepared[read])
        model = await stack.enter_async_context(self._turns.take(weights, share))
        slot = stack.enter_context(model.slots.place(prompt, share))
        talk = await stack.enter_async_context(model.ask(verb, prepared | {"id_slot": slot}))
        first = await first_words(model, talk, prepared, silence=self._silence)
        if first is None:
            await model.close()
            return refusal(400, _ENDLESS, code="template_endless", param="model")
        if not first:
            return refusal(500, "The model said nothing at all. Try again.")
        if first[0].kind == "error":
            return _refused(first[0].data, read)
        return first, talk

    async def _tokenize(
        self, body: dict[str, Any], weights: Weights, stack: AsyncExitStack
    ) -> Answer:
        if not isinstance(body.get("text"), str) and not isinstance(body.get("messages"), list):
            return refusal(400, "Give `text`, or `messages`, to count.", param="messages")
        model = await stack.enter_async_context(self._turns.take(weights))
        talk = await stack.enter_async_context(model.ask("tokenize", body))
        said = await talk.next()
        if not said or said[0].kind != "tokens":
            return _refused(said[0].data if said else b"{}")
        tokens = msgspec.json.decode(said[0].data)["tokens"]
        return Document(200, {"tokens": tokens, "count": len(tokens)})

    async def _open(self, weights: Weights) -> Any:
        try:
            check_memory(weights, self._free)
        except InvalidInput as error:
            raise EngineError(error.message) from error
        return await open_model(weights, self._plan(weights), self._report, patience=self._loading)

    def _plan(self, weights: Weights) -> Plan:
        """Choose slots and context by the memory that is free.

        What the chats hold may take a quarter of it, and no more than twice the model's own
        size: a small model should stay small. A short context is worse than fewer slots.
        """
        room = max(_CONTEXT_MEMORY, 2 * weights.size)
        if (rest := self._free()) is not None:
            room = min(room, rest // _CONTEXT_SHARE)
        tokens = room // max(1, weights.context_cost)
        most = min(weights.context, self._context)
        context = min(most, max(tokens // self._slots, min(tokens, _GOOD_CONTEXT), 512))
        context -= context % 256
        return Plan(
            slots=max(1, min(self._slots, tokens // context)),
            context=context,
            threads=self._threads or cores(),
        )


def _prepared(body: dict[str, Any], weights: Weights) -> dict[str, Any]:
    """Return `body` as llama.cpp wants it: always streamed, so that it can always be stopped."""
    prepared = {name: value for name, value in body.items() if name not in _OURS}
    if "repetition_penalty" in prepared:
        prepared.setdefault("repeat_penalty", prepared.pop("repetition_penalty"))
    return prepared | {
        "model": weights.id,
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
    }


async def _pieces(
    first: list[Said], talk: Conversation, *, counted: bool
) -> AsyncIterator[list[bytes]]:
    """Yield the chunks as they come, without reports on the prompt; the count comes last."""
    said, counts = first, []
    while said:
        counts += [item.data for item in said if item.data.startswith(COUNT)]
        yield [
            item.data
            for item in said
            if PROMPT_REPORT not in item.data and not item.data.startswith(COUNT)
        ]
        said = await talk.next()
    if counted and counts:
        total = total_count([msgspec.json.decode(count) for count in counts])
        yield [msgspec.json.encode(total)]


async def _text_pieces(
    first: list[Said], talk: Conversation, counts: TextCounts, *, counted: bool
) -> AsyncIterator[list[bytes]]:
    """Yield the chunks of a text as they come, without reports; the count comes last."""
    said = first
    while said:
        yield [counts.take(item.data) for item in said if PROMPT_REPORT not in item.data]
        said = await talk.next()
    if counted and (total := counts.total()):
        yield [msgspec.json.encode(total)]


async def _replayed(reply: dict[str, Any], *, counted: bool) -> AsyncIterator[list[bytes]]:
    chunks = as_chunks(reply)
    yield [msgspec.json.encode(chunk) for chunk in (chunks if counted else chunks[:-1])]


async def _all_of(
    first: list[Said], talk: Conversation, read: str = "messages"
) -> list[bytes] | Document:
    """Return all chunks of a reply, or the answer that refuses it."""
    chunks: list[bytes] = []
    said = first
    while said:
        for item in said:
            if item.kind == "error":
                return _refused(item.data, read)
            chunks.append(item.data)
        said = await talk.next()
    return chunks


def _alternatives(body: dict[str, Any]) -> int:
    return max(1, n) if isinstance(n := body.get("n"), int) else 1


def _asks_for(name: str, body: dict[str, Any]) -> bool:
    """Whether the field `name` asks for something: the best of no more than are given does not."""
    value = body.get(name)
    if name == "best_of" and isinstance(value, int):
        return value > _alternatives(body)
    return bool(value)


def _wants_count(body: dict[str, Any]) -> bool:
    options = body.get("stream_options")
    return isinstance(options, dict) and bool(options.get("include_usage"))


def _refused(data: bytes, read: str = "messages") -> Document:
    """Return llama.cpp's error in OpenAI's shape; `read` is the field that was to be read."""
    error = msgspec.json.decode(data).get("error", {})
    message = str(error.get("message") or "The model gave no answer.")
    if error.get("type") == "exceed_context_size_error":
        return refusal(
            400,
            f"The prompt is {error.get('n_prompt_tokens')} tokens long, and this model reads at "
            f"most {error.get('n_ctx')}: shorten it, or choose another model."
            if read == "prompt"
            else f"The conversation is {error.get('n_prompt_tokens')} tokens long, and this model "
            f"reads at most {error.get('n_ctx')}: shorten it, or choose another model.",
            code="context_length_exceeded",
            param=read,
        )
    if refused := binding_error(message):
        return refused
    if "input is not supported" in message:
        return refusal(
            400,
            "This model reads text only: take the image or sound out, or choose another model.",
            param="messages",
        )
    code = error.get("code")
    return refusal(code if isinstance(code, int) and 400 <= code < 600 else 500, message)
