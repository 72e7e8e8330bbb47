"""Connections, proxies, sealed keys, the vault, access tokens, model lists, changes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "proxies",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proxies"),
        sa.UniqueConstraint("name", name="uq_proxies_name"),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("endpoint", sa.Text),
        sa.Column("proxy", sa.String),
        sa.Column("model", sa.Text),
        sa.Column("api_type", sa.String, nullable=False),
        sa.Column("bypass_status_check", sa.Boolean, nullable=False),
        sa.Column("show_external", sa.Boolean, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("include_body", sa.JSON, nullable=False),
        sa.Column("exclude_body", sa.JSON, nullable=False),
        sa.Column("post_processing", sa.String),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("timeouts", sa.JSON, nullable=False),
        sa.Column("outbound_proxy", sa.Text),
        sa.Column("verify_tls", sa.Boolean, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("environment", sa.String),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("name", name="uq_connections_name"),
        sa.UniqueConstraint("slug", name="uq_connections_slug"),
        sa.ForeignKeyConstraint(
            ["proxy"], ["proxies.id"], name="fk_connections_proxy", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_connections_proxy", "connections", ["proxy"])
    op.create_table(
        "sealed_keys",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("last4", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
        sa.Column("last_worked_at", sa.Double),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_keys"),
    )
    op.create_index("ix_sealed_keys_owner", "sealed_keys", ["owner"])
    op.create_table(
        "vault",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault"),
        sa.CheckConstraint("id = 1", name="ck_vault_one_row"),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("last4", sa.String, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("connections", sa.JSON),
        sa.Column("models", sa.JSON),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("last_used_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_access_tokens"),
        sa.UniqueConstraint("name", name="uq_access_tokens_name"),
        sa.UniqueConstraint("digest", name="uq_access_tokens_digest"),
    )
    op.create_table(
        "model_lists",
        sa.Column("connection_id", sa.String, nullable=False),
        sa.Column("fetched_at", sa.Double, nullable=False),
        sa.Column("models", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name="pk_model_lists"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_model_lists_connection_id",
            ondelete="CASCADE",
        ),
    )
    changes = op.create_table(
        "changes",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.CheckConstraint("id = 1", name="ck_changes_one_row"),
    )
    op.bulk_insert(changes, [{"id": 1, "counter": 0}])
