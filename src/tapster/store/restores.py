"""Backups brought back into a database of either kind, in one transaction."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Table, Text, bindparam, cast, insert, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from tapster.core.chats import ChatMessage
from tapster.core.errors import Conflict, StoreError
from tapster.store.addresses import is_sqlite, shown
from tapster.store.chat_tables import messages
from tapster.store.engines import open_plain_engine
from tapster.store.failures import explain
from tapster.store.layouts import KEPT, columns_of, empty_database, is_json, tables_of
from tapster.store.schema import HEAD, migrate, stamp_of
from tapster.store.snapshots import verify
from tapster.store.structs import from_row
from tapster.store.tables import changes
from tapster.store.transactions import Transaction
from tapster.store.word_index import WordIndex

_BATCH = 100
# Made anew from the messages: each database has this table in its own way.
_WORDS = "message_words"


def replace_all(
    url: URL, file: Path, *, before: Callable[[], None], patience: float = 5.0
) -> dict[str, int]:
    """Put what the backup `file` holds in the place of what is there; return rows by table.

    `before` is called while nobody else can write, to keep the state that is replaced: when it
    raises, nothing is changed. Keys, tokens, sessions and people stay. Raises `StoreError`.
    """
    counts: dict[str, int] = {}
    with at_head(file) as ready, writing(url, patience=patience) as wire:
        before()
        tables = [table for table in tables_of(HEAD) if table.name not in KEPT]
        with loose(wire, tables):
            _empty(wire, tables)
            for table in (each for each in tables_of(HEAD) if each.name in KEPT):
                add_missing_people(wire, ready, table)
            for table in tables:
                counts[table.name] = write_rows(wire, table, rows_of(ready, table))
            index_words(wire)
    return counts


@contextmanager
def at_head(file: Path) -> Iterator[Path]:
    """Yield a verified backup as a SQLite file with the newest schema; `file` is not touched."""
    contents = verify(file)
    if contents.schema == HEAD:
        yield file
        return
    with TemporaryDirectory(dir=file.parent, prefix=".older-") as folder:
        ready = Path(folder) / "ready.db"
        try:
            with empty_database(ready, contents.schema) as wire:
                for table in tables_of(contents.schema):
                    write_rows(wire, table, rows_of(file, table))
                migrate(wire)
                wire.commit()
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise explain(error, str(file)) from error
        yield ready


@contextmanager
def writing(url: URL, *, patience: float) -> Iterator[Connection]:
    """Yield a connection whose transaction keeps all other writers out, committed at the end.

    Other processes are told that something has changed.
    """
    engine = open_plain_engine(url, patience=patience)
    try:
        with engine.connect() as wire:
            if stamp_of(wire) != HEAD:
                raise StoreError("The database has another schema than this Tapster: start it.")
            wire.rollback()
            if is_sqlite(url):
                wire.exec_driver_sql("PRAGMA foreign_keys = OFF")
                wire.exec_driver_sql("PRAGMA secure_delete = ON")
                wire.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                names = ", ".join(quoted(wire, table) for table in tables_of(HEAD))
                wire.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
            yield wire
            wire.execute(update(changes).values(counter=changes.c.counter + 1))
            wire.commit()
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        explained = explain(error, shown(url))
        if isinstance(explained, Conflict):
            raise _does_not_fit() from error
        raise explained from error
    finally:
        engine.dispose()


@contextmanager
def loose(wire: Connection, tables: list[Table]) -> Iterator[None]:
    """Let rows come in any order inside; whether all of them fit together is seen at the end."""
    if wire.dialect.name == "sqlite":
        yield
        if wire.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise _does_not_fit()
        return
    names = {table.name for table in tables_of(HEAD)} | {table.name for table in tables}
    foreign = [
        row
        for row in wire.execute(
            text(
                "SELECT conrelid::regclass::text AS table_name, conname, relname "
                "FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid "
                "WHERE contype = 'f' AND relnamespace = current_schema()::regnamespace"
            )
        )
        if row.relname in names
    ]
    quote = wire.dialect.identifier_preparer.quote
    for row in foreign:
        wire.execute(
            text(
                f"ALTER TABLE {row.table_name} ALTER CONSTRAINT {quote(row.conname)} "
                "DEFERRABLE INITIALLY DEFERRED"
            )
        )
    yield
    wire.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for row in foreign:
        wire.execute(
            text(
                f"ALTER TABLE {row.table_name} ALTER CONSTRAINT {quote(row.conname)} NOT DEFERRABLE"
            )
        )
    for table in tables:
        _count_on(wire, table)


def rows_of(
    file: Path, table: Table, *, order: str | None = None, only: str | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a table of a backup in batches, JSON as text; `only` is one's id."""
    names = [column.name for column in columns_of(table)]
    chosen = ", ".join(f'"{name}"' for name in names)
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        copy.execute("PRAGMA trusted_schema = OFF")
        words = f'SELECT {chosen} FROM "{table.name}"'  # noqa: S608  # names of ours
        words += ' WHERE "id" = ?' if only is not None else ""
        words += f' ORDER BY "{order}"' if order else ""
        found = copy.execute(words, () if only is None else (only,))
        while batch := found.fetchmany(_BATCH):
            yield [dict(zip(names, row, strict=True)) for row in batch]


