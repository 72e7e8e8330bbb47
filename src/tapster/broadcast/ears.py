"""Ears: those who want to hear words said to one person, and what they have not heard yet."""

import asyncio

from msgspec import Struct

# Subjects that wait for an ear; who lets more of them wait has missed something.
_MOST = 256


class Word(Struct, frozen=True):
    """Something said to a person. A later word on the same subject takes the earlier's place."""

    subject: str
    body: bytes


class Ear:
    """What one listener was told and has not taken yet, newest word on each subject.

    Once it `has_missed` something it hears nothing more: begin anew, with another one.
    """

    def __init__(self, *, most: int = _MOST) -> None:
        self.has_missed = False
        self._most = most
        self._waiting: dict[str, Word] = {}
        self._woken = asyncio.Event()

    def tell(self, word: Word) -> None:
        """Add a word."""
        if word.subject not in self._waiting and len(self._waiting) >= self._most:
            self.miss()
        if not self.has_missed:
            # It goes behind those that were told since.
            self._waiting.pop(word.subject, None)
            self._waiting[word.subject] = word
            self._woken.set()

    def miss(self) -> None:
        """Say that something was lost on the way."""
        self.has_missed = True
        self._waiting.clear()
        self._woken.set()

    async def take(self, *, gather: float = 0.0) -> list[Word]:
        """Wait until there is a word, and `gather` seconds for more; return what is there.

        That is nothing only where something was missed.
        """
        await self._woken.wait()
        if gather and not self.has_missed:
            await asyncio.sleep(gather)
        self._woken.clear()
        taken, self._waiting = list(self._waiting.values()), {}
        if self.has_missed:
            self._woken.set()
        return taken
