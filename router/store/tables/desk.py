"""Staff, the devices that they are called on, and what was done that must be accounted for."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Staff(SQLModel, table=True):
    """A person who answers guests. `role`: agent, supervisor, privacy or admin.

    `turns` says for each team when it last gave them a thread, in microseconds since 1970.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "handle"),
        UniqueConstraint("tenant_id", "email_lookup"),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    handle: str
    name: bytes
    email: bytes
    email_lookup: bytes
    mobile: bytes | None = None
    role: str
    teams: list[str] = Field(default_factory=list, sa_type=JSON)
    on_shift: bool = False
    turns: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    password_hash: str
    session_epoch: int = 0
    created_at: datetime


class PushDevice(SQLModel, table=True):
    """A browser in which somebody on the staff wants notices. `subscription` (sealed JSON) is what
    the browser gave: its push service's endpoint and its keys.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "lookup"),
        Index("ix_push_device_staff", "tenant_id", "staff_id"),
    )
    __tablename__ = "push_device"
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    staff_id: str
    lookup: bytes
    subscription: bytes
    created_at: datetime


class Audit(SQLModel, table=True):
    """Something that was done and may have to be accounted for. Never changed, never deleted.

    `actor`: a staff handle, `file:OWNER`, `os:USER`, `clock` or `worker`. `detail` holds plain
    identifiers. A row is inserted unchained; `chain_number` and `chain_hash` are its place in the
    tenant's chain.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "chain_number"),
        Index("ix_audit_at", "tenant_id", "at"),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: datetime
    actor: str
    action: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    chain_number: int | None = None
    chain_hash: bytes | None = None
