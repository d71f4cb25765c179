"""What the router did with each text of one person, and why: for the page of the simulator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select
from sqlmodel import col

from router.flows.held import EVERYTHING
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, DECISION_OF_MESSAGE, AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import (
    Contact,
    DecisionRecord,
    Message,
    Number,
    Revision,
    Suppression,
    Tenant,
    Thread,
    Timer,
)

MOST_STEPS = 30


@dataclass(frozen=True, slots=True)
class OurNumber:
    """A number that people can write to, and whose it is."""

    address: str
    name: str
    business: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A text that went back. `template` is None for what staff wrote."""

    kind: str
    template: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """One text of the person: how it was read, which rule acted, what was sent because of it."""

    body: str
    at: datetime
    keyword: str
    reason: str
    language: str
    rule: str | None
    section: str | None
    file: str
    line: int | None
    revision: int
    code: str | None
    held_by: str | None
    team: str | None
    written: str  # the rule as it stands in the rulebook
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who gets the thread when nobody answers, and when. `state`: waiting or fired."""

    to: str
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A person's thread as it is now, and its texts, newest first."""

    state: str
    team: str | None
    assignee: str | None
    tags: tuple[str, ...]
    flagged: bool
    opted_out: bool
    escalation: Escalation | None
    steps: tuple[Step, ...]


def list_numbers(world: World) -> list[OurNumber]:
    """Every number of every tenant."""
    with world.store.read() as connection:
        rows = connection.execute(
            select(col(Number.address), col(Number.name), col(Tenant.name))
            .join(Tenant, col(Tenant.id) == col(Number.tenant_id))
            .order_by(col(Tenant.name), col(Number.name).desc())
        ).all()
    return [OurNumber(*row) for row in rows]


def trace(world: World, from_address: str, to_address: str) -> Trace | None:
    """What became of the texts of `from_address` to the tenant of `to_address`; None: nothing."""
    with world.store.read() as connection:
        tenant_id = connection.execute(
            select(col(Number.tenant_id)).where(col(Number.address) == to_address)
        ).scalar_one_or_none()
        if tenant_id is None:
            return None
        keys = world.keys(connection, tenant_id)
        thread = _find_thread(connection, keys, from_address)
        return None if thread is None else _trace(connection, keys, thread)


def written_rule(text: str, line: int | None) -> str:
    """The lines of a rulebook that make up the rule whose id stands on `line` (1-based)."""
    lines = text.splitlines()
    if line is None or not 1 <= line <= len(lines):
        return ""
    begin = lines[line - 1]
    depth = _depth(begin)
    taken = [begin]
    for following in lines[line:]:
        if following.strip() and _depth(following) <= depth:
            break
        taken.append(following)
    return "\n".join(each[depth:] for each in taken).rstrip()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _find_thread(connection: Connection, keys: TenantKeys, address: str) -> AnyRow | None:
    lookup = keys.lookup("address", address)
    opted_out = exists().where(
        col(Suppression.tenant_id) == keys.tenant_id,
        col(Suppression.lookup) == lookup,
        col(Suppression.scope) == EVERYTHING,
    )
    row: AnyRow | None = connection.execute(
        select(
            col(Thread.id),
            col(Thread.state),
            col(Thread.team),
            col(Thread.assignee),
            col(Thread.tags),
            col(Thread.flagged),
            opted_out.label("opted_out"),
        )
        .join(
            Contact,
            CONTACT_OF_THREAD,
        )
        .where(col(Contact.tenant_id) == keys.tenant_id, col(Contact.lookup) == lookup)
    ).one_or_none()
    return row


def _trace(connection: Connection, keys: TenantKeys, thread: AnyRow) -> Trace:
    return Trace(
        state=thread.state,
        team=thread.team,
        assignee=thread.assignee,
        tags=tuple(thread.tags),
        flagged=thread.flagged,
        opted_out=thread.opted_out,
        escalation=_escalation(connection, keys, thread.id),
        steps=_steps(connection, keys, thread.id),
    )


def _escalation(connection: Connection, keys: TenantKeys, thread_id: str) -> Escalation | None:
    row = connection.execute(
        select(col(Timer.id), col(Timer.payload), col(Timer.due_at), col(Timer.state))
        .where(
            col(Timer.tenant_id) == keys.tenant_id,
            col(Timer.thread_id) == thread_id,
            col(Timer.kind) == "escalate",
        )
        .order_by(col(Timer.created_at).desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    to = keys.open_json("timer.payload", row.id, row.payload)["to"]
    return Escalation(to.get("team") or to.get("staff") or "", row.due_at, row.state)


def _steps(connection: Connection, keys: TenantKeys, thread_id: str) -> tuple[Step, ...]:
    mine = (col(Message.tenant_id) == keys.tenant_id, col(Message.thread_id) == thread_id)
    rows = connection.execute(
        select(
            col(Message.id),
            col(Message.body),
            col(Message.created_at),
            *DecisionRecord.__table__.columns,  # type: ignore[attr-defined]  # set by SQLModel
            col(Revision.text),
        )
        .join(
            DecisionRecord,
            DECISION_OF_MESSAGE,
        )
        .join(
            Revision,
            (col(Revision.tenant_id) == col(DecisionRecord.tenant_id))
            & (col(Revision.number) == col(DecisionRecord.revision)),
        )
        .where(*mine)
        .order_by(col(Message.seq).desc())
        .limit(MOST_STEPS)
    ).all()
    sent = connection.execute(
        select(col(Message.cause_id), col(Message.kind), col(Message.template), col(Message.state))
        .where(*mine, col(Message.direction) == "out")
        .order_by(col(Message.seq))
    ).all()
    return tuple(_step(keys, row, sent) for row in rows)


def _step(keys: TenantKeys, row: AnyRow, sent: Sequence[AnyRow]) -> Step:
    inputs = keys.open_json("decision.inputs", row.message_id, row.inputs)
    return Step(
        body=keys.open("message.body", row.id, row.body),
        at=row.created_at,
        keyword=row.keyword,
        reason=inputs.get("reading", {}).get("reason", ""),
        language=row.language,
        rule=row.rule,
        section=row.section,
        file=row.file,
        line=row.line,
        revision=row.revision,
        code=row.code,
        held_by=row.held_by,
        team=row.team,
        written=written_rule(row.text, row.line),
        answers=tuple(
            Answer(each.kind, each.template, each.state) for each in sent if each.cause_id == row.id
        ),
    )
