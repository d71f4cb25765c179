"""What others than the contact are told: notices to staff, webhooks, and the devices for push."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "dispatch",
        sa.Column("tenant_id", AutoString(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("recipient", AutoString(), nullable=False),
        sa.Column("thread_id", AutoString(), nullable=False),
        sa.Column("message_id", AutoString(), nullable=False),
        sa.Column("rule", AutoString(), nullable=False),
        sa.Column("wanted", AutoString(), nullable=True),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("token", AutoString(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("not_before", UTCDateTime(), nullable=True),
        sa.Column("error", AutoString(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_index("ix_dispatch_state", "dispatch", ["state", "tenant_id"])
    op.create_index("ix_dispatch_thread", "dispatch", ["tenant_id", "thread_id"])
    op.create_table(
        "push_device",
        sa.Column("tenant_id", AutoString(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("staff_id", AutoString(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("subscription", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "lookup"),
    )
    op.create_index("ix_push_device_staff", "push_device", ["tenant_id", "staff_id"])
