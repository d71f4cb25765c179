"""Texts in and out, why they went where they went, and what others were told of them."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

UNFINISHED_STATES = ("queued", "sending", "unknown")
UNFINISHED = "state IN ('queued', 'sending', 'unknown')"
HELD = "state = 'held'"
REVIEW = "state = 'review'"
TAKEN = "sid IS NOT NULL AND attempted_at IS NOT NULL"


class Message(SQLModel, table=True):
    """A text of a thread, in or out; the rows that are `queued` are the outbox.

    `kind`: text (inbound), reply, question, compliance, code, staff. `priority` 0 overtakes its
    thread, 1 is an answer, 2 bulk. `token`, `attempt` and `lease_until` belong to the send that
    is under way; `cause_id` names the inbound text that this one answers. A message that is `held`
    waits outside its thread's order, until `not_before` or for a person's decision. `purpose` is
    answer, service or marketing; `topic` one of the rulebook's. `first_sid` is that of an attempt
    which was not delivered and after which the one later retry was made.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "sid"),
        UniqueConstraint("tenant_id", "thread_id", "seq"),
        Index(
            "ix_message_outbox",
            "tenant_id",
            "number",
            "priority",
            "created_at",
            "seq",
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
        Index(
            "ix_message_unfinished",
            "tenant_id",
            "thread_id",
            "seq",
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
        ),
        Index(
            "ix_message_review",
            "tenant_id",
            "updated_at",
            sqlite_where=text(REVIEW),
            postgresql_where=text(REVIEW),
        ),
        Index(
            "ix_message_taken",
            "tenant_id",
            "attempted_at",
            sqlite_where=text(TAKEN),
            postgresql_where=text(TAKEN),
        ),
        Index(
            "ix_message_held",
            "tenant_id",
            "thread_id",
            sqlite_where=text(HELD),
            postgresql_where=text(HELD),
        ),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    thread_id: str
    seq: int
    direction: str
    number: str
    kind: str
    purpose: str | None = None
    topic: str | None = None
    template: str | None = None
    priority: int = 1
    state: str
    body: bytes
    media: bytes | None = None
    sid: str | None = None
    first_sid: str | None = None
    cause_id: str | None = None
    author: str | None = None
    token: str | None = None
    attempt: int = 0
    absences: int | None = None
    attempted_at: datetime | None = None
    lease_until: datetime | None = None
    not_before: datetime | None = None
    error_code: int | None = None
    reason: str | None = None
    late: bool = False
    created_at: datetime
    updated_at: datetime


class DecisionRecord(SQLModel, table=True):
    """Why a text went where it went. `inputs` (sealed JSON) is all that the decision rested on.

    `team` had the thread once the text was dealt with. `shadow` and `held_back` name the rules that
    would have acted: were they not in shadow mode, had the dialog `held_by` not taken the text.
    """

    __tablename__ = "decision"
    tenant_id: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    keyword: str
    language: str
    rule: str | None = None
    section: str | None = None
    file: str
    line: int | None = None
    revision: int
    code: str | None = None
    held_by: str | None = None
    held_back: list[str] | None = Field(default=None, sa_type=JSON)
    shadow: list[str] | None = Field(default=None, sa_type=JSON)
    team: str | None = None
    inputs: bytes


class Dispatch(SQLModel, table=True):
    """Something told to others than the contact: a notice to staff, or a text told to a webhook.

    `kind`: sms, email, push, webhook. `recipient` is a staff account's id or a webhook's name; a
    name that nobody has stands as it was written. `message_id` is the text that caused it, `wanted`
    the team or person that is needed, `number` the address of ours that was written to. `state`:
    queued, sending (under `token` until `lease_until`), done, failed, unknown; `error` says in our
    words what went wrong last.
    """

    __table_args__ = (
        Index("ix_dispatch_state", "state", "tenant_id"),
        Index("ix_dispatch_thread", "tenant_id", "thread_id"),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    recipient: str
    thread_id: str
    message_id: str
    rule: str
    wanted: str | None = None
    number: str
    state: str = "queued"
    token: str | None = None
    attempt: int = 0
    lease_until: datetime | None = None
    not_before: datetime | None = None
    error: str | None = None
    created_at: datetime
    updated_at: datetime
