"""Where the database is: the address a person writes, as the driver wants it."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tapster.core.errors import InvalidInput

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgresql+psycopg_async": "postgresql+psycopg",
}


def read_address(text: str) -> URL:
    """Return the database address `text` with the driver Tapster uses.

    Raises `InvalidInput` (never repeating the address, which may hold a password).
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _unreadable() from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise _unreadable()
    url = url.set(drivername=driver)
    if is_sqlite(url) and url.database in {None, "", ":memory:"}:
        raise InvalidInput(
            "TAPSTER_DATABASE_URL names no file: write sqlite:////full/path/tapster.db.",
            field="database_url",
        )
    return url


def is_sqlite(url: URL) -> bool:
    """Return whether `url` is a SQLite file."""
    return url.get_backend_name() == "sqlite"


def file_of(url: URL) -> Path | None:
    """Return the SQLite file of `url`; `None` for a server or a `file:` address."""
    if not is_sqlite(url) or not url.database or url.database.startswith("file:"):
        return None
    return Path(url.database)


def shown(url: URL) -> str:
    """Return `url` as a person may see it: the file's path, or the address without password."""
    file = file_of(url)
    return str(file) if file else url.set(query={}).render_as_string(hide_password=True)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        "TAPSTER_DATABASE_URL is not a database address Tapster understands: write "
        "sqlite:////full/path/tapster.db or postgresql://user:password@host:5432/name.",
        field="database_url",
    )
