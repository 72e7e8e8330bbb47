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
    chosen: Chosen | None = None,
    tries: tuple[FailedTry, ...] = (),
    answered_by: str | None = None,
    first_token_at: float | None = None,
    first_text_at: float | None = None,
) -> Ended:
    """Write what `run` made, and that it ended; `folded` is everything it said."""
    events: list[RunEvent] = []
    number = folded.last
    added = folded.added
    chosen = chosen or _chosen(added)
    reply = Reply(
        connection=chosen.connection,
        source=chosen.source,
        model=chosen.model,
        answered_by=answered_by or (added.answered_by if added else None),
        usage=folded.usage,
        finish=_finish(outcome),
        raw_finish=outcome.raw,
        error=outcome.error,
        notices=tuple(folded.notices),
        attempts=tries,
        began_at=run.started_at,
        first_token_at=first_token_at,
        first_text_at=first_text_at,
        ended_at=at,
    )
    parts = folded.parts
    if run.adds_message and parts:
        if run.message_id is None:
            number += 1
            added = await answers.add(
                rows, run, chosen=chosen, answered_by=answered_by, seq=number, at=at
            )
            events.append(added)
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
    closing = closing_of(outcome, number + 1, run.message_id)
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


def _chosen(added: MessageAdded | None) -> Chosen:
    if added is None:
        return Chosen()
    return Chosen(connection=added.connection, source=added.source, model=added.model)


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
