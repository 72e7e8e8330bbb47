"""How connections stand, and which of their keys come first."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "standings",
        sa.Column("connection_id", sa.String, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("connection_id", name="pk_standings"),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name="fk_standings_connection_id",
            ondelete="CASCADE",
        ),
    )
    with op.batch_alter_table("sealed_keys") as keys:
        keys.add_column(sa.Column("rank", sa.Integer, nullable=False, server_default="0"))
