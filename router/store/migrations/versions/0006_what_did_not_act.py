"""Decisions tell of the rules that would have acted: in shadow mode, or but for a dialog."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    with op.batch_alter_table("decision") as decision:
        decision.add_column(sa.Column("shadow", sa.JSON(), nullable=True))
        decision.add_column(sa.Column("held_back", sa.JSON(), nullable=True))
