"""The database engine: how SQLite and PostgreSQL are spoken to."""

import asyncio
import os
import sqlite3
import time
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.util import await_only

from tapster.store.addresses import file_of, is_sqlite

# The execution option that says whether a transaction means to write.
WRITES = "tapster_writes"

# Seconds between two looks at a file somebody else is turning to write-ahead logging.
_LOOK_AGAIN = 0.01

# Removed bytes are overwritten, not only forgotten.
_PRAGMAS = (
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "secure_delete = ON",
)


def open_engine(url: URL, *, patience: float) -> Engine:
    """Return an engine for `url` that waits up to `patience` seconds for others' locks.

    It is SQLAlchemy's plain engine over an asynchronous driver, to be used inside
    `greenlet_spawn`: `sqlalchemy.ext.asyncio` would import the whole ORM, a fifth of the time
    Tapster may take to start.
    """
    if is_sqlite(url):
        return _open_sqlite(url, patience=patience)
    return create_engine(
        url,
        _is_async=True,
        hide_parameters=True,
        pool_pre_ping=True,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        connect_args={
            "connect_timeout": max(2, int(patience)),
            "options": _with_lock_timeout(url, patience),
        },
    )


def open_plain_engine(url: URL, *, patience: float) -> Engine:
    """Return an engine for `url` that blocks: for long work in a thread of its own.

    On SQLite its transactions begin where they are said to begin, and foreign keys are not
    followed.
    """
    if is_sqlite(url):
        return create_engine(
            url.set(drivername="sqlite"),
            hide_parameters=True,
            poolclass=NullPool,
            # One that stops the work may come from another thread.
            connect_args={
                "timeout": patience,
                "isolation_level": None,
                "check_same_thread": False,
            },
        )
    return create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={
            "connect_timeout": max(2, int(patience)),
            "options": _with_lock_timeout(url, patience),
        },
    )


def checkpoint(engine: Engine) -> bool:
    """Move a SQLite journal into its file, synced, and return whether all of it was moved."""
    wire = engine.raw_connection()
    try:
        cursor = wire.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = cursor.fetchone()
        cursor.close()
    finally:
        wire.close()
    return found is not None and found[0] == 0


def _open_sqlite(url: URL, *, patience: float) -> Engine:
    _make_ready(url)
    engine = create_engine(
        url,
        _is_async=True,
        hide_parameters=True,
        json_serializer=_to_json,
        json_deserializer=msgspec.json.decode,
        # Transactions are opened by `_begin`, not guessed by the driver.
        connect_args={"timeout": patience, "isolation_level": None},
    )

    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        try:
            _turn_to_wal(cursor, patience=patience)
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        cursor.close()

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", _begin)
    return engine


def _turn_to_wal(cursor: Any, *, patience: float) -> None:
    """Turn a file to write-ahead logging, once for all.

    SQLite does not wait for a lock here, as it does elsewhere: two processes that make the
    database at once would fail each other.
    """
    ends = time.monotonic() + patience
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > ends:
                raise
            await_only(asyncio.sleep(_LOOK_AGAIN))
        else:
            return


def _begin(connection: Connection) -> None:
    # A transaction that begins to write after it has read fails at once when another process
    # wrote in between; one that takes the lock first waits its turn.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_ready(url: URL) -> None:
    file = file_of(url)
    if file is None:
        return
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The journal beside it inherits these permissions.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    # A file that cannot be opened is found out here: aiosqlite's thread would outlive the
    # failure and complain of it after the loop has ended.
    sqlite3.connect(file).close()


def _with_lock_timeout(url: URL, patience: float) -> str:
    given = url.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    return f"{options} -c lock_timeout={int(patience * 1000)}".strip()


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
