"""Runs, and what they wrote so far."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("chat_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("parent_id", sa.String),
        sa.Column("target_id", sa.String),
        sa.Column("head_id", sa.String),
        sa.Column("message_id", sa.String),
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("boot", sa.String, nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("stop_asked", sa.Boolean, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.Column("last_event", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("finish", sa.String),
        sa.Column("usage", sa.JSON),
        sa.Column("error", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_runs_chat_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_runs_chat_id", "runs", ["chat_id"])
    running = sa.text("state = 'running'")
    op.create_index(
        "ix_runs_running", "runs", ["owner"], sqlite_where=running, postgresql_where=running
    )
    continuing = sa.text("state = 'running' AND kind = 'continue'")
    op.create_index(
        "ix_runs_continuing",
        "runs",
        ["target_id"],
        unique=True,
        sqlite_where=continuing,
        postgresql_where=continuing,
    )
    op.create_table(
        "run_pieces",
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("first", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("saved_at", sa.Double, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "first", name="pk_run_pieces"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name="fk_run_pieces_run_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_run_pieces_saved_at", "run_pieces", ["saved_at"])
