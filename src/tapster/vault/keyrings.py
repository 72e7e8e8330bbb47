"""Master keys in the operating system's keyring, where it has one that answers."""

import secrets
import threading
from collections.abc import Callable
from typing import ClassVar, Protocol, TypeVar

from tapster.core.errors import VaultError, VaultLocked
from tapster.vault.ledger import key_in, with_key, without_keys
from tapster.vault.masters import Cost, Kind, Lock, MasterKey

T = TypeVar("T")

_SERVICE = "tapster"


class Backend(Protocol):
    """What we use of a keyring."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class KeyringMaster:
    """Master keys in the keyring, one entry per vault.

    `moment` is how many seconds the keyring may take: one that asks the person to unlock it is
    given up on, never waited for.
    """

    kind: ClassVar[Kind] = "keyring"
    cost: ClassVar[Cost | None] = None

    def __init__(self, backend: Backend | None = None, *, moment: float = 3.0) -> None:
        self._backend = backend
        self._moment = moment
        self._works: bool | None = None

    def works(self) -> bool:
        """Return whether a real keyring answers; found out once."""
        if self._works is None:
            try:
                self._ask(lambda: self._found().get_password(_SERVICE, "probe"))
            except VaultError:
                self._works = False
            else:
                self._works = True
        return self._works

    def to_create(self) -> MasterKey:
        return self

    def to_open(self, kind: Kind) -> MasterKey | None:
        return self if kind == self.kind else None

    def create(self, lock: Lock) -> bytes:
        """Add a random key for `lock`. Raises `VaultError` when the keyring does not take it."""
        key = secrets.token_bytes(32)
        self._change(lock.vault, lambda text: with_key(text, lock, key))
        if self.read(lock) != key:
            raise VaultError(
                "The system's keyring did not keep what it was given: set "
                "TAPSTER_VAULT_PASSPHRASE to do without it."
            )
        return key

    def read(self, lock: Lock) -> bytes:
        """Return the key of `lock`. Raises `VaultLocked` when the keyring does not hold it."""
        try:
            text = self._ask(lambda: self._found().get_password(_SERVICE, lock.vault))
        except VaultError as error:
            raise VaultLocked(
                "The keys are closed with the system's keyring, which does not answer here: start "
                "Tapster from the desktop session it was set up in, or unlock the keyring."
            ) from error
        key = key_in(text or "", lock)
        if key is None:
            raise VaultLocked(
                "The system's keyring does not hold the master key of this vault: use the account "
                "the keys were saved with, or remove the keys and enter them again."
            )
        return key

    def forget(self, vault: str, *, keep: str) -> None:
        try:
            self._change(vault, lambda text: without_keys(text, vault, keep=keep))
        except VaultError:
            return  # an entry too many in the keyring opens nothing more

    def _change(self, vault: str, change: Callable[[str], str]) -> None:
        def work() -> None:
            backend = self._found()
            before = backend.get_password(_SERVICE, vault) or ""
            after = change(before)
            if any(line.startswith(vault) for line in after.splitlines()):
                backend.set_password(_SERVICE, vault, after)
            elif before:
                backend.delete_password(_SERVICE, vault)

        self._ask(work)

    def _found(self) -> Backend:
        if self._backend is None:
            self._backend = _find_backend()
        return self._backend

    def _ask(self, work: Callable[[], T]) -> T:
        """Run `work` for a moment at most; a thread that still waits then is left behind."""
        outcome: list[T] = []
        problem: list[Exception] = []

        def run() -> None:
            try:
                outcome.append(work())
            except Exception as error:  # noqa: BLE001  # keyrings raise whatever their bus raises
                problem.append(error)

        thread = threading.Thread(target=run, daemon=True, name="tapster-keyring")
        thread.start()
        thread.join(self._moment)
        if outcome:
            return outcome[0]
        raise VaultError(
            "The system's keyring does not work here: unlock it, or set TAPSTER_VAULT_PASSPHRASE."
        ) from (problem[0] if problem else None)


def _find_backend() -> Backend:
    import keyring  # noqa: PLC0415  # a tenth of a second, and seldom needed

    backend = keyring.get_keyring()
    # Priority 0 and below: keyrings that fail, forget, or write plain text. A chain is as good
    # as its first link.
    links = getattr(backend, "backends", [backend])
    if not links or float(links[0].priority) < 1:
        raise VaultError("This system has no keyring: set TAPSTER_VAULT_PASSPHRASE instead.")
    found: Backend = links[0]
    return found
