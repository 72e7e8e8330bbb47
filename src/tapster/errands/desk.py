"""The desk: the errands this worker waits for, so many at most, each for one person's pages."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from tapster.broadcast import Broadcast, Word
from tapster.core.errands import Ability, Asker, Heard, Question
from tapster.core.errors import Busy, NotFound
from tapster.core.news import ErrandEnded, ErrandOffered, subject_of
from tapster.errands.errand import Errand, Pace
from tapster.errands.switchboard import Switchboard

__all__ = ["Desk", "Pace"]

_MOST = 256
_MOST_EACH = 8
# Errands that ended, whose pages are told so.
_REMEMBERED = 1000


class Desk:
    """The errands of one worker. Pages hear of them through `broadcast`, and ask any worker."""

    def __init__(
        self, broadcast: Broadcast, *, new_id: Callable[[], str], pace: Pace | None = None
    ) -> None:
        self._broadcast = broadcast
        self._new_id = new_id
        self._pace = pace or Pace()
        self._open: dict[str, Errand] = {}
        self._ended: dict[str, str] = {}
        self._order: deque[str] = deque()
        self._of: Counter[str] = Counter()
        self._switchboard = Switchboard(broadcast, self._answer, new_id=new_id)

    def start(self) -> None:
        """Begin to answer what pages ask other workers."""
        self._switchboard.start()

    async def aclose(self) -> None:
        """Answer other workers no more."""
        await self._switchboard.aclose()

    @contextmanager
    def errand(self, asker: Asker, ability: Ability, body: dict[str, Any]) -> Iterator[Errand]:
        """Lend an errand for as long as somebody waits for it; then its page is told to stop.

        Raises `Busy` where there are too many.
        """
        person = asker.person
        if len(self._open) >= _MOST:
            raise Busy("Too many pages write answers just now: try again in a moment.")
        if self._of[person] >= _MOST_EACH:
            raise Busy(
                f"Your pages write {_MOST_EACH} answers already: wait for one to end, or stop one.",
                person=True,
            )
        errand = Errand(self._new_id(), asker, ability, body, offer=self._offer, pace=self._pace)
        self._open[errand.id] = errand
        self._of[person] += 1
        try:
            yield errand
        finally:
            del self._open[errand.id]
            self._of[person] -= 1
            if not self._of[person]:
                del self._of[person]
            self._remember(errand)
            self._tell(person, ErrandEnded(errand.id))

    async def ask(self, person: str, errand: str, question: Question) -> Heard:
        """Return what a page of `person` is told of an errand. Raises `NotFound`, `Busy`."""
        reply = self._answer(person, errand, question)
        if reply is None and errand not in self._open and errand not in self._ended:
            reply = await self._switchboard.ask(person, errand, question)
        if reply is None:
            raise NotFound("There is no such errand.")
        return reply

    def _answer(self, person: str, errand: str, question: Question) -> Heard | None:
        """Return the answer where the errand is here and is the person's."""
        if found := self._open.get(errand):
            return found.answer(question) if found.asker.person == person else None
        return Heard(ended=True) if self._ended.get(errand) == person else None

    def _offer(self, errand: Errand, page: str | None) -> None:
        self._tell(errand.asker.person, ErrandOffered(errand.id, errand.ability, page))

    def _remember(self, errand: Errand) -> None:
        self._ended[errand.id] = errand.asker.person
        self._order.append(errand.id)
        if len(self._order) > _REMEMBERED:
            del self._ended[self._order.popleft()]

    def _tell(self, person: str, news: ErrandOffered | ErrandEnded) -> None:
        self._broadcast.tell(person, Word(subject_of(news), msgspec.json.encode(news)))
