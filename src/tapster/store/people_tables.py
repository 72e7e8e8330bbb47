"""The tables of people: who there is, how they sign in, where they are, and what they like."""

from sqlalchemy import (
    JSON,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from tapster.store.tables import metadata

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("handle", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),
)

# Apart from people, so that no list of people ever carries a hash along.
passwords = Table(
    "passwords",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("changed_at", Double, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("agent", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("ends_at", Double, nullable=False),
)

# One column for all of it: most of it the server never looks at.
preferences = Table(
    "preferences",
    metadata,
    Column("owner", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("liked", JSON, nullable=False),
)
