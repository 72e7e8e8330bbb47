"""One errand, at the worker that waits for it: offered, taken by one page, heard to its end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from msgspec import Struct

from tapster.core.errands import (
    Ability,
    Asker,
    Broke,
    Claim,
    Decline,
    Heard,
    MoreWords,
    PageReport,
    Piece,
    Question,
)
from tapster.errands.failures import TOO_LONG, no_page, page_gone

# Characters an answer may have.
_LONGEST = 4_000_000


class Pace(Struct, frozen=True):
    """Seconds.

    - `asking`: how long the page that asks is the only one an errand is offered to.
    - `taken`: how long it is offered at all; `again`: how often meanwhile.
    - `others`: how long other pages have, once the one that asks has declined.
    - `every`: between two signs of life of the page that carries it out.
    - `silence`, `asleep`: how long that may say nothing, seen by somebody or not.
    """

    asking: float = 2.5
    taken: float = 12.0
    again: float = 1.5
    others: float = 3.0
    every: float = 2.5
    silence: float = 10.0
    asleep: float = 100.0


class Errand:
    """A call that a page is to carry out. `offer` is told which page may take it; `None`: any."""

    def __init__(
        self,
        id_: str,
        asker: Asker,
        ability: Ability,
        body: dict[str, Any],
        *,
        offer: Callable[["Errand", str | None], None],
        pace: Pace,
    ) -> None:
        self.id = id_
        self.asker = asker
        self.ability = ability
        self.model: str | None = None
        self._body = body
        self._offer = offer
        self._pace = pace
        self._page: str | None = None
        self._declined: str | None = None
        self._next = 1
        self._size = 0
        self._came: list[Piece] = []
        self._woken = asyncio.Event()
        self._silent_until = 0.0
        self._is_over = False

    def answer(self, question: Question) -> Heard:
        """Return what a page of the right person is told."""
        if self._is_over:
            return Heard(ended=True)
        match question:
            case Claim():
                return self._take(question)
            case Decline(page=page, code=code):
                # Why the page that asks cannot is what its person wants to know.
                if page == self.asker.page or self._declined is None:
                    self._declined = code
                self._woken.set()
                return Heard()
            case PageReport():
                return self._hear(question)

    async def pieces(self) -> AsyncIterator[list[Piece]]:
        """Yield what the page says, all that came together, up to the piece that ends it.

        Raises `SourceError` where no page takes it, or the one that did is gone.
        """
        await self._until_taken()
        while True:
            while not self._came:
                left = self._silent_until - _now()
                if left <= 0:
                    raise page_gone()
                await self._wait(left)
            came, self._came = self._came, []
            yield came
            if not isinstance(came[-1], MoreWords):
                return

    def end(self) -> None:
        """Take note that nobody waits any more."""
        self._is_over = True

    def _take(self, claim: Claim) -> Heard:
        if self._page not in {None, claim.page}:
            return Heard(taken=True)
        if self._page is None:
            self._page, self.model = claim.page, claim.model
            self._silent_until = _now() + self._pace.silence
            self._woken.set()
        return Heard(body=self._body, every=self._pace.every)

    def _hear(self, report: PageReport) -> Heard:
        if report.page != self._page:
            return Heard(taken=True)
        pace = self._pace
        self._silent_until = _now() + (pace.asleep if report.unseen else pace.silence)
        # What was heard before is sent again where the answer to it was lost on the way.
        if report.first <= self._next:
            for piece in report.pieces[self._next - report.first :]:
                self._next += 1
                self._add(piece)
        return Heard(next=self._next, every=pace.every)

    def _add(self, piece: Piece) -> None:
        if self._came and not isinstance(self._came[-1], MoreWords):
            return  # it has ended
        if isinstance(piece, MoreWords):
            self._size += len(piece.text)
            if self._size > _LONGEST:
                piece = Broke(TOO_LONG)
        self._came.append(piece)
        self._woken.set()

    async def _until_taken(self) -> None:
        """Offer it until a page takes it: to the one that asks, and then to all."""
        pace, began = self._pace, _now()
        ends = began + pace.taken
        only = began + pace.asking
        while self._page is None:
            if self._declined is not None and only > _now():
                only, ends = _now(), min(ends, _now() + pace.others)
            if _now() >= ends:
                raise no_page(self.ability, self._declined)
            is_alone = _now() < only
            self._offer(self, self.asker.page if is_alone else None)
            until = min(_now() + pace.again, only if is_alone else ends)
            await self._wait(max(0.0, until - _now()))

    async def _wait(self, longest: float) -> None:
        """Wait until something happens, at most `longest` seconds."""
        self._woken.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._woken.wait()


def _now() -> float:
    return asyncio.get_running_loop().time()
