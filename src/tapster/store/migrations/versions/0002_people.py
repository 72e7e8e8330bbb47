"""People, their passwords and sessions; access tokens have an owner."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    people = op.create_table(
        "people",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("handle", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("disabled_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("handle", name="uq_people_handle"),
    )
    op.bulk_insert(
        people, [{"id": "me", "name": "me", "handle": "me", "role": "admin", "created_at": 0.0}]
    )
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_passwords"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_passwords_person_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
        sa.ForeignKeyConstraint(
            ["owner"], ["people.id"], name="fk_sessions_owner", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_owner", "sessions", ["owner"])
    with op.batch_alter_table("access_tokens") as tokens:
        tokens.add_column(sa.Column("owner", sa.String, nullable=False, server_default="me"))
        tokens.drop_constraint("uq_access_tokens_name", type_="unique")
        tokens.create_unique_constraint("uq_access_tokens_owner", ["owner", "name"])
        tokens.create_foreign_key(
            "fk_access_tokens_owner", "people", ["owner"], ["id"], ondelete="CASCADE"
        )
