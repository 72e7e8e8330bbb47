"""The tables, as the newest migration leaves them.

A table's columns are the fields of the struct it keeps; a test compares the two, and another
compares these tables with what the migrations build.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

proxies = Table(
    "proxies",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)

connections = Table(
    "connections",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("slug", String, nullable=False, unique=True),
    Column("source", String, nullable=False),
    Column("endpoint", Text),
    Column("proxy", ForeignKey("proxies.id", ondelete="RESTRICT"), index=True),
    Column("model", Text),
    Column("api_type", String, nullable=False),
    Column("bypass_status_check", Boolean, nullable=False),
    Column("show_external", Boolean, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("include_body", JSON, nullable=False),
    Column("exclude_body", JSON, nullable=False),
    Column("post_processing", String),
    Column("options", JSON, nullable=False),
    Column("timeouts", JSON, nullable=False),
    Column("outbound_proxy", Text),
    Column("verify_tls", Boolean, nullable=False),
    Column("notes", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("environment", String),
)

sealed_keys = Table(
    "sealed_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("label", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("last4", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("added_at", Double, nullable=False),
    Column("last_worked_at", Double),
    Column("state", String, nullable=False),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_sealed_keys_owner", "owner"),
)

vault = Table(
    "vault",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("header", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column(
        "owner",
        ForeignKey("people.id", ondelete="CASCADE"),
        nullable=False,
        server_default="me",
    ),
    Column("name", String, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("last4", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("connections", JSON(none_as_null=True)),
    Column("models", JSON(none_as_null=True)),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    Column("last_used_at", Double),
    UniqueConstraint("owner", "name"),
)

model_lists = Table(
    "model_lists",
    metadata,
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("fetched_at", Double, nullable=False),
    # Text, not JSON: a list of 10,000 models is decoded once, straight into its structs.
    Column("models", Text, nullable=False),
)

standings = Table(
    "standings",
    metadata,
    Column("connection_id", ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("standing", Text, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counter", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# Alembic's own table, declared so that a new database is stamped without importing Alembic.
alembic_version = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "%(table_name)s_pkc"}),
    Column("version_num", String(32), primary_key=True),
)
