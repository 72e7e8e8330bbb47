"""The switchboard: a page asks any worker, and the one that has the errand answers.

Questions and answers go as words through the broadcast, to names no person has. A word may be
lost: then whoever asks is told to ask again, and pieces have numbers.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import msgspec
from msgspec import Struct

from tapster.broadcast import Broadcast, Word
from tapster.core.errands import Heard, Question
from tapster.core.errors import Busy

_DESKS = "errands:desks"
# Seconds an answer of another worker may take.
_PATIENCE = 3.0


class Asked(Struct, frozen=True, array_like=True):
    """A question on its way to the worker that has the errand."""

    id: str
    person: str
    errand: str
    question: Question


_ASKED = msgspec.msgpack.Decoder(Asked)
_REPLY = msgspec.msgpack.Decoder(Heard)


class Switchboard:
    """Asks other workers, and has their questions answered by `answer`: `None` is not ours."""

    def __init__(
        self,
        broadcast: Broadcast,
        answer: Callable[[str, str, Question], Heard | None],
        *,
        new_id: Callable[[], str],
        patience: float = _PATIENCE,
    ) -> None:
        self._broadcast = broadcast
        self._answer = answer
        self._new_id = new_id
        self._patience = patience
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to answer."""
        self._listening = asyncio.create_task(self._listen())

    async def aclose(self) -> None:
        """Answer no more."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    async def ask(self, person: str, errand: str, question: Question) -> Heard | None:
        """Return what another worker says; `None` where there is none. Raises `Busy`."""
        if len(await self._broadcast.present()) < 2:
            return None
        asked = Asked(self._new_id(), person, errand, question)
        with self._broadcast.hear(_place(asked)) as ear:
            self._broadcast.tell(_DESKS, Word(asked.id, msgspec.msgpack.encode(asked)))
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    while words := await ear.take():
                        for word in words:
                            if word.subject == asked.id:
                                return _REPLY.decode(word.body)
        raise Busy("The worker this belongs to does not answer: try again.", retry_after=1.0)

    async def _listen(self) -> None:
        while True:
            with self._broadcast.hear(_DESKS) as ear:
                # What was missed is asked again.
                while words := await ear.take():
                    for word in words:
                        self._hear(word)

    def _hear(self, word: Word) -> None:
        try:
            asked = _ASKED.decode(word.body)
        except msgspec.DecodeError:
            return  # what is said to everyone
        reply = self._answer(asked.person, asked.errand, asked.question)
        if reply is not None:
            body = msgspec.msgpack.encode(reply)
            self._broadcast.tell(_place(asked), Word(asked.id, body))


def _place(asked: Asked) -> str:
    return f"errands:{asked.id}"
