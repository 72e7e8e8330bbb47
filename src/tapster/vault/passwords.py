"""Passwords of people: turned into Argon2id hashes, and compared with them."""

import asyncio
import base64
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tapster.core.errors import InvalidInput, TooOften
from tapster.core.secrets import Secret
from tapster.vault.masters import Cost

T = TypeVar("T")

_SHORTEST = 8
_LONGEST = 1024
_MOST_WAITING = 16
_SALT, _LENGTH = 16, 32


class Passwords:
    """Makes and compares hashes, few at once: each takes its time and its memory."""

    def __init__(self, cost: Cost | None = None, *, at_once: int = 2) -> None:
        self._cost = cost or Cost()
        self._at_once = at_once
        self._workers: ThreadPoolExecutor | None = None
        self._waiting = 0

    async def seal(self, password: Secret) -> str:
        """Return the hash to keep of `password`, with its salt and cost."""
        text = accept_password(password).reveal()
        return await self._work(lambda: self._sealed(text))

    async def fits(self, sealed: str | None, password: Secret) -> bool:
        """Return whether `password` is the one that was sealed.

        Where there is none, the same work is done for nothing: time tells no names.
        """
        text = _normal(password.reveal()[: _LONGEST + 1])
        fits = await self._work(lambda: _verify(sealed or self._decoy(), text))
        return fits and sealed is not None

    def close(self) -> None:
        """Let the threads go."""
        if self._workers is not None:
            self._workers.shutdown(wait=False, cancel_futures=True)

    async def _work(self, work: Callable[[], T]) -> T:
        if self._waiting >= _MOST_WAITING:
            raise TooOften("Many people are signing in just now: try again.", retry_after=2)
        if self._workers is None:
            self._workers = ThreadPoolExecutor(self._at_once, thread_name_prefix="passwords")
        self._waiting += 1
        done = asyncio.get_running_loop().run_in_executor(self._workers, work)
        done.add_done_callback(self._ended)
        # Who leaves does not free the thread: what waits is counted until it is done.
        return await asyncio.shield(done)

    def _ended(self, done: "asyncio.Future[T]") -> None:
        self._waiting -= 1
        if not done.cancelled():
            done.exception()

    def _sealed(self, text: str) -> str:
        from argon2 import PasswordHasher  # noqa: PLC0415  # seldom needed

        return PasswordHasher(
            time_cost=self._cost.passes,
            memory_cost=self._cost.memory,
            parallelism=self._cost.lanes,
            hash_len=_LENGTH,
            salt_len=_SALT,
        ).hash(text)

    def _decoy(self) -> str:
        """Return a hash no password fits that takes as long to compare as any."""
        salt, nothing = (base64.b64encode(bytes(n)).rstrip(b"=").decode() for n in (_SALT, _LENGTH))
        cost = self._cost
        return f"$argon2id$v=19$m={cost.memory},t={cost.passes},p={cost.lanes}${salt}${nothing}"


def accept_password(password: Secret) -> Secret:
    """Return `password` as it is compared, or raise `InvalidInput` for one nobody should have."""
    text = _normal(password.reveal()[: _LONGEST + 1])
    if len(text) < _SHORTEST:
        raise InvalidInput(f"A password has at least {_SHORTEST} characters.", field="password")
    if len(text) > _LONGEST:
        raise InvalidInput(f"A password has at most {_LONGEST:,} characters.", field="password")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise InvalidInput(
            "A password has no line breaks or other control characters.", field="password"
        )
    return Secret(text)


def _normal(text: str) -> str:
    """Return `text` in the one form all keyboards and systems agree on."""
    return unicodedata.normalize("NFKC", text)


def _verify(sealed: str, text: str) -> bool:
    from argon2 import PasswordHasher  # noqa: PLC0415  # seldom needed
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return PasswordHasher().verify(sealed, text.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
