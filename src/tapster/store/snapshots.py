"""Copies of the whole database, each in one file: made, looked at, verified.

A copy is a SQLite file with plain tables, of either kind of database, and behind its last page a
mark and the SHA-256 of all before it: what is cut short or changed is noticed. Keys, tokens and
sessions are never written into it, so that nothing has to be taken out again.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, Text, cast, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from tapster.core.backups import Contents
from tapster.core.errors import StoreError, TapsterError
from tapster.store.addresses import is_sqlite, shown
from tapster.store.engines import open_plain_engine
from tapster.store.failures import explain
from tapster.store.layouts import affinity_of, columns_of, is_json, tables_of
from tapster.store.schema import HEAD, known_schemas, stamp_of

# "TAPS" in the file's header, where SQLite keeps a number for the program it belongs to.
_OURS = 0x54415053
_FORMAT = 1
_MAGIC = b"SQLite format 3\x00"
_MARK = b"tapster-backup-1"
_TAIL = len(_MARK) + 32
_ABOUT = "tapster_backup"
_PIECE = 1 << 20
# Rows read at once from PostgreSQL: a row may hold an attachment.
_BATCH = 100
# Left free on the disk beside the copy itself.
_SPARE = 16 << 20
# SQLite's virtual machine steps between two looks at whether to stop.
_STEPS = 20_000


def take_snapshot(
    url: URL, target: Path, contents: Contents, *, patience: float = 5.0, stop: Event | None = None
) -> Contents:
    """Write the database at `url`, as it is at one moment, to the new file `target`.

    The file appears whole and verified, or not at all. `contents` says what is known beforehand;
    returned is what was found. Raises `StoreError`.
    """
    place = shown(url)
    # Others may be at work on one of the same name.
    partial = target.with_name(f".{target.stem}.{secrets.token_hex(8)}{target.suffix}.partial")
    engine = open_plain_engine(url, patience=patience)
    try:
        with engine.connect() as wire:
            _demand_room(wire, target.parent)
            with _new_file(partial):
                found = (
                    _copy_sqlite(wire, partial, contents, stop)
                    if is_sqlite(url)
                    else _copy_postgresql(wire, partial, contents, stop)
                )
                _seal(partial)
                verify(partial)
                _give_name(partial, target)
                _sync_folder(target.parent)
                return found
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise _not_made(error, place, target.parent) from error
    finally:
        engine.dispose()


def look_at(file: Path) -> Contents:
    """Return what a backup file says of itself. Raises `StoreError` for what is none."""
    try:
        with file.open("rb") as opened:
            head = opened.read(100)
            size = os.fstat(opened.fileno()).st_size
            opened.seek(max(0, size - _TAIL))
            tail = opened.read(_TAIL)
    except OSError as error:
        raise StoreError(f"The backup cannot be read: {error.strerror}.") from error
    if file.is_symlink() or head[:16] != _MAGIC or int.from_bytes(head[68:72]) != _OURS:
        raise StoreError("This file was not made by `tapster backup`: nothing can be restored.")
    if int.from_bytes(head[60:64]) > _FORMAT:
        raise StoreError("This backup was made by a newer Tapster: update Tapster to use it.")
    if not tail.startswith(_MARK):
        raise StoreError(
            "This backup is damaged: it is cut short, or something was written behind its end. "
            "Use another one."
        )
    with _opened(file) as copy:
        row = copy.execute(f"SELECT about FROM {_ABOUT}").fetchone()  # noqa: S608  # our own name
    try:
        return msgspec.json.decode(row[0], type=Contents)
    except (msgspec.MsgspecError, TypeError) as error:
        raise _damaged() from error


def verify(file: Path) -> Contents:
    """Return what a backup file holds after all of it was read and checked.

    Raises `StoreError` for one that is damaged, foreign, or from a newer Tapster.
    """
    contents = look_at(file)
    with file.open("rb") as opened:
        digest = _digest_of(opened, file.stat().st_size - _TAIL)
        opened.seek(-32, os.SEEK_END)
        if opened.read(32) != digest:
            raise StoreError("This backup is damaged: its bytes have changed. Use another one.")
    if contents.schema != HEAD and contents.schema not in known_schemas():
        raise StoreError(
            f"This backup was made by a newer Tapster (its schema is {contents.schema}, this one "
            f"knows {HEAD}): update Tapster to use it."
        )
    with _opened(file) as copy:
        if [row[0] for row in copy.execute("PRAGMA integrity_check(1)")] != ["ok"]:
            raise _damaged()
        kinds = set(copy.execute("SELECT type, name FROM sqlite_master"))
        if kinds != {("table", name) for name in (_ABOUT, *contents.counts)}:
            raise _damaged()
        for name, count in contents.counts.items():
            if copy.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0] != count:  # noqa: S608  # quoted
                raise _damaged()
    return contents


def make_ready(folder: Path) -> None:
    """Make the folder for backups, its owner's alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder for backups {folder} cannot be made: {error.strerror}."
        ) from error


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a backup for reading; its file is not locked and nothing is written beside it."""
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as copy:
            copy.execute("PRAGMA trusted_schema = OFF")
            yield copy
    except sqlite3.Error as error:
        raise _damaged() from error


def _give_name(partial: Path, target: Path) -> None:
    """Let `partial` be `target`, unless another has that name by now."""
    try:
        # Unlike a renaming, it takes nobody's place.
        os.link(partial, target)
    except OSError as error:
        if target.exists():
            raise StoreError(f"There is a backup {target.stem!r} already: try again.") from error
        # Not every file system has links.
        partial.replace(target)


@contextmanager
def _new_file(file: Path) -> Iterator[None]:
    """Make an empty file of the owner's alone, and remove it if it is still there at the end."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _copy_sqlite(wire: Connection, file: Path, contents: Contents, stop: Event | None) -> Contents:
    schema = _schema_of(wire)
    wire.rollback()
    source: sqlite3.Connection = wire.connection.driver_connection  # type: ignore[assignment]
    source.execute("ATTACH DATABASE ? AS copy", (str(file),))
    source.set_progress_handler(lambda: int(stop is not None and stop.is_set()), _STEPS)
    try:
        _make_ours(source, "copy")
        source.execute("BEGIN")
        counts: dict[str, int] = {}
        for table in tables_of(schema):
            source.execute(_create(table, "copy."))
            columns, name = _names(table), _quoted(table.name)
            source.execute(
                f"INSERT INTO copy.{name} ({columns}) SELECT {columns} FROM main.{name}"  # noqa: S608  # quoted
            )
            counts[table.name] = source.execute(f"SELECT count(*) FROM main.{name}").fetchone()[0]  # noqa: S608  # quoted
        return _write_about(
            source, "copy.", contents, schema=schema, database="sqlite", counts=counts
        )
    finally:
        source.set_progress_handler(None, 0)
        if source.in_transaction:
            source.rollback()
        with suppress(sqlite3.Error):
            source.execute("DETACH DATABASE copy")


