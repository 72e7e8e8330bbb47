"""The tables of chats, and the index of their words, as the newest migration leaves them."""

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
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from tapster.store.tables import metadata

# A growing number the database gives; in SQLite only this very type is one.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

# The owner of a chat that is being brought in begins so, and goes on with whose it will be.
ON_ITS_WAY_TO = "on its way to "

chats = Table(
    "chats",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("titled_by", String, nullable=False),
    Column("connection", String),
    Column("model", Text),
    Column("system", Text, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("character", String),
    Column("head", String),
    Column("pinned", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_at", Double),
    Index("ix_chats_listed", "owner", "pinned", "updated_at", "id"),
)

messages = Table(
    "messages",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", String),
    Column("role", String, nullable=False),
    Column("author", Text),
    Column("parts", JSON, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("reply", JSON(none_as_null=True)),
    Column("run_id", String),
    Column("editions", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_at", Double),
    # Where the person was when the path through this message was last left.
    Column("leaf", String),
    Index("ix_messages_children", "chat_id", "parent_id", "number"),
    Index("ix_messages_dated", "created_at", "number"),
)

editions = Table(
    "editions",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("parts", JSON, nullable=False),
    Column("reply", JSON(none_as_null=True)),
    Column("run_id", String),
    Column("created_at", Double, nullable=False),
    Column("replaced_at", Double, nullable=False),
    Column("deleted_at", Double),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", String, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("deleted_at", Double),
)

journal = Table(
    "journal",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("person", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", String),
    Column("at", Double, nullable=False),
    Column("state", String, nullable=False),
    Column("patches", JSON, nullable=False),
    Index("ix_journal_chat", "chat_id", "number"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# Which messages, earlier versions counted, refer to which attachments.
attachment_uses = Table(
    "attachment_uses",
    metadata,
    Column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "attachment_id",
        ForeignKey("attachments.id", ondelete="RESTRICT"),
        primary_key=True,
        index=True,
    ),
)

# The words of messages, folded by us alike for both databases; `place` holds whose, in which
# chat, in what role, so that a common word of others costs nothing.
_ON_SQLITE = """
CREATE VIRTUAL TABLE message_words USING fts5(
    words, place, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3'
)
"""
_ON_POSTGRESQL = """
CREATE TABLE message_words (
    number BIGINT NOT NULL,
    words TSVECTOR NOT NULL,
    CONSTRAINT pk_message_words PRIMARY KEY (number),
    CONSTRAINT fk_message_words_number
        FOREIGN KEY (number) REFERENCES messages (number) ON DELETE CASCADE
)
"""
_INDEX_ON_POSTGRESQL = "CREATE INDEX ix_message_words_words ON message_words USING gin (words)"


def make_word_index(connection: Connection) -> None:
    """Make the index of words, which each database has in its own way."""
    if connection.dialect.name == "sqlite":
        connection.execute(text(_ON_SQLITE))
        return
    connection.execute(text(_ON_POSTGRESQL))
    connection.execute(text(_INDEX_ON_POSTGRESQL))
