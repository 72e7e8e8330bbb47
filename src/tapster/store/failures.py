"""What a database's refusal means to a person, and the way out."""

import os
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from tapster.core.errors import Conflict, InvalidInput, StoreError, TapsterError

_READ_ONLY = (
    "The database {place} is read-only: give the user who runs Tapster the right to write the "
    "file and its folder, or set TAPSTER_DATA_DIR to a folder that can be written."
)

_NOT_OPENED = (
    "The database {place} cannot be opened: check that its folder exists, that it is a file, and "
    "that the user who runs Tapster may write there."
)

_DAMAGED = (
    "The database {place} cannot be read or written as it should: the disk may be full or "
    "failing, or the file damaged. Free some space, check the disk, or put a copy of the "
    "file back."
)

# The drivers' own words; both libraries keep them stable and give no finer class.
_SENTENCES = (
    (
        ("database is locked", "database table is locked", "lock timeout", "deadlock detected"),
        (
            "The database {place} is in use by another program that does not let go: close it "
            "(another Tapster, a database browser, a backup) and try again."
        ),
    ),
    (
        ("readonly database", "read-only transaction", "read-only file system"),
        _READ_ONLY,
    ),
    (
        ("disk is full", "no space left", "disk full", "could not extend file"),
        (
            "The disk that holds the database {place} is full: nothing was saved. Free some space "
            "and try again."
        ),
    ),
    (
        ("file is not a database", "file is encrypted"),
        (
            "{place} is not a Tapster database: move the file away, restore a backup in its place, "
            "or point TAPSTER_DATABASE_URL elsewhere."
        ),
    ),
    (
        ("malformed", "disk i/o error"),
        _DAMAGED,
    ),
    (("unable to open database file", "permission denied"), _NOT_OPENED),
    (
        ("password authentication failed", "no password supplied", "does not exist"),
        (
            "PostgreSQL refused {place}: check the user, the password and the database name in "
            "TAPSTER_DATABASE_URL."
        ),
    ),
    (
        (
            "connection failed",
            "connection refused",
            "could not connect",
            "could not translate",
            "failed to resolve",
            "connection timeout",
            "server closed the connection",
            "connection is closed",
            "terminating connection",
            "is not accepting connections",
            "starting up",
        ),
        (
            "PostgreSQL does not answer at {place}: check that it runs, and that "
            "TAPSTER_DATABASE_URL is right."
        ),
    ),
)


def explain(error: Exception, place: str) -> TapsterError:
    """Return what `error`, raised by the database at `place`, means to a person."""
    if isinstance(error, NoSuchModuleError | ImportError):
        return StoreError(
            "The PostgreSQL driver is not installed: install it with "
            "`pip install 'tapster[postgres]'`, or unset TAPSTER_DATABASE_URL to use SQLite."
        )
    if isinstance(error, IntegrityError):
        return Conflict(
            "Somebody else was faster: the same name was saved, or what this depends on was "
            "removed. Look again and repeat the change."
        )
    if isinstance(error, DataError | OverflowError) and _is_number(error):
        return InvalidInput("A number is larger than any the database keeps: give a smaller one.")
    if isinstance(error, UnicodeDecodeError):
        # Not even the names of what is in the file are text any more.
        return StoreError(_DAMAGED.format(place=place))
    if isinstance(error, DataError | UnicodeError):
        return InvalidInput(
            "The text holds a character the database cannot keep (a NUL or half a surrogate "
            "pair): remove it and save again."
        )
    words = _words_of(error)
    for signs, sentence in _SENTENCES:
        if any(sign in words for sign in signs):
            return StoreError(_closer(sentence, place).format(place=place))
    if isinstance(error, OSError):
        return StoreError(_closer(_NOT_OPENED, place).format(place=place))
    return StoreError(
        f"The database {place} failed in a way Tapster does not know ({type(error).__name__}): "
        "look at the log, and run `tapster doctor`."
    )


def _closer(sentence: str, place: str) -> str:
    """Return what is the matter where SQLite only says that it cannot open a file."""
    file = Path(place)
    if sentence is not _NOT_OPENED or not file.parent.is_dir():
        return sentence
    barred = not os.access(file.parent, os.W_OK) or (file.exists() and not os.access(file, os.W_OK))
    return _READ_ONLY if barred else sentence


def _is_number(error: Exception) -> bool:
    return isinstance(error, OverflowError) or "out of range" in _words_of(error)


def _words_of(error: Exception) -> str:
    original = getattr(error, "orig", None) if isinstance(error, SQLAlchemyError) else None
    return str(original or error).lower()
