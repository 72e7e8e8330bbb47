"""Chats, messages and their earlier versions, checkpoints, the journal, words, attachments."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("titled_by", sa.String, nullable=False),
        sa.Column("connection", sa.String),
        sa.Column("model", sa.Text),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("character", sa.String),
        sa.Column("head", sa.String),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_chats"),
    )
    op.create_index("ix_chats_listed", "chats", ["owner", "pinned", "updated_at", "id"])
    op.create_table(
        "messages",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("chat_id", sa.String, nullable=False),
        sa.Column("parent_id", sa.String),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("author", sa.Text),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("reply", sa.JSON),
        sa.Column("run_id", sa.String),
        sa.Column("editions", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.Column("leaf", sa.String),
        sa.PrimaryKeyConstraint("number", name="pk_messages"),
        sa.UniqueConstraint("id", name="uq_messages_id"),
        _belongs("messages", "chat_id", "chats.id"),
    )
    op.create_index("ix_messages_children", "messages", ["chat_id", "parent_id", "number"])
    op.create_index("ix_messages_dated", "messages", ["created_at", "number"])
    op.create_table(
        "editions",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.Column("reply", sa.JSON),
        sa.Column("run_id", sa.String),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("replaced_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.PrimaryKeyConstraint("number", name="pk_editions"),
        sa.UniqueConstraint("id", name="uq_editions_id"),
        _belongs("editions", "message_id", "messages.id"),
    )
    op.create_index("ix_editions_message_id", "editions", ["message_id"])
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("chat_id", sa.String, nullable=False),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoints"),
        _belongs("checkpoints", "chat_id", "chats.id"),
        _belongs("checkpoints", "message_id", "messages.id"),
    )
    op.create_index("ix_checkpoints_chat_id", "checkpoints", ["chat_id"])
    op.create_index("ix_checkpoints_message_id", "checkpoints", ["message_id"])
    op.create_table(
        "journal",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("chat_id", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("patches", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_journal"),
        _belongs("journal", "chat_id", "chats.id"),
    )
    op.create_index("ix_journal_chat", "journal", ["chat_id", "number"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
    )
    op.create_index("ix_attachments_owner", "attachments", ["owner"])
    op.create_table(
        "attachment_uses",
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("attachment_id", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "attachment_id", name="pk_attachment_uses"),
        _belongs("attachment_uses", "message_id", "messages.id"),
        sa.ForeignKeyConstraint(
            ["attachment_id"],
            ["attachments.id"],
            name="fk_attachment_uses_attachment_id",
            ondelete="RESTRICT",
        ),
    )
    op.create_index("ix_attachment_uses_attachment_id", "attachment_uses", ["attachment_id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE message_words USING fts5("
            "words, place, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3')"
        )
    else:
        op.execute(
            "CREATE TABLE message_words ("
            "number BIGINT NOT NULL, words TSVECTOR NOT NULL, "
            "CONSTRAINT pk_message_words PRIMARY KEY (number), "
            "CONSTRAINT fk_message_words_number FOREIGN KEY (number) "
            "REFERENCES messages (number) ON DELETE CASCADE)"
        )
        op.execute("CREATE INDEX ix_message_words_words ON message_words USING gin (words)")


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}", ondelete="CASCADE")
