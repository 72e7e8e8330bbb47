"""What each person likes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("liked", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_preferences"),
        sa.ForeignKeyConstraint(
            ["owner"], ["people.id"], name="fk_preferences_owner", ondelete="CASCADE"
        ),
    )
