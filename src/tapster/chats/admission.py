"""How much may run at once, and how often it is saved."""

from msgspec import Struct

from tapster.core.errors import Busy
from tapster.store.runs import Running


class Limits(Struct, frozen=True, kw_only=True):
    """How much may run at once, and how what runs is kept.

    - `at_once`, `per_chat`, `per_person`: runs in one worker, one chat, for one person.
    - `flush_after`: seconds an event stays unsaved (saving itself takes some more).
    - `flush_size`: bytes of one run's unsaved events that are saved at once.
    - `most_unsaved`: bytes of one run's events kept while the database cannot be written.
    - `lease`, `renew`: seconds a run belongs to a process, and between two renewals.
    - `save_for`: seconds the end of a run waits for a database that cannot be written.
    - `pieces_stay`: seconds the events of an ended run can be replayed one by one.
    - `look_again`: seconds between two looks into the database while no word arrives.
    """

    at_once: int = 256
    per_chat: int = 8
    per_person: int = 32
    flush_after: float = 0.2
    flush_size: int = 2048
    most_unsaved: int = 4 * 1024 * 1024
    lease: float = 20.0
    renew: float = 5.0
    save_for: float = 10.0
    pieces_stay: float = 3600.0
    look_again: float = 0.25


def refuse_too_many(limits: Limits, *, here: int, running: Running) -> None:
    """Raise `Busy` when one more run would be too many."""
    if here >= limits.at_once:
        raise Busy(
            f"This server is writing {here} answers already, as many as it takes on: try again "
            "in a moment.",
        )
    if running.in_chat >= limits.per_chat:
        raise Busy(
            f"{running.in_chat} answers are being written in this chat already: wait for one to "
            "end, or stop one.",
            person=True,
        )
    if running.of_owner >= limits.per_person:
        raise Busy(
            f"{running.of_owner} answers are being written for you already: wait for one to "
            "end, or stop one.",
            person=True,
        )
