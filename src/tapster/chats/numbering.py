"""What a model says, as the numbered events of a run."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from tapster.core.events import (
    Annotated,
    Event,
    Failed,
    Finished,
    Noticed,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.messages import Opaque
from tapster.core.run_events import (
    RunEvent,
    RunNotice,
    RunPart,
    RunReasoning,
    RunRefusal,
    RunText,
    RunToolCall,
    RunUsage,
)

P = TypeVar("P", bound=msgspec.Struct)

ANNOTATION = "annotation"
"""The dialect under which a citation is kept: none, so that it goes back to no provider."""

_REPLACED = "\N{REPLACEMENT CHARACTER}"

_WORDS: dict[type, Any] = {
    TextDelta: RunText,
    ReasoningDelta: RunReasoning,
    RefusalDelta: RunRefusal,
}

_CONTENT = (
    TextDelta,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    ToolCallDelta,
    PartAdded,
)


class Numbering:
    """Numbers events from `last` on, and keeps what only the end of a run tells.

    A run writes one answer: what belongs to alternatives is left out, and so are log
    probabilities. Words of one kind that arrived together become one event.
    """

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self.started: Started | None = None
        self.finished: Finished | None = None
        self.failed: Failed | None = None

    def next(self) -> int:
        """Return the next number."""
        self.last += 1
        return self.last

    def look(self, events: Iterable[Event]) -> None:
        """Take note of who answers, before the events are numbered."""
        if self.started is None:
            began = next((one for one in events if isinstance(one, Started)), None)
            self.started = kept(began) if began is not None else None

    def number(self, events: Iterable[Event]) -> list[RunEvent]:
        """Return what `events`, which arrived together, are in a run."""
        numbered: list[RunEvent] = []
        words: list[str] = []
        kind: type | None = None
        for event in events:
            if getattr(event, "choice", 0):
                continue
            if type(event) is kind:
                words.append(event.text)  # type: ignore[union-attr]  # one of `_WORDS`
                continue
            self._say(numbered, kind, words)
            kind, words = None, []
            match event:
                case TextDelta(text=text) | ReasoningDelta(text=text) | RefusalDelta(text=text):
                    kind, words = type(event), [text]
                case _:
                    self._take(numbered, event)
        self._say(numbered, kind, words)
        return numbered

    def _say(self, numbered: list[RunEvent], kind: type | None, words: Sequence[str]) -> None:
        if kind is not None and (text := "".join(words)):
            numbered.append(_WORDS[kind](self.next(), kept_text(text)))

    def _take(self, numbered: list[RunEvent], event: Event) -> None:
        match event:
            case Started():
                self.look([event])
            case Finished():
                self.finished = kept(event)
            case Failed():
                self.failed = kept(event)
            case ToolCallDelta(slot=slot, id=call, name=name, arguments=arguments, signature=seal):
                arguments = kept_text(arguments)
                numbered.append(RunToolCall(self.next(), slot, call, name, arguments, seal))
            case PartAdded(part=part) | ReasoningSealed(part=part):
                numbered.append(RunPart(self.next(), kept(part)))
            case Annotated(annotation=note):
                part = kept(Opaque(ANNOTATION, note))
                numbered.append(RunPart(self.next(), part))
            case Noticed(text=text, field=field):
                numbered.append(RunNotice(self.next(), kept_text(text), field))
            case UsageReported(usage=usage):
                numbered.append(RunUsage(self.next(), kept(usage)))
            case TokenLogprobs() | TextDelta() | ReasoningDelta() | RefusalDelta():
                pass


def kept_text(text: str) -> str:
    """Return `text` with what no database can keep (a NUL, half a surrogate pair) replaced."""
    if "\0" in text:
        text = text.replace("\0", _REPLACED)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_REPLACED if "\ud800" <= sign <= "\udfff" else sign for sign in text)
    return text


def kept(value: P) -> P:
    """Return `value` with what no database can keep replaced, wherever in it that is."""
    return msgspec.convert(_kept(msgspec.to_builtins(value)), type(value))


def _kept(value: Any) -> Any:
    match value:
        case str():
            return kept_text(value)
        case dict():
            return {_kept(name): _kept(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_kept(inner) for inner in value]
        case _:
            return value


def speaks(events: Iterable[Event]) -> bool:
    """Whether a part of the answer itself is among `events`: then it becomes a message."""
    return any(isinstance(event, _CONTENT) and not event.choice for event in events)
