"""Consent, what people asked about their data, and what is left when they are gone."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Suppression(SQLModel, table=True):
    """Who must not be written to, and about what: derived from the consent events.

    `scope`: all, number:ADDRESS (of ours), topic:NAME; or carrier:ADDRESS, which is the carrier's
    own block and no wish. Outlives an erasure and is kept for ever: it names nobody.
    """

    tenant_id: str = Field(primary_key=True)
    lookup: bytes = Field(primary_key=True)
    scope: str = Field(primary_key=True)
    how: str
    since: datetime


class ConsentEvent(SQLModel, table=True):
    """A change of consent. `lookup` is the person's; `evidence` (sealed) the exact text or word.

    `what`: opt_out, opt_in, corrected, wants_back, kept, blocked, unblocked. `at` is when it was
    given and `zone` the tenant's. `author` (a staff handle) recorded it, with a `note` (sealed).
    `disclosure` (sealed) is what the person had been shown, `disclosure_version` where it stands.
    """

    __table_args__ = (Index("ix_consent_lookup", "tenant_id", "lookup"),)
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    lookup: bytes
    scope: str
    what: str
    how: str
    number: str | None = None
    evidence: bytes | None = None
    author: str | None = None
    note: bytes | None = None
    disclosure: bytes | None = None
    disclosure_version: str | None = None
    zone: str | None = None
    at: datetime


class PrivacyRequest(SQLModel, table=True):
    """A person's wish about their data. Outlives the erasure: it holds keyed hashes only."""

    __table_args__ = (Index("ix_privacy_lookup", "tenant_id", "lookup"),)
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    receipt: str
    kind: str
    lookup: bytes
    state: str
    language: str
    code_hash: bytes | None = None
    code_expires_at: datetime | None = None
    tries: int = 0
    receipt_message_id: str | None = None
    retry_at: datetime | None = None
    created_at: datetime
    confirmed_at: datetime | None = None
    due_at: datetime
    done_at: datetime | None = None


class Tombstone(SQLModel, table=True):
    """The keyed hash of a MessageSid that was erased, so that it cannot come back."""

    tenant_id: str = Field(primary_key=True)
    sid_hash: bytes = Field(primary_key=True)
