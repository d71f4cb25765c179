"""Who has a thread: the team that was asked, the queue, and whose turn it is."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_thread_assignee": ("assignee", "assignee IS NOT NULL"),
    "ix_thread_waiting": ("waiting_since", "waiting_since IS NOT NULL"),
    "ix_thread_of_all": (
        "team",
        "state = 'open' AND assignee IS NULL AND waiting_since IS NULL AND team IS NOT NULL",
    ),
}


def upgrade() -> None:
    """Go one step forward. What a team has and nobody has claimed waits for whoever comes on shift."""
    with op.batch_alter_table("thread") as thread:
        thread.add_column(sa.Column("asked_team", AutoString(), nullable=True))
        thread.add_column(sa.Column("asked_strategy", AutoString(), nullable=True))
        thread.add_column(sa.Column("asked_at", UTCDateTime(), nullable=True))
        thread.add_column(sa.Column("waiting_since", UTCDateTime(), nullable=True))
        thread.add_column(sa.Column("released_by", AutoString(), nullable=True))
    op.execute(
        "UPDATE thread SET asked_team = team, asked_at = last_activity_at, "
        "waiting_since = last_activity_at "
        "WHERE state = 'open' AND team IS NOT NULL AND assignee IS NULL AND next_seq > 1"
    )
    for name, (column, where) in INDEXES.items():
        op.create_index(
            name,
            "thread",
            ["tenant_id", column],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    with op.batch_alter_table("staff") as staff:
        staff.add_column(sa.Column("turns", sa.JSON(), nullable=True))
    op.execute("UPDATE staff SET turns = '{}'")
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("turns", existing_type=sa.JSON(), nullable=False)
