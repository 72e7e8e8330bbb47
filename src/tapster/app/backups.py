"""Backups of the database: made, listed, verified, restored, removed; by hand and by themselves."""

import asyncio
import calendar
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Literal

from tapster import __version__
from tapster.core.backups import Backup, Contents, Kind, Restored
from tapster.core.errors import InvalidInput, NotFound, StoreError, TapsterError
from tapster.store import Store, snapshots
from tapster.store.addresses import read_address
from tapster.store.copies import add_copies
from tapster.store.restores import replace_all

_NAME = re.compile(
    r"\d{8}-\d{6}-(manual|automatic|before-restore|before-update)(-[2-9]|-[1-9]\d)?", re.ASCII
)
_ENDING = ".backup"
_LONGEST_NOTE = 500
_DAY = 86_400.0
# A partial file this old belongs to nobody any more. Seconds.
_LEFT_BEHIND = 6 * 3600.0
# How many are kept of those made by themselves: the newest of each of the last days with one,
# and of each of the last weeks; and the newest few from before something.
_DAYS, _WEEKS, _BEFORE = 7, 4, 5

log = logging.getLogger(__name__)


class Backups:
    """The backups in one folder of the database at one address.

    While everything is replaced, `pause` keeps answers from being written: what was begun is
    written to its end before.
    """

    def __init__(
        self,
        database: str,
        folder: Path,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
        store: Store | None = None,
        pause: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._url = read_address(database)
        self._folder = folder
        self._clock = clock
        self._new_id = new_id
        self._store = store
        self._pause = pause
        self._stop = threading.Event()
        # One at a time: they share names, room on the disk, and what is kept.
        self._making = threading.RLock()

    async def create(self, note: str = "", *, kind: Kind = "manual") -> Backup:
        """Make a verified backup of the database as it is at this moment. It holds no keys."""
        return await asyncio.to_thread(self._make, kind, _checked(note))

    async def all(self) -> tuple[Backup, ...]:
        """Return every backup, newest first; one that cannot be read says why."""
        return await asyncio.to_thread(lambda: tuple(_described(each) for each in self._files()))

    async def look_at(self, name: str) -> Backup:
        """Return a backup as it says it is, without reading all of it. Raises `NotFound`."""
        return await asyncio.to_thread(_described, self._find(name))

    async def verify(self, name: str) -> Backup:
        """Read all of a backup and check it. Raises `StoreError` where it is not sound."""
        file = self._find(name)
        contents = await asyncio.to_thread(snapshots.verify, file)
        return Backup(name=file.stem, size=file.stat().st_size, contents=contents)

    async def restore(
        self, name: str, *, how: Literal["replace", "copies"] = "replace"
    ) -> Restored:
        """Bring a backup back.

        `replace` puts it in the place of what is there, which is kept as a backup of its own
        first; keys, access tokens and people stay as they are. `copies` adds chats that are
        missing or have changed since as second copies, and touches nothing else.
        """
        file = self._find(name)
        if self._store is None:
            return await asyncio.to_thread(self._restore, file, how)
        pause = self._pause if how == "replace" else nullcontext
        async with pause(), self._store.alone():
            restoring = asyncio.create_task(asyncio.to_thread(self._restore, file, how))
            try:
                return await asyncio.shield(restoring)
            except asyncio.CancelledError:
                # The thread goes on: nobody else may write until it is done.
                await asyncio.wait({restoring})
                raise

    async def remove(self, name: str) -> None:
        """Remove a backup for good."""
        self._find(name).unlink(missing_ok=True)

    def before_migration(self, schema: str) -> None:
        """Keep the database as an older Tapster left it. Blocks; raises `StoreError`."""
        try:
            self._make("before-update", f"Schema {schema}, before Tapster {__version__}")
        except TapsterError as error:
            raise StoreError(
                "The database was not brought up to date, because the backup before it failed: "
                f"{error.message}"
            ) from error

    async def keep_up(self) -> None:
        """Make a backup a day, as long as this runs; a failure is logged and tried again."""
        try:
            while True:  # noqa: ASYNC110  # it waits for a time, not for a state
                await asyncio.sleep(await self.make_due())
        finally:
            self._stop.set()

    async def make_due(self) -> float:
        """Make the day's backup if it is due, and return the seconds to the next one."""
        newest = max(
            (_moment_of(file.stem) for file in self._files() if "-automatic" in file.stem),
            default=0.0,
        )
        wait = newest + _DAY - self._clock()
        if 0 < wait <= _DAY:
            return wait
        try:
            await self.create(kind="automatic")
        except TapsterError as error:
            log.error("The day's backup failed: %s", error.message)  # noqa: TRY400  # no defect of ours
            return 3600.0
        return _DAY

    def _make(self, kind: Kind, note: str, *, beside: Path | None = None) -> Backup:
        """Make a backup and remove those it makes superfluous, but never the one `beside`."""
        with self._making:
            return self._make_alone(kind, note, beside)

    def _make_alone(self, kind: Kind, note: str, beside: Path | None) -> Backup:
        snapshots.make_ready(self._folder)
        self._sweep()
        now = self._clock()
        file = self._free_name(now, kind)
        contents = snapshots.take_snapshot(
            self._url,
            file,
            Contents(
                made_at=now,
                kind=kind,
                note=note,
                version=__version__,
                schema="",
                database="sqlite",
                counts={},
            ),
            stop=self._stop if kind == "automatic" else None,
        )
        self._rotate(beside)
        return Backup(name=file.stem, size=file.stat().st_size, contents=contents)

    def _restore(self, file: Path, how: Literal["replace", "copies"]) -> Restored:
        if how == "copies":
            contents = snapshots.look_at(file)
            day = time.strftime("%Y-%m-%d %H:%M", time.gmtime(contents.made_at))
            made, unchanged = add_copies(
                self._url, file, new_id=self._new_id, named=f"backup of {day} UTC"
            )
            return Restored(name=file.stem, how=how, chats=made, unchanged=unchanged)
        kept: list[Backup] = []

        def keep_what_is_there() -> None:
            # The one being restored must not be rotated away by the one made before.
            note = f"Before {file.stem} was restored"
            kept.append(self._make("before-restore", note, beside=file))

        rows = replace_all(self._url, file, before=keep_what_is_there)
        return Restored(name=file.stem, how=how, before=kept[0].name, rows=rows)

    def _free_name(self, now: float, kind: Kind) -> Path:
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
        for count in range(1, 100):
            name = f"{stamp}-{kind}" + (f"-{count}" if count > 1 else "")
            if not (file := self._folder / f"{name}{_ENDING}").exists():
                return file
        raise StoreError("There are too many backups of this second: try again.")

    def _files(self) -> list[Path]:
        found = [file for file in self._folder.glob(f"*{_ENDING}") if _NAME.fullmatch(file.stem)]
        return sorted(found, key=lambda file: file.stem, reverse=True)

    def _find(self, name: str) -> Path:
        """Return the file of a backup: by its own name only, never by a path."""
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                "This is not the name of a backup: `tapster backup list` shows their names.",
                field="name",
            )
        file = self._folder / f"{name}{_ENDING}"
        if file.is_symlink() or not file.is_file():
            raise NotFound(
                f"There is no backup {name!r}: `tapster backup list` shows those there are."
            )
        return file

    def _rotate(self, beside: Path | None) -> None:
        files = self._files()
        automatic = [file for file in files if "-automatic" in file.stem]
        kept = _newest_of_each(automatic, 1, _DAYS) | _newest_of_each(automatic, 7, _WEEKS)
        for kind in ("before-restore", "before-update"):
            kept |= set([file for file in files if f"-{kind}" in file.stem][:_BEFORE])
        for file in files:
            if file not in kept and file != beside and "-manual" not in file.stem:
                file.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what a process left behind that ended in the middle of a backup."""
        for file in self._folder.glob(f".*{_ENDING}.partial"):
            if time.time() - file.stat().st_mtime > _LEFT_BEHIND:
                file.unlink(missing_ok=True)


def _newest_of_each(files: Iterable[Path], days: int, many: int) -> set[Path]:
    """Return the newest of `files` (newest first) in each of the last `many` spans of `days`."""
    spans: dict[int, Path] = {}
    for file in files:
        spans.setdefault(int(_moment_of(file.stem) // (_DAY * days)), file)
    return set(list(spans.values())[:many])


def _moment_of(name: str) -> float:
    try:
        return float(calendar.timegm(time.strptime(name[:15], "%Y%m%d-%H%M%S")))
    except ValueError:
        return 0.0


def _described(file: Path) -> Backup:
    size = file.stat().st_size
    try:
        return Backup(name=file.stem, size=size, contents=snapshots.look_at(file))
    except StoreError as error:
        return Backup(name=file.stem, size=size, damage=error.message)


def _checked(note: str) -> str:
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput(
            f"The note is longer than {_LONGEST_NOTE} characters: shorten it.", field="note"
        )
    try:
        note.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            "The note holds half a surrogate pair: remove it.", field="note"
        ) from None
    return note