def _copy_postgresql(
    wire: Connection, file: Path, contents: Contents, stop: Event | None
) -> Contents:
    schema = _schema_of(wire)
    wire.rollback()
    wire = wire.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with closing(sqlite3.connect(file, isolation_level=None)) as copy:
        _make_ours(copy, "main")
        copy.execute("BEGIN")
        counts: dict[str, int] = {}
        for table in tables_of(schema):
            copy.execute(_create(table))
            columns = columns_of(table)
            insert = (
                f"INSERT INTO {_quoted(table.name)} ({_names(table)}) "  # noqa: S608  # quoted
                f"VALUES ({', '.join('?' * len(columns))})"
            )
            rows = wire.execution_options(yield_per=_BATCH).execute(
                select(*(cast(each, Text) if is_json(each) else each for each in columns))
            )
            for batch in rows.partitions():
                if stop is not None and stop.is_set():
                    raise StoreError("The backup was given up: Tapster is being stopped.")
                copy.executemany(insert, [tuple(row) for row in batch])
            counts[table.name] = wire.scalar(select(func.count()).select_from(table)) or 0
        return _write_about(copy, "", contents, schema=schema, database="postgresql", counts=counts)


def _schema_of(wire: Connection) -> str:
    schema = stamp_of(wire)
    if schema is None:
        raise StoreError("The database holds nothing of Tapster's yet: there is nothing to copy.")
    return schema


