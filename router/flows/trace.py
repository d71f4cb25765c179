"""What the router did with each text of one person, and why: for the page of the simulator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.held import Held, look_at
from router.flows.world import World
from router.store.rows import DECISION_OF_MESSAGE, AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import (
    DecisionRecord,
    Message,
    Number,
    Revision,
    Tenant,
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
    """A text that went back. `template` is None for what staff wrote; `reason` says why it was not
    sent, or not yet.
    """

    kind: str
    template: str | None
    state: str
    reason: str | None


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
    flags: tuple[str, ...]
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
        held = look_at(connection, keys, from_address, world.now())
        return None if held is None else _trace(connection, held)


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


def _trace(connection: Connection, held: Held) -> Trace:
    return Trace(
        state=held.state.state,
        team=held.state.team,
        assignee=held.assignee,
        tags=tuple(sorted(held.state.tags)),
        flags=tuple(sorted(held.state.flags)),
        opted_out=held.opted_out,
        escalation=_escalation(connection, held.keys, held.thread_id),
        steps=_steps(connection, held.keys, held.thread_id),
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
        select(
            col(Message.cause_id),
            col(Message.kind),
            col(Message.template),
            col(Message.state),
            col(Message.reason),
        )
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
            Answer(each.kind, each.template, each.state, each.reason)
            for each in sent
            if each.cause_id == row.id
        ),
    )
