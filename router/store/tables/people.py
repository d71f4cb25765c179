"""Who writes, and all that they and a business wrote: contacts, threads, memberships, timers."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Contact(SQLModel, table=True):
    """An end user at an address of a channel.

    `person` is the look-up of the phone number behind the address, whatever the channel: consent
    belongs to it. `blocked` (sealed JSON) says who has blocked the sender, when and why.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "lookup"),
        Index("ix_contact_person", "tenant_id", "person"),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    lookup: bytes
    person: bytes
    address: bytes
    blocked: bytes | None = None
    attributes: bytes | None = None
    language: str | None = None
    groups: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime


ASSIGNED = "assignee IS NOT NULL"
WAITING = "waiting_since IS NOT NULL"
OF_ALL = "state = 'open' AND assignee IS NULL AND waiting_since IS NULL AND team IS NOT NULL"


class Thread(SQLModel, table=True):
    """All that a contact and a tenant ever wrote. `number` is the address last written to.

    `flags` say why staff should look; `doubt_since`: a text that may be an opt-out waits for a
    decision. `last_text_at` is the person's last own text; `memory` what was said lately by itself.

    `team` has the thread; `asked_team` was asked to take it at `asked_at` (by `asked_strategy`,
    where a rule named one), and is another where a backup stands in. `waiting_since`: nobody was
    free, so that it waits in the queue of its team. `released_by` (a handle) gave it back.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "contact_id"),
        Index("ix_thread_activity", "tenant_id", "last_activity_at"),
        Index(
            "ix_thread_assignee",
            "tenant_id",
            "assignee",
            sqlite_where=text(ASSIGNED),
            postgresql_where=text(ASSIGNED),
        ),
        Index(
            "ix_thread_waiting",
            "tenant_id",
            "waiting_since",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
        Index(
            "ix_thread_of_all",
            "tenant_id",
            "team",
            sqlite_where=text(OF_ALL),
            postgresql_where=text(OF_ALL),
        ),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    contact_id: str
    number: str
    state: str = "new"
    team: str | None = None
    assignee: str | None = None
    claimed: bool = False
    asked_team: str | None = None
    asked_strategy: str | None = None
    asked_at: datetime | None = None
    waiting_since: datetime | None = None
    released_by: str | None = None
    flags: list[str] = Field(default_factory=list, sa_type=JSON)
    doubt_since: datetime | None = None
    last_text_at: datetime | None = None
    memory: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    dialog: bytes | None = None
    prompt: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    last_assignee: str | None = None
    last_activity_at: datetime
    next_seq: int = 1


class Enrolled(SQLModel, table=True):
    """A contact that is in by a code."""

    tenant_id: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    contact_id: str = Field(primary_key=True)
    at: datetime


class Timer(SQLModel, table=True):
    """Something that falls due once. `payload` (sealed JSON) is what is to happen then."""

    __table_args__ = (Index("ix_timer_due", "state", "due_at"),)
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    thread_id: str = Field(index=True)
    kind: str
    rule: str
    state: str = "waiting"
    due_at: datetime
    created_at: datetime
    payload: bytes