def _make_ours(copy: sqlite3.Connection, name: str) -> None:
    # The file is nobody's until it is renamed: a journal and early syncing would be for nothing.
    for pragma in ("journal_mode = OFF", "synchronous = OFF"):
        copy.execute(f"PRAGMA {name}.{pragma}")
    copy.execute(f"PRAGMA {name}.application_id = {_OURS}")
    copy.execute(f"PRAGMA {name}.user_version = {_FORMAT}")


def _write_about(
    copy: sqlite3.Connection,
    prefix: str,
    contents: Contents,
    *,
    schema: str,
    database: Any,
    counts: dict[str, int],
) -> Contents:
    found = msgspec.structs.replace(contents, schema=schema, database=database, counts=counts)
    copy.execute(f"CREATE TABLE {prefix}{_ABOUT} (about TEXT)")
    copy.execute(
        f"INSERT INTO {prefix}{_ABOUT} VALUES (?)",  # noqa: S608  # our own name
        (msgspec.json.encode(found).decode(),),
    )
    copy.execute("COMMIT")
    return found


def _create(table: Table, prefix: str = "") -> str:
    columns = ", ".join(f"{_quoted(each.name)} {affinity_of(each)}" for each in columns_of(table))
    return f"CREATE TABLE {prefix}{_quoted(table.name)} ({columns})"


def _names(table: Table) -> str:
    return ", ".join(_quoted(each.name) for each in columns_of(table))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _seal(file: Path) -> None:
    """Write the mark and the digest behind the last page, and all of it onto the disk."""
    with file.open("r+b") as opened:
        size = file.stat().st_size
        digest = _digest_of(opened, size)
        opened.seek(size)
        opened.write(_MARK + digest)
        opened.flush()
        os.fsync(opened.fileno())


def _digest_of(opened: Any, size: int) -> bytes:
    digest = hashlib.sha256()
    opened.seek(0)
    while size > 0 and (piece := opened.read(min(_PIECE, size))):
        digest.update(piece)
        size -= len(piece)
    return digest.digest()


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and does not need it.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _demand_room(wire: Connection, folder: Path) -> None:
    if wire.dialect.name == "sqlite":
        pages = wire.exec_driver_sql("PRAGMA page_count").scalar() or 0
        size = pages * (wire.exec_driver_sql("PRAGMA page_size").scalar() or 0)
    else:
        size = (
            wire.scalar(
                text(
                    "SELECT sum(pg_table_size(oid)) FROM pg_class "
                    "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
                )
            )
            or 0
        )
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        raise StoreError(
            f"There is not enough room for a backup in {folder}: {_megabytes(free)} are free, and "
            f"{_megabytes(size + _SPARE)} are wanted ({_megabytes(size)} for the backup, "
            f"{_megabytes(_SPARE)} to stay free). Free some space, or remove backups with "
            "`tapster backup remove NAME`."
        )


def _megabytes(size: int) -> str:
    return f"{int(size) / 1e6:,.1f} MB"


def _damaged() -> StoreError:
    return StoreError(
        "This backup is damaged: what it holds is not what was written. Use another one."
    )


def _not_made(error: Exception, place: str, folder: Path) -> TapsterError:
    words = str(error).lower()
    if "interrupted" in words:
        return StoreError("The backup was given up: Tapster is being stopped.")
    if any(sign in words for sign in ("full", "no space", "disk i/o", "file too large")):
        return StoreError(
            f"The backup was not made, the disk that holds {folder} is full: free some space and "
            "try again. Other backups were not touched."
        )
    if isinstance(error, OSError):
        return StoreError(
            f"The backup was not made, {folder} cannot be written: {error.strerror}. Other "
            "backups were not touched."
        )
    return explain(error, place)
