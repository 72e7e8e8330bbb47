"""The tables of runs and of what they wrote so far."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from tapster.store.tables import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("parent_id", String),
    Column("target_id", String),
    Column("head_id", String),
    Column("message_id", String),
    Column("worker", String, nullable=False),
    Column("boot", String, nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("stop_asked", Boolean, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("last_event", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("finish", String),
    Column("usage", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),
)

run_pieces = Table(
    "run_pieces",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("saved_at", Double, nullable=False),
    # A JSON list of events, written and read as it stands.
    Column("events", Text, nullable=False),
    Index("ix_run_pieces_saved_at", "saved_at"),
)

# Few runs run: these stay small however many have ended. One message is continued by one run at
# a time, whichever worker it is on. As part of the table they would have SQLAlchemy import all
# it knows of PostgreSQL at each start.
_INDEXES = (
    "CREATE INDEX ix_runs_running ON runs (owner) WHERE state = 'running'",
    (
        "CREATE UNIQUE INDEX ix_runs_continuing ON runs (target_id) "
        "WHERE state = 'running' AND kind = 'continue'"
    ),
)


def make_run_indexes(connection: Connection) -> None:
    """Make the indexes of the runs that run."""
    for index in _INDEXES:
        connection.execute(text(index))
