"""Master keys in a file only its owner may read, in the configuration folder."""

import logging
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from tapster.core.errors import VaultError, VaultLocked
from tapster.vault.ledger import key_in, with_key, without_keys
from tapster.vault.masters import Cost, Kind, Lock, MasterKey

try:
    import fcntl
except ImportError:  # Windows has no advisory locks of this kind
    fcntl = None  # type: ignore[assignment]

_log = logging.getLogger(__name__)


class FileMaster:
    """Master keys in the file at `path`, a line each, mode 0600."""

    kind: ClassVar[Kind] = "file"
    cost: ClassVar[Cost | None] = None

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()

    def to_create(self) -> MasterKey:
        return self

    def to_open(self, kind: Kind) -> MasterKey | None:
        return self if kind == self.kind else None

    def create(self, lock: Lock) -> bytes:
        """Add a random key for `lock`. Raises `VaultError` when the file cannot be written."""
        key = secrets.token_bytes(32)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._alone():
                self._write(with_key(self._text(), lock, key))
        except OSError as error:
            raise VaultError(
                f"The master key cannot be saved at {self._path} ({error.strerror}): make the "
                "folder writable, set TAPSTER_CONFIG_DIR to one that is, or set "
                "TAPSTER_VAULT_PASSPHRASE."
            ) from error
        return key

    def read(self, lock: Lock) -> bytes:
        """Return the key of `lock`. Raises `VaultLocked` when the file does not hold it."""
        try:
            key = key_in(self._text(), lock)
        except OSError as error:
            raise VaultLocked(
                f"The master key file {self._path} cannot be read ({error.strerror}): give the "
                "user who runs Tapster the right to read it."
            ) from error
        if key is None:
            raise VaultLocked(
                f"The file {self._path} does not hold the master key of this vault: put back the "
                "master.key from the configuration folder the keys were saved with, or remove the "
                "keys and enter them again."
            )
        return key

    def forget(self, vault: str, *, keep: str) -> None:
        with suppress(OSError), self._alone():  # a key too many in the file opens nothing more
            before = self._text()
            after = without_keys(before, vault, keep=keep)
            if after != before:
                self._write(after)

    def _text(self) -> str:
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                self._close_to_others(file.fileno())
                return file.read(1 << 20)
        except FileNotFoundError:
            return ""

    def _close_to_others(self, descriptor: int) -> None:
        if os.name != "posix" or not os.fstat(descriptor).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return
        try:
            os.fchmod(descriptor, 0o600)
        except OSError:
            _log.warning(
                "The master key file %s can be read by other users: run chmod 600 on it.",
                self._path,
            )
        else:
            _log.warning(
                "The master key file %s could be read by other users; its mode is 600 again.",
                self._path,
            )

    def _write(self, text: str) -> None:
        # Written beside and moved over: a reader, or a crash, meets the old text or the new one.
        beside = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _sync_folder(self._path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if fcntl is None:
            yield
            return
        # The folder is locked, not the file: the file is replaced by a new one.
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
