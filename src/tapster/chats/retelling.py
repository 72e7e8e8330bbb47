"""A run that ended long ago, told in short from the message it wrote."""

from tapster.chats.endings import Outcome, closing_of
from tapster.chats.numbering import Numbering
from tapster.core.events import (
    Event,
    FinishReason,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
)
from tapster.core.messages import (
    Audio,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from tapster.core.run_events import MessageAdded, RunEvent, RunStarted
from tapster.core.runs import Run
from tapster.store import Rows


async def retold(rows: Rows, run: Run, *, after: int) -> list[RunEvent]:
    """Return what happened in a run whose pieces are gone, in short.

    Who had seen a part of it is told only how it ended: the message holds the rest.
    """
    message = None
    if run.message_id is not None:
        message = await rows.messages.by_id(run.message_id)
    reply = message.reply if message is not None else None
    outcome = Outcome(
        run.state,
        reason=_reason_of(run),
        raw=reply.raw_finish if reply is not None else None,
        error=run.error,
    )
    closing = closing_of(outcome, run.last_event, run.message_id)
    if after:
        return [closing]
    numbering = Numbering()
    told: list[RunEvent] = [
        RunStarted(numbering.next(), run.kind, run.chat_id, run.parent_id, run.target_id)
    ]
    if message is not None and run.adds_message:
        model = reply.answered_by if reply is not None else None
        told.append(MessageAdded(numbering.next(), message.id, answered_by=model))
        told += numbering.number(_as_said(message.parts))
    elif run.text:
        told += numbering.number([TextDelta(run.text)])
    # A person may have given the message more parts than the run had events.
    return [*told[: run.last_event - 1], closing]


def _as_said(parts: tuple[Part, ...]) -> list[Event]:
    """Return what a model said when it wrote `parts`."""
    said: list[Event] = []
    for slot, part in enumerate(parts):
        match part:
            case Text(text=text):
                said.append(TextDelta(text))
            case Reasoning(signature=None, encrypted=None, text=text):
                said.append(ReasoningDelta(text))
            case Reasoning():
                said += [ReasoningDelta(part.text), ReasoningSealed(part)]
            case Refusal(text=text):
                said.append(RefusalDelta(text))
            case ToolCall():
                said.append(ToolCallDelta(slot, part.id, part.name, part.arguments, part.signature))
            case Image() | Audio() | Opaque():
                said.append(PartAdded(part))
            case _:  # no model writes films, files or results of tools
                pass
    return said


def _reason_of(run: Run) -> FinishReason:
    match run.finish:
        case "length" | "tool_calls" | "content_filter" | "error":
            return run.finish
        case _:
            return "stop"
