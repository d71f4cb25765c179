"""Deletions know when their code came: what was written before it is not taken in any more."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward. Of an earlier deletion only is known when it was asked for."""
    op.add_column("privacyrequest", sa.Column("confirmed_at", UTCDateTime(), nullable=True))
    op.execute(
        "UPDATE privacyrequest SET confirmed_at = created_at "
        "WHERE state IN ('confirmed', 'erased', 'done')"
    )