def in_batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield rows as many at a time as are written at once."""
    following = iter(rows)
    while batch := list(islice(following, _BATCH)):
        yield batch


def write_rows(wire: Connection, table: Table, batches: Iterator[list[dict[str, Any]]]) -> int:
    """Write rows as `rows_of` yields them, and return how many there were."""
    columns = columns_of(table)
    casts = wire.dialect.name != "sqlite"
    values: dict[str, Any] = {
        column.name: (
            (
                cast(bindparam(column.name, type_=Text), column.type)
                if casts
                else bindparam(column.name, type_=Text)
            )
            if is_json(column)
            else bindparam(column.name, type_=column.type)
        )
        for column in columns
    }
    statement = None
    count = 0
    for batch in batches:
        if statement is None:
            # A column that is left out gets what the database gives it.
            statement = insert(table).values({name: values[name] for name in batch[0]})
        wire.execute(statement, batch)
        count += len(batch)
    return count


def index_words(wire: Connection, *, after: int = 0) -> None:
    """Index the words of all messages whose number is above `after`."""
    # In this thread no loop runs, and nothing in it waits for anything but this connection.
    asyncio.run(_index(WordIndex(Transaction(wire, place="")), wire, after))


async def _index(words: WordIndex, wire: Connection, after: int) -> None:
    while True:
        rows = wire.execute(
            select(messages)
            .where(messages.c.number > after)
            .order_by(messages.c.number)
            .limit(_BATCH)
        ).all()
        if not rows:
            return
        await words.add([from_row(row, ChatMessage) for row in rows])
        after = rows[-1].number


def quoted(wire: Connection, table: Table) -> str:
    """Return a table's name as it is written in a statement."""
    return wire.dialect.identifier_preparer.format_table(table)


def _empty(wire: Connection, tables: list[Table]) -> None:
    if wire.dialect.name != "sqlite":
        names = ", ".join([_WORDS, *(quoted(wire, table) for table in tables)])
        wire.execute(text(f"TRUNCATE {names}"))
        return
    wire.execute(text(f"DELETE FROM {_WORDS}"))  # noqa: S608  # a name of ours
    for table in tables:
        wire.execute(text(f"DELETE FROM {quoted(wire, table)}"))  # noqa: S608  # names of ours


def add_missing_people(wire: Connection, file: Path, table: Table) -> None:
    """Add the people who are not there any more, as members who cannot sign in.

    A handle that another has taken since gets the person's id behind it.
    """
    here = wire.execute(select(table.c.id, table.c.handle)).all()
    ids, handles = {row.id for row in here}, {row.handle for row in here}
    missing = [row for batch in rows_of(file, table) for row in batch if row["id"] not in ids]
    for row in missing:
        row["role"] = "member"
        if row["handle"] in handles:
            row["name"] = f"{row['name']} ({row['id']})"
            row["handle"] = f"{row['handle']} ({row['id']})"
    if missing:
        write_rows(wire, table, iter([missing]))


def _count_on(wire: Connection, table: Table) -> None:
    """Let the numbers PostgreSQL gives out go on behind those that were brought back."""
    for column in table.columns:
        known = {"table": quoted(wire, table), "column": column.name}
        sequence = wire.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), known)
        if sequence:
            name = wire.dialect.identifier_preparer.quote(column.name)
            wire.execute(
                text(
                    f"SELECT setval(:sequence, greatest((SELECT max({name}) FROM "  # noqa: S608  # names of ours
                    f"{quoted(wire, table)}), nextval(:sequence)))"
                ),
                {"sequence": sequence},
            )


def _does_not_fit() -> StoreError:
    return StoreError(
        "The backup was not restored: what it holds does not agree with itself, or with the "
        "people of this database. Nothing was changed."
    )
