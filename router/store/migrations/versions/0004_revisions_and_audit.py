"""Revisions with their tests and where they came from; files as they were found; the audit."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward. A clock then looks at every file afresh."""
    with op.batch_alter_table("revision") as revision_table:
        revision_table.add_column(sa.Column("tests", AutoString(), nullable=True))
        revision_table.add_column(sa.Column("restores", sa.Integer(), nullable=True))
    with op.batch_alter_table("tenant") as tenant:
        tenant.drop_column("rejected_hash")
        tenant.drop_column("rejected_findings")
    op.create_table(
        "rulefile",
        sa.Column("file", AutoString(), nullable=False),
        sa.Column("tenant_id", AutoString(), nullable=True),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("file"),
    )
    op.create_index("ix_rulefile_tenant_id", "rulefile", ["tenant_id"])
    op.create_table(
        "refusededit",
        sa.Column("tenant_id", AutoString(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("file", AutoString(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.Column("author", AutoString(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    op.create_table(
        "audit",
        sa.Column("tenant_id", AutoString(), nullable=False),
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("chain_number", sa.Integer(), nullable=True),
        sa.Column("chain_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
        sa.UniqueConstraint("tenant_id", "chain_number"),
    )
    op.create_index("ix_audit_at", "audit", ["tenant_id", "at"])
