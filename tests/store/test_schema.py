import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.util import greenlet_spawn

from tapster.core.connections import Proxy
from tapster.core.errors import StoreError
from tapster.store import Store, schema
from tapster.store.addresses import read_address
from tapster.store.engines import open_engine
from tapster.store.schema import HEAD, MIGRATIONS, prepare_schema
from timed import timed


def sync_engine(url):
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


def shape_of(engine):
    """Every table with its columns, keys, indexes and constraints, in comparable form."""
    seen = inspect(engine)
    shape = {}
    for table in sorted(seen.get_table_names()):
        columns = {
            column["name"]: (str(column["type"]), column["nullable"])
            for column in seen.get_columns(table)
        }
        unique = sorted(tuple(c["column_names"]) for c in seen.get_unique_constraints(table))
        foreign = sorted(
            (tuple(c["constrained_columns"]), c["referred_table"], str(c["options"]))
            for c in seen.get_foreign_keys(table)
        )
        indexes = sorted((str(i["name"]), bool(i["unique"])) for i in seen.get_indexes(table))
        checks = sorted(str(c["name"]) for c in seen.get_check_constraints(table))
        primary = tuple(seen.get_pk_constraint(table)["constrained_columns"])
        shape[table] = (columns, primary, unique, foreign, indexes, checks)
    return shape


def migrate_from_nothing(engine, to="head"):
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def test_the_packaged_head_is_the_newest_migration():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_a_new_database_is_what_the_migrations_build(database, tmp_path):
    from databases import database_of

    store = await Store.open(database)
    await store.close()
    kind = "sqlite" if database.startswith("sqlite") else "postgresql"
    with database_of(kind, tmp_path / "migrated") as other:
        (tmp_path / "migrated" / "data").mkdir(parents=True)
        made, migrated = sync_engine(database), sync_engine(other)
        migrate_from_nothing(migrated)

        try:
            assert shape_of(made) == shape_of(migrated)
            with migrated.connect() as connection:
                stamp = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                assert stamp == HEAD
                assert connection.execute(text("SELECT counter FROM changes")).scalar() == 0
        finally:
            made.dispose()
            migrated.dispose()


async def test_a_migrated_database_opens(database, tmp_path):
    (tmp_path / "data").mkdir(exist_ok=True)
    engine = sync_engine(database)
    migrate_from_nothing(engine)
    engine.dispose()

    store = await Store.open(database)
    try:
        assert await store.version_stamp() == 0
    finally:
        await store.close()


async def test_access_tokens_made_before_there_were_people_belong_to_the_first(database, tmp_path):
    (tmp_path / "data").mkdir(exist_ok=True)
    engine = sync_engine(database)
    migrate_from_nothing(engine, to="0001")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO access_tokens (id, name, digest, last4, scopes, created_at) "
                "VALUES ('t', 'old', :digest, 'wxyz', '[\"chat\"]', 1.0)"
            ),
            {"digest": b"digest"},
        )
    engine.dispose()

    store = await Store.open(database)
    try:
        async with store.read() as rows:
            (token,) = await rows.tokens.of("me")
            (me,) = await rows.people.all()
    finally:
        await store.close()

    assert (token.name, token.digest, token.scopes) == ("old", b"digest", ("chat",))
    assert (me.id, me.role) == ("me", "admin")


SECOND_STEP = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("proxies") as proxies:
        proxies.add_column(sa.Column("colour", sa.String))
    {more}
"""


async def migrate_with(more, database, folder):
    store = await Store.open(database)
    async with store.begin() as rows:
        await rows.proxies.add(Proxy(id="p", name="p", url="https://p"))
    await store.close()
    migrations = shutil.copytree(MIGRATIONS, folder / "migrations")
    (migrations / "versions" / "next.py").write_text(SECOND_STEP.format(more=more, head=HEAD))
    engine = open_engine(read_address(database), patience=1.0)
    try:
        await greenlet_spawn(prepare_schema, engine, "here", head="next", migrations=migrations)
    finally:
        await greenlet_spawn(engine.dispose)


async def test_an_older_database_is_migrated_with_what_it_holds(database, tmp_path):
    await migrate_with("", database, tmp_path)

    engine = sync_engine(database)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name, colour FROM proxies")).all() == [("p", None)]
        stamp = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    engine.dispose()
    assert stamp == "next"


async def test_a_migration_that_fails_leaves_the_database_as_it_was(database, tmp_path):
    with pytest.raises(ZeroDivisionError):
        await migrate_with("1 / 0", database, tmp_path)

    store = await Store.open(database)
    try:
        async with store.read() as rows:
            assert len(await rows.proxies.all()) == 1
    finally:
        await store.close()
    engine = sync_engine(database)
    assert "colour" not in {column["name"] for column in inspect(engine).get_columns("proxies")}
    engine.dispose()


async def test_a_database_of_a_newer_tapster_is_left_alone(database):
    store = await Store.open(database)
    await store.close()
    engine = sync_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(StoreError, match="newer Tapster"):
        await Store.open(database)


async def test_two_processes_may_make_the_database_at_once(database):
    stores = await asyncio.gather(*(Store.open(database) for _ in range(4)))

    for store in stores:
        assert await store.version_stamp() == 0
        await store.close()


async def test_another_programs_file_is_left_alone(tmp_path):
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (title)")
    other.close()

    with pytest.raises(StoreError, match="belongs to another program"):
        await Store.open(f"sqlite:///{file}")

    with sqlite3.connect(file) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    other.close()


START = """
import asyncio, sys
from tapster.store import Store

async def main():
    store = await Store.open(sys.argv[1])
    await store.close()

asyncio.run(main())
print(sorted({"alembic", "sqlalchemy.orm"} & set(sys.modules)))
"""


def test_a_start_imports_neither_alembic_nor_the_orm(tmp_path):
    url = f"sqlite:///{tmp_path}/tapster.db"

    for _ in ("new", "existing"):
        ran = subprocess.run(  # noqa: S603  # our own interpreter
            [sys.executable, "-c", START, url], capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == "[]"


@timed
async def test_opening_an_existing_file_takes_no_time(tmp_path):
    url = f"sqlite:///{tmp_path}/tapster.db"
    took = []

    for _ in range(6):
        start = time.perf_counter()
        store = await Store.open(url)
        took.append(time.perf_counter() - start)
        await store.close()

    assert min(took[1:]) < 0.06


def test_migrations_are_looked_for_inside_the_package():
    assert schema.MIGRATIONS.is_relative_to(schema.Path(schema.__file__).parent)
    assert (schema.MIGRATIONS / "env.py").is_file()
