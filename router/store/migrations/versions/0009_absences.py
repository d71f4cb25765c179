"""Messages know how often the carrier's log has shown that they were not taken."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column("message", sa.Column("absences", sa.Integer(), nullable=True))
