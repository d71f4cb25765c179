"""Consent by person and scope, its evidence, and messages that are held back."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IS_HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """Go one step forward. `bellhop db upgrade` then finds each contact's person by its keys."""
    with op.batch_alter_table("contact") as contact:
        contact.add_column(sa.Column("person", sa.LargeBinary(), nullable=True))
        contact.add_column(sa.Column("blocked", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE contact SET person = lookup")
    with op.batch_alter_table("contact") as contact:
        contact.alter_column("person", existing_type=sa.LargeBinary(), nullable=False)
        contact.create_index("ix_contact_person", ["tenant_id", "person"])
    with op.batch_alter_table("thread") as thread:
        thread.add_column(sa.Column("flags", sa.JSON(), nullable=True))
        thread.add_column(sa.Column("doubt_since", UTCDateTime(), nullable=True))
        thread.add_column(sa.Column("last_text_at", UTCDateTime(), nullable=True))
        thread.add_column(sa.Column("memory", sa.JSON(), nullable=True))
    op.execute(
        "UPDATE thread SET last_text_at = (SELECT max(created_at) FROM message WHERE "
        "message.tenant_id = thread.tenant_id AND message.thread_id = thread.id "
        "AND message.direction = 'in')"
    )
    op.execute("UPDATE thread SET flags = '[]' WHERE NOT flagged")
    op.execute(
        "UPDATE thread SET flags = '[\"doubt\"]', doubt_since = last_activity_at WHERE flagged"
    )
    with op.batch_alter_table("thread") as thread:
        thread.alter_column("flags", existing_type=sa.JSON(), nullable=False)
        thread.drop_column("flagged")
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("topic", AutoString(), nullable=True))
    op.create_index(
        "ix_message_held",
        "message",
        ["tenant_id", "thread_id"],
        sqlite_where=IS_HELD,
        postgresql_where=IS_HELD,
    )
    with op.batch_alter_table("consentevent") as event:
        event.add_column(sa.Column("author", AutoString(), nullable=True))
        event.add_column(sa.Column("note", sa.LargeBinary(), nullable=True))
        event.add_column(sa.Column("disclosure", sa.LargeBinary(), nullable=True))
        event.add_column(sa.Column("disclosure_version", AutoString(), nullable=True))
        event.add_column(sa.Column("zone", AutoString(), nullable=True))
