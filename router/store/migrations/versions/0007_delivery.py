"""Delivery: who is next by priority, paces, stray statuses, how far the carrier's log is read."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column("message", sa.Column("first_sid", AutoString(), nullable=True))
    op.add_column("number", sa.Column("paced_until", UTCDateTime(), nullable=True))
    op.add_column("number", sa.Column("since", UTCDateTime(), nullable=True))
    op.drop_index("ix_message_outbox", "message")
    unfinished = "state IN ('queued', 'sending', 'unknown')"
    place = ["tenant_id", "number", "priority", "created_at", "seq"]
    _index("ix_message_outbox", place, unfinished)
    _index("ix_message_unfinished", ["tenant_id", "thread_id", "seq"], unfinished)
    _index("ix_message_review", ["tenant_id", "updated_at"], "state = 'review'")
    taken = "sid IS NOT NULL AND attempted_at IS NOT NULL"
    _index("ix_message_taken", ["tenant_id", "attempted_at"], taken)
    op.create_table(
        "straystatus",
        sa.Column("sid", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sid"),
    )
    op.create_table(
        "watermark",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name, "message", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )
