"""Which tables and columns a backup holds, whatever schema the database has."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Table,
    create_engine,
    inspect,
    text,
)

from tapster.store.schema import HEAD, migrate
from tapster.store.tables import metadata

# Never in a backup: what opens something. The current database keeps its own at a restore.
SECRETS = frozenset({"sealed_keys", "vault", "access_tokens", "passwords", "sessions"})
# Kept at a restore; rows of the backup are only added where they are missing.
KEPT = frozenset({"people"})
# About the database itself and what happens to it at this moment, not about what is in it.
PASSING = frozenset({"changes", "alembic_version"})


def is_kept_in_backups(name: str) -> bool:
    """Return whether the table called `name` belongs into a backup."""
    return name not in SECRETS and name not in PASSING


def tables_of(schema: str) -> tuple[Table, ...]:
    """Return the tables a backup of a database with this schema holds."""
    if schema == HEAD:
        every: Iterable[Table] = metadata.tables.values()
    else:
        every = _as_migrated(schema)
    return tuple(table for table in every if is_kept_in_backups(table.name))


def columns_of(table: Table) -> tuple[Column[object], ...]:
    """Return the columns a backup holds: none that the database computes."""
    return tuple(column for column in table.columns if column.computed is None)


def affinity_of(column: Column[object]) -> str:
    """Return how a column is written in a backup; JSON is kept as the text it was."""
    match column.type:
        case Boolean() | Integer():
            return "INTEGER"
        case Float():
            return "REAL"
        case LargeBinary():
            return "BLOB"
        case _:
            return "TEXT"


def is_json(column: Column[object]) -> bool:
    """Return whether `column` holds JSON."""
    return isinstance(column.type, JSON)


@contextmanager
def empty_database(file: Path | None, schema: str) -> Iterator[Connection]:
    """Yield a connection to a SQLite database made by the migrations up to `schema`."""
    engine = create_engine(f"sqlite:///{file}" if file else "sqlite://", poolclass=NullPool)
    with engine.connect() as connection:
        migrate(connection, schema)
        connection.commit()
        yield connection
    engine.dispose()


def _as_migrated(schema: str) -> tuple[Table, ...]:
    with empty_database(None, schema) as connection:
        virtual = tuple(
            connection.scalars(
                text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
            )
        )
        names = [
            name
            for name in inspect(connection).get_table_names()
            if not any(name == each or name.startswith(f"{each}_") for each in virtual)
        ]
        found = MetaData()
        found.reflect(connection, only=names, resolve_fks=False)
    return tuple(found.tables.values())
