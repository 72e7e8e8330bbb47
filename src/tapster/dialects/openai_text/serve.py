"""Text completions as our gateway serves them: requests read, replies written."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tapster.core.errors import InvalidInput
from tapster.core.events import (
    Event,
    Failed,
    Finished,
    TextDelta,
    TokenLogprobs,
    UsageReported,
)
from tapster.core.requests import ChatRequest
from tapster.dialects.openai_chat.requested import Asked, fields_of, model_in, usage_wanted
from tapster.dialects.openai_chat.serve import ReplyEncoder
from tapster.dialects.openai_chat.usage import write_usage
from tapster.dialects.token_logprobs import Listed

if TYPE_CHECKING:
    from tapster.core.usage import Usage

_encode = msgspec.json.Encoder().encode

_OBJECT = "text_completion"


def decode_request(body: bytes) -> Asked:
    """Return what the client asks; raise `InvalidInput` naming the field.

    Beside model, prompt and stream no field is ours to understand: all go to `request.extra`.
    """
    fields = fields_of(body)
    model = model_in(fields)
    prompt = fields.pop("prompt", None)
    if not _is_prompt(prompt):
        raise InvalidInput(
            "`prompt` must be text, the tokens of a text, or a list of several.", field="prompt"
        )
    stream = fields.pop("stream", False)
    if not isinstance(stream, bool):
        raise InvalidInput("`stream` must be true or false.", field="stream")
    include_usage = usage_wanted(fields)
    request = ChatRequest(model=model, messages=(), stream=stream, prompt=prompt, extra=fields)
    return Asked(request, include_usage)


class TextEncoder(ReplyEncoder):
    """Writes one streamed text completion, batch by batch."""

    object_name = _OBJECT

    def __init__(
        self,
        id: str,  # noqa: A002  # the field's name on the wire
        created: int,
        model: str,
        include_usage: bool,
    ) -> None:
        super().__init__(id, created, model, include_usage)
        self._listed: dict[int, Listed] = {}

    def feed(self, events: Sequence[Event]) -> bytes:
        """Return the server-sent events that say `events`."""
        pieces: list[bytes] = []
        for event in events:
            match event:
                case TextDelta():
                    pieces.append(self._chunk(event.choice, text=event.text))
                case TokenLogprobs():
                    listed = self._listed.setdefault(event.choice, Listed())
                    pieces.append(self._chunk(event.choice, logprobs=listed.write(event.content)))
                case Finished():
                    pieces.append(self._chunk(event.choice, finish_reason=event.reason))
                case UsageReported():
                    self._usage = event.usage
                case Failed():
                    pieces.append(self.fail(event.as_error()))
                case _:
                    pass
        return b"".join(pieces)

    def _chunk(self, choice: int, **said: Any) -> bytes:
        return self._head + b',"choices":[' + _encode(_choice(choice, **said)) + b"]}\n\n"


def encode_reply(
    events: Iterable[Event],
    *,
    id: str,  # noqa: A002  # the field's name on the wire
    created: int,
    model: str,
) -> bytes:
    """Return the whole text completion `events` tell; raise the `SourceError` of a `Failed`."""
    choices: dict[int, _Whole] = {}
    usage: Usage | None = None
    for event in events:
        if isinstance(event, Failed):
            raise event.as_error()
        if isinstance(event, UsageReported):
            usage = event.usage
        elif (index := getattr(event, "choice", None)) is not None:
            choices.setdefault(index, _Whole()).add(event)
    body: dict[str, Any] = {
        "id": id,
        "object": _OBJECT,
        "created": created,
        "model": model,
        "choices": [choices[index].written(index) for index in sorted(choices)],
    }
    if usage is not None:
        body["usage"] = write_usage(usage)
    return _encode(body)


class _Whole:
    """One choice of a whole text completion, put together from its events."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._tokens: list[dict[str, Any]] = []
        self._finish: str = "stop"

    def add(self, event: Event) -> None:
        match event:
            case TextDelta():
                self._text.append(event.text)
            case TokenLogprobs():
                self._tokens += event.content
            case Finished():
                self._finish = event.reason
            case _:
                pass

    def written(self, index: int) -> dict[str, Any]:
        return _choice(
            index,
            text="".join(self._text),
            logprobs=Listed().write(self._tokens) if self._tokens else None,
            finish_reason=self._finish,
        )


def _choice(
    index: int,
    *,
    text: str = "",
    logprobs: dict[str, Any] | None = None,
    finish_reason: str | None = None,
) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish_reason}


def _is_prompt(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(
            isinstance(item, str) or _is_token(item) or _is_tokens(item) for item in value
        )
    return isinstance(value, str)


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_token, value))


def _is_token(value: object) -> bool:
    return type(value) is int
