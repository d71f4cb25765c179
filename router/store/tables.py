"""The tables. The tenant comes first in every key; `bytes` columns named for text are sealed.

Sealed columns hold AES-256-GCM blobs under the tenant's data key (see sealing.py). `lookup` columns
hold HMACs of addresses under the tenant's look-up key. Times are aware UTC. JSON columns hold
lists and maps of plain identifiers, never anything a person wrote.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
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
    """A sender of the live rulebook. `id` is opaque: it is what the bell's jobs carry."""

    __table_args__ = (UniqueConstraint("address"), Index("ix_number_service", "service_sid"))
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    address: str
    name: str
    service_sid: str | None = None
    opt_out_by: str
    paused_code: int | None = None  # the carrier refused the account with this code …
    paused_until: datetime | None = None  # … so nothing is tried before then


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


class Thread(SQLModel, table=True):
    """All that a contact and a tenant ever wrote. `number` is the address last written to.

    `flags` say why staff should look; `doubt_since`: a text that may be an opt-out waits for a
    decision. `last_text_at` is the person's last own text; `memory` what was said lately by itself.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "contact_id"),
        Index("ix_thread_activity", "tenant_id", "last_activity_at"),
    )
    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    contact_id: str
    number: str
    state: str = "new"
    team: str | None = None
    assignee: str | None = None
    claimed: bool = False
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


UNFINISHED_STATES = ("queued", "sending", "unknown")
UNFINISHED = "state IN ('queued', 'sending', 'unknown')"
HELD = "state = 'held'"


class Message(SQLModel, table=True):
    """A text of a thread, in or out; the rows that are `queued` are the outbox.

    `kind`: text (inbound), reply, question, compliance, code, staff. `priority` 0 overtakes its
    thread, 1 is an answer, 2 bulk. `token`, `attempt` and `lease_until` belong to the send that
    is under way; `cause_id` names the inbound text that this one answers. A message that is `held`
    waits outside its thread's order, until `not_before` or for a person's decision. `purpose` is
    answer, service or marketing; `topic` one of the rulebook's.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "sid"),
        UniqueConstraint("tenant_id", "thread_id", "seq"),
        Index(
            "ix_message_outbox",
            "tenant_id",
            "number",
            "thread_id",
            "seq",
            sqlite_where=text(UNFINISHED),
            postgresql_where=text(UNFINISHED),
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
    cause_id: str | None = None
    author: str | None = None
    token: str | None = None
    attempt: int = 0
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

    `team` had the thread once the text was dealt with.
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
    team: str | None = None
    inputs: bytes


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
    due_at: datetime
    done_at: datetime | None = None


class Tombstone(SQLModel, table=True):
    """The keyed hash of a MessageSid that was erased, so that it cannot come back."""

    tenant_id: str = Field(primary_key=True)
    sid_hash: bytes = Field(primary_key=True)


class Staff(SQLModel, table=True):
    """A person who answers guests. `role`: agent, supervisor, privacy or admin."""

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
    password_hash: str
    session_epoch: int = 0
    created_at: datetime


class Audit(SQLModel, table=True):
    """Something that was done and may have to be accounted for. Never changed, never deleted.

    `actor`: a staff handle, `file:OWNER` or `clock`. `detail` holds plain identifiers. A row is
    inserted unchained; `chain_number` and `chain_hash` are its place in the tenant's chain.
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
