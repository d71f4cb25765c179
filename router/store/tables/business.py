"""A business: its keys, its rulebooks as they were accepted or refused, its numbers."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Tenant(SQLModel, table=True):
    """A business. `live_revision` is the rulebook in force."""

    id: str = Field(primary_key=True)
    name: str
    data_key: bytes
    lookup_key: bytes
    live_revision: int | None = None
    created_at: datetime


class Revision(SQLModel, table=True):
    """A rulebook that was accepted: its whole text and that of its tests (None: none), for ever.

    `author`: `file:OWNER` of a file that a clock published, or the handle of who went back to
    revision `restores`.
    """

    tenant_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    file: str
    hash: str
    text: str
    tests: str | None = None
    author: str
    restores: int | None = None
    published_at: datetime


class RuleFile(SQLModel, table=True):
    """A file of RULES_DIR as a clock last found it, of every tenant and of none that is known.

    `tenant_id`: whose it is, as far as it can be told. `state`: live; refused; clashing (with
    another file); unreadable; missing. `since`: how long it has been live, or not.
    """

    file: str = Field(primary_key=True)
    tenant_id: str | None = Field(default=None, index=True)
    state: str
    hash: str
    findings: list[str] = Field(default_factory=list, sa_type=JSON)
    since: datetime


class RefusedEdit(SQLModel, table=True):
    """A file that was not taken. `author` is `file:OWNER`; the newest of each tenant are kept."""

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: datetime
    file: str
    hash: str
    author: str
    findings: list[str] = Field(default_factory=list, sa_type=JSON)


class Number(SQLModel, table=True):
    """A sender of the live rulebook. `id` is opaque: it is what the bell's jobs carry. `since`:
    when the tenant got the number; NULL: before that was noted.
    """

    __table_args__ = (UniqueConstraint("address"), Index("ix_number_service", "service_sid"))
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    address: str
    name: str
    service_sid: str | None = None
    opt_out_by: str
    since: datetime | None = None
    paused_code: int | None = None  # the carrier refused the account with this code …
    paused_until: datetime | None = None  # … so nothing is tried before then
    paced_until: datetime | None = None  # by then the segments that were claimed have left
