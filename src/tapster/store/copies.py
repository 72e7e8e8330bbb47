"""Chats of a backup brought back as second copies, beside those that are there."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select, text
from sqlalchemy.engine import URL

from tapster.store.chat_tables import ON_ITS_WAY_TO, attachment_uses, attachments, chats, messages
from tapster.store.layouts import KEPT, columns_of, is_json, tables_of
from tapster.store.restores import (
    add_missing_people,
    at_head,
    in_batches,
    index_words,
    loose,
    rows_of,
    write_rows,
    writing,
)
from tapster.store.schema import HEAD

# What tells whether a chat is as it was; the same words in both databases. A chat that was being
# imported is none yet.
_STATES = (
    "SELECT chats.id, chats.version, chats.updated_at, "  # noqa: S608  # nothing in it is given
    "chats.deleted_at, count(messages.id), "
    "sum(messages.version), max(messages.updated_at), count(messages.deleted_at) "
    "FROM chats LEFT JOIN messages ON messages.chat_id = chats.id "
    f"WHERE chats.owner NOT LIKE '{ON_ITS_WAY_TO}%' "
    "GROUP BY chats.id, chats.version, chats.updated_at, chats.deleted_at"
)
# Columns of text in which ids occur within other words.
_SPEAK_OF_IDS = frozenset({("journal", "patches"), ("run_pieces", "events")})
_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST_TITLE = 150


def add_copies(
    url: URL, file: Path, *, new_id: Callable[[], str], named: str, patience: float = 5.0
) -> tuple[tuple[str, ...], int]:
    """Add the chats of the backup `file` that are gone or have changed, under new ids.

    `named` stands behind their titles. Attachments keep their ids and are brought back where
    they are missing. Returns the new chats' ids, and how many chats were left out because they
    are as they were.
    """
    with at_head(file) as ready, writing(url, patience=patience) as wire:
        was, now = (
            _states_in(ready),
            {row[0]: tuple(row[1:]) for row in wire.execute(text(_STATES))},
        )
        living = {id_: state for id_, state in was.items() if state[2] is None}
        wanted = {id_ for id_, state in living.items() if now.get(id_) != state}
        last = wire.scalar(select(messages.c.number).order_by(messages.c.number.desc())) or 0
        with loose(wire, []):
            for table in (each for each in tables_of(HEAD) if each.name in KEPT):
                add_missing_people(wire, ready, table)
            made = _copy(wire, ready, wanted, new_id=new_id, named=named) if wanted else ()
            index_words(wire, after=last)
        return made, len(living) - len(wanted)


def _copy(
    wire: Connection, file: Path, wanted: set[str], *, new_id: Callable[[], str], named: str
) -> tuple[str, ...]:
    chosen: dict[str, set[str]] = {"chats": wanted}
    renamed: dict[str, str] = {}
    for table in _tables_of_chats():
        own = chosen.setdefault(table.name, wanted if table is chats else set())
        for row in _rows_chosen(file, table, chosen):
            if "id" in row:
                own.add(row["id"])
                renamed[row["id"]] = new_id()
    for table in _tables_of_chats():
        if table is attachment_uses:
            used = {row["attachment_id"] for row in _rows_chosen(file, table, chosen)}
            for id_ in sorted(used):
                _bring_back_attachment(wire, file, id_)
        new = (_renamed(table, row, renamed, named) for row in _rows_chosen(file, table, chosen))
        write_rows(wire, table, in_batches(new))
    return tuple(renamed[id_] for id_ in sorted(wanted))


def _tables_of_chats() -> list[Table]:
    """Return the table of chats and all whose rows belong to one, each after what it refers to."""
    found = [chats]
    left = [table for table in tables_of(HEAD) if table is not chats and table is not attachments]
    while True:
        names = {table.name for table in found}
        new = [table for table in left if names & set(_owners_of(table).values())]
        if not new:
            return found
        # One at a time: a table may refer to several of them.
        ready = next(
            each
            for each in new
            if not set(_owners_of(each).values()) & {other.name for other in new if other != each}
        )
        found.append(ready)
        left.remove(ready)


def _owners_of(table: Table) -> dict[str, str]:
    """Return the columns of a table that refer to others by id, with whose."""
    return {
        key.parent.name: key.column.table.name
        for key in table.foreign_keys
        if key.column.name == "id"
    }


def _rows_chosen(file: Path, table: Table, chosen: dict[str, set[str]]) -> Iterator[dict[str, Any]]:
    owners = {
        column: chosen[owner] for column, owner in _owners_of(table).items() if owner in chosen
    }
    order = "number" if "number" in table.columns else None
    for batch in rows_of(file, table, order=order):
        for row in batch:
            if table is chats:
                if row["id"] in chosen["chats"]:
                    yield row
            elif all(row[column] is None or row[column] in ids for column, ids in owners.items()):
                yield row


def _renamed(
    table: Table, row: dict[str, Any], renamed: dict[str, str], named: str
) -> dict[str, Any]:
    counted = table.autoincrement_column
    new: dict[str, Any] = {}
    for column in columns_of(table):
        value = row[column.name]
        if column is counted:
            continue
        if isinstance(value, str) and not is_json(column):
            value = renamed.get(value, value)
        if isinstance(value, str) and (table.name, column.name) in _SPEAK_OF_IDS:
            value = _ID.sub(lambda found: renamed.get(found[0], found[0]), value)
        new[column.name] = value
    if table is chats:
        new["title"] = f"{new['title'][:_LONGEST_TITLE]} ({named})".strip()
        new["titled_by"] = "person"
    return new


def _bring_back_attachment(wire: Connection, file: Path, id_: str) -> None:
    if wire.scalar(select(attachments.c.id).where(attachments.c.id == id_)) is None:
        write_rows(wire, attachments, rows_of(file, attachments, only=id_))


def _states_in(file: Path) -> dict[str, tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        return {row[0]: tuple(row[1:]) for row in copy.execute(_STATES)}
