"""The shape of the database: made new, recognised, or brought up to date."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Dialect, Engine, insert, make_url, select, text
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from tapster.core.errors import StoreError
from tapster.core.people import ME, Person
from tapster.store.chat_tables import make_word_index
from tapster.store.engines import WRITES
from tapster.store.people_tables import people
from tapster.store.run_tables import make_run_indexes
from tapster.store.structs import to_columns
from tapster.store.tables import alembic_version, changes, metadata

if TYPE_CHECKING:
    from alembic.config import Config

# The newest migration's revision. Comparing it with the stamp is all a start costs; Alembic is
# imported only when they differ.
HEAD = "0006"

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number all Tapster processes agree on: PostgreSQL's name for "I am migrating".
_MIGRATING = 0x7A_B5_7E_12


def prepare_schema(
    engine: Engine,
    place: str,
    *,
    head: str = HEAD,
    migrations: Path = MIGRATIONS,
    before_migration: Callable[[str], None] | None = None,
) -> None:
    """Bring the database behind `engine` to the newest schema, in one transaction.

    `before_migration` is told the older schema while nothing has been changed; what it raises
    leaves the database as it is. Raises `StoreError` when a newer Tapster wrote it, or it belongs
    to another program.
    """
    with engine.connect() as connection:
        if stamp_of(connection) == head:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name != "sqlite":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATING})"))
        stamp = stamp_of(connection)
        if stamp is None:
            _create(connection, place)
        elif stamp != head:
            if stamp not in known_schemas(migrations):
                raise StoreError(
                    f"The database {place} was written by a newer Tapster (its schema is {stamp}, "
                    f"this one knows {HEAD}): update Tapster, or restore a backup made before."
                )
            if before_migration is not None:
                before_migration(stamp)
            migrate(connection, migrations=migrations)


def stamp_of(connection: Connection) -> str | None:
    """Return the schema the database says it has, if it says so."""
    if connection.dialect.name == "sqlite":
        known = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    else:
        # A table, not `to_regclass`: that may answer from before the lock was waited for.
        known = (
            "SELECT tablename FROM pg_tables "
            "WHERE schemaname = current_schema() AND tablename = 'alembic_version'"
        )
    if connection.execute(text(known)).scalar() is None:
        return None
    return connection.execute(select(alembic_version.c.version_num)).scalar()


def _create(connection: Connection, place: str) -> None:
    if (
        connection.dialect.name == "sqlite"
        and connection.execute(
            text("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
        ).scalar()
    ):
        raise StoreError(
            f"The database {place} belongs to another program: point TAPSTER_DATABASE_URL at a "
            "file of Tapster's own."
        )
    for statement in _creation(f"{connection.dialect.name}+{connection.dialect.driver}://"):
        connection.exec_driver_sql(statement)
    make_word_index(connection)
    make_run_indexes(connection)
    alembic_version.create(connection, checkfirst=False)
    connection.execute(insert(changes).values(id=1, counter=0))
    me = Person(id=ME, name=ME, handle=ME, role="admin")
    connection.execute(insert(people).values(to_columns(me)))
    connection.execute(insert(alembic_version).values(version_num=HEAD))


@cache
def _creation(kind: str) -> tuple[str, ...]:
    """Return what makes all tables and their indexes; writing it takes longer than running it."""
    dialect: Dialect = make_url(kind).get_dialect()()
    written: list[DDLElement] = []
    for table in metadata.sorted_tables:
        written.append(CreateTable(table))
        written += (
            CreateIndex(index) for index in sorted(table.indexes, key=lambda it: str(it.name))
        )
    return tuple(str(each.compile(dialect=dialect)) for each in written)


def known_schemas(migrations: Path = MIGRATIONS) -> frozenset[str]:
    """Return every schema this Tapster can start from."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # see below

    scripts = ScriptDirectory.from_config(_alembic(migrations))
    return frozenset(script.revision for script in scripts.walk_revisions())


def migrate(connection: Connection, to: str = "head", *, migrations: Path = MIGRATIONS) -> None:
    """Bring the schema behind `connection` up to `to`, from nothing where nothing is there."""
    from alembic import command  # noqa: PLC0415  # half a second that a start seldom needs

    config = _alembic(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _alembic(migrations: Path) -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config
