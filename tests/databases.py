"""Real databases for tests: a SQLite file, and a PostgreSQL schema of the test's own."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

POSTGRESQL = "postgresql://127.0.0.1:5432/test"
KINDS = ("sqlite", "postgresql")


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database of this kind, gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/data/tapster.db"
        return
    schema = f"tapster_{secrets.token_hex(6)}"
    try:
        server = psycopg.connect(POSTGRESQL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("no PostgreSQL at 127.0.0.1:5432 with a database named test")
    with server:
        server.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{POSTGRESQL}?options=-csearch_path%3D{schema}"
        finally:
            server.execute("SET client_min_messages = error")
            server.execute(f"DROP SCHEMA {schema} CASCADE")
