"""Why a text came here: it is decided again from what was recorded, and every rule is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.held import look_at_thread
from router.flows.names import name_in
from router.flows.record import is_as_recorded
from router.flows.rulebooks.live import RulebookLost
from router.flows.trace import written_rule
from router.flows.world import World
from router.store.rows import DECISION_OF_MESSAGE, AnyRow
from router.store.tables import DecisionRecord, Message, Revision
from rules.decision import Facts
from rules.inputs import InputsLost, unpack
from rules.story.explain import Explanation, explain

Missing = str
"""Why nothing can be told: as in `InputsLost`, or `rulebook_lost`."""


@dataclass(frozen=True, slots=True)
class Told:
    """The text decided again. `holds`: that gives the decision that was recorded.

    `written`: rule id -> its lines in the rulebook as they were, each with its number. `zone` is
    the tenant's.
    """

    explanation: Explanation
    facts: Facts
    holds: bool
    written: Mapping[str, tuple[tuple[int, str], ...]]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Story:
    """One text of a thread and its record. `told` is None where `missing` says why not."""

    thread_id: str
    message_id: str
    contact_name: str
    body: str
    at: datetime
    keyword: str
    rule: str | None
    team: str | None
    file: str
    revision: int
    told: Told | None
    missing: Missing | None


_RECORD: tuple[Any, ...] = (
    col(Message.id),
    col(Message.body),
    col(Message.created_at),
    *DecisionRecord.__table__.columns,  # type: ignore[attr-defined]  # set by SQLModel's metaclass
    col(Revision.text),
)


def tell_story(world: World, tenant_id: str, thread_id: str, message_id: str) -> Story | None:
    """The story of a text; None where the tenant's thread has no such text, or none of a person."""
    with world.store.read() as connection:
        keys = world.keys(connection, tenant_id)
        held = look_at_thread(connection, keys, thread_id, world.now())
        row = _find(connection, tenant_id, thread_id, message_id)
        if held is None or row is None:
            return None
        body = keys.open("message.body", row.id, row.body)
        inputs = keys.open_json("decision.inputs", row.id, row.inputs)
        told, missing = _tell(world, connection, row, body, inputs)
    return Story(
        thread_id=thread_id,
        message_id=row.id,
        contact_name=name_in(held.attributes) or held.address,
        body=body,
        at=row.created_at,
        keyword=row.keyword,
        rule=row.rule,
        team=row.team,
        file=row.file,
        revision=row.revision,
        told=told,
        missing=missing,
    )


def _find(connection: Connection, tenant_id: str, thread_id: str, message_id: str) -> AnyRow | None:
    return connection.execute(
        select(*_RECORD)
        .join(DecisionRecord, DECISION_OF_MESSAGE)
        .join(
            Revision,
            (col(Revision.tenant_id) == col(DecisionRecord.tenant_id))
            & (col(Revision.number) == col(DecisionRecord.revision)),
        )
        .where(
            col(Message.tenant_id) == tenant_id,
            col(Message.thread_id) == thread_id,
            col(Message.id) == message_id,
        )
    ).one_or_none()


def _tell(
    world: World, connection: Connection, row: AnyRow, body: str, inputs: dict[str, Any]
) -> tuple[Told | None, Missing | None]:
    try:
        reading, facts = unpack(inputs)
        book = world.live(connection, row.tenant_id, row.revision).book
    except InputsLost as lost:
        return None, lost.why
    except RulebookLost:
        return None, "rulebook_lost"
    told = explain(book, reading, body, facts)
    written = {rule.id: _lines(row.text, rule.line) for rule in told.rules}
    return Told(told, facts, is_as_recorded(row, told.decision), written, book.timezone), None


def _lines(text: str, line: int) -> tuple[tuple[int, str], ...]:
    return tuple(enumerate(written_rule(text, line).splitlines(), line))
