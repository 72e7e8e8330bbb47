"""How the end of a run is written: its text where it belongs, its events, its state."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from msgspec.structs import replace

from tapster.chats.answers import Answers
from tapster.chats.folding import Folded
from tapster.core.chats import FailedTry, Reply
from tapster.core.events import Failed, FinishReason
from tapster.core.run_events import (
    Closing,
    MessageAdded,
    RunEvent,
    RunFailed,
    RunFinished,
    RunInterrupted,
    RunStopped,
    encode_events,
)
from tapster.core.runs import Chosen, Run, RunPiece, RunState
from tapster.store import Rows


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `reason` and `raw` are the model's own, `error` is what went wrong."""

    state: RunState
    reason: FinishReason = "stop"
    raw: str | None = None
    error: Failed | None = None


INTERRUPTED = Outcome("interrupted")


@dataclass(frozen=True)
class Course:
    """How a run went, as only the process it ran in knows: whom it asked, what was sent of
    the chat, what failed, when.
    """

    chosen: Chosen | None = None
    sent_from: str | None = None
    tries: tuple[FailedTry, ...] = ()
    answered_by: str | None = None
    first_token_at: float | None = None
    first_text_at: float | None = None


UNKNOWN = Course()


class Ended(NamedTuple):
    """A run that ended, and its last events."""

    run: Run
    events: list[RunEvent]


async def write_end(
    rows: Rows,
    answers: Answers,
    run: Run,
    folded: Folded,
    outcome: Outcome,
    *,
    at: float,
    course: Course = UNKNOWN,
) -> Ended:
    """Write what `run` made, and that it ended; `folded` is everything it said."""
    reply = _reply_of(run, folded, outcome, course, at=at)
    run, added = await _place(rows, answers, run, folded, reply, at=at)
    events: list[RunEvent] = [] if added is None else [added]
    closing = closing_of(outcome, folded.last + len(events) + 1, run.message_id)
    events.append(closing)
    run = replace(
        run,
        state=outcome.state,
        ended_at=at,
        last_event=closing.seq,
        finish=reply.finish,
        usage=folded.usage,
        error=outcome.error,
    )
    piece = RunPiece(
        run_id=run.id,
        first=events[0].seq,
        last=closing.seq,
        saved_at=at,
        events=encode_events(events).decode(),
    )
    await rows.runs.add_pieces([piece])
    await rows.runs.replace(run)
    return Ended(run, events)


def _reply_of(run: Run, folded: Folded, outcome: Outcome, course: Course, *, at: float) -> Reply:
    """Return how the answer came to be."""
    asked = course.chosen or folded.added
    added_by = folded.added.answered_by if folded.added else None
    return Reply(
        connection=asked.connection if asked else None,
        source=asked.source if asked else None,
        model=asked.model if asked else None,
        answered_by=course.answered_by or added_by,
        usage=folded.usage,
        finish=_finish(outcome),
        raw_finish=outcome.raw,
        error=outcome.error,
        notices=tuple(folded.notices),
        attempts=course.tries,
        sent_from=course.sent_from,
        began_at=run.started_at,
        first_token_at=course.first_token_at,
        first_text_at=course.first_text_at,
        ended_at=at,
    )


async def _place(
    rows: Rows, answers: Answers, run: Run, folded: Folded, reply: Reply, *, at: float
) -> tuple[Run, MessageAdded | None]:
    """Write what was said where it belongs; return the run, and the event of a new message."""
    parts = folded.parts
    added = None
    if run.adds_message and parts:
        if run.message_id is None:
            added = await answers.add(
                rows,
                run,
                chosen=Chosen(connection=reply.connection, source=reply.source, model=reply.model),
                answered_by=reply.answered_by,
                seq=folded.last + 1,
                at=at,
            )
            run = replace(run, message_id=added.message_id)
        await answers.fill(rows, run, parts=parts, reply=reply, at=at)
    elif run.adds_message and run.message_id is not None:
        if await answers.take_back(rows, run, at=at):
            run = replace(run, message_id=None)
    elif run.kind == "continue" and parts:
        await answers.go_on(rows, run, parts=parts, reply=reply, at=at)
        run = replace(run, message_id=run.target_id)
    elif not run.adds_message:
        run = replace(run, text=folded.text)
    return run, added


def _finish(outcome: Outcome) -> FinishReason | Literal["stopped", "interrupted", "failed"]:
    match outcome.state:
        case "stopped" | "failed" | "interrupted":
            return outcome.state
        case _:
            return outcome.reason


def closing_of(outcome: Outcome, number: int, message_id: str | None) -> Closing:
    """Return the last event of a run that ended like this."""
    match outcome.state:
        case "finished":
            return RunFinished(number, outcome.reason, message_id, outcome.raw)
        case "stopped":
            return RunStopped(number, message_id)
        case "failed" if outcome.error is not None:
            return RunFailed(number, outcome.error, message_id)
        case _:
            return RunInterrupted(number, message_id)
