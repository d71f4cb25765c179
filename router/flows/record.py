"""The decision record: why a text went where it went, and all that the decision rested on."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from keywords.reading import Reading
from router.flows.turn import Turn
from router.store.tables import DecisionRecord, Revision
from rules.decision import Decision, Facts, ThreadState


def record_decision(turn: Turn, decision: Decision, facts: Facts) -> None:
    """Write the record of `decision` beside its message."""
    rule = decision.rule
    insert_record(
        turn,
        {"reading": _reading(turn.reading), "facts": _facts(facts)},
        keyword=decision.keyword.value,
        language=decision.language,
        rule=rule and rule.id,
        section=rule and rule.section,
        line=rule and rule.line,
        code=decision.code,
        held_by=decision.held_by,
    )


def insert_record(turn: Turn, inputs: dict[str, Any], **columns: Any) -> None:
    """Write a record; `file` is the one of the revision that was live."""
    held, revision = turn.held, turn.sender.revision
    file = select(col(Revision.file)).where(
        col(Revision.tenant_id) == held.tenant_id, col(Revision.number) == revision
    )
    held.connection.execute(
        insert(DecisionRecord).values(
            tenant_id=held.tenant_id,
            message_id=turn.message_id,
            file=file.scalar_subquery(),
            revision=revision,
            inputs=held.keys.seal_json("decision.inputs", turn.message_id, inputs),
            **columns,
        )
    )


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "class": reading.meaning.value,
        "also": [meaning.value for meaning in reading.also],
        "language": reading.language,
        "reason": reading.reason,
        "answer": reading.answer,
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "at": facts.at.isoformat(),
        "to": facts.to,
        "channel": facts.channel,
        "language": facts.language,
        "opted_out": facts.opted_out,
        "first_contact": facts.first_contact,
        "groups": sorted(facts.groups),
        "attributes": dict(facts.attributes),
        "enrolled": sorted(facts.enrolled),
        "full": sorted(facts.full),
        "thread": _thread(facts.thread),
    }


def _thread(thread: ThreadState) -> dict[str, Any]:
    return {
        "state": thread.state,
        "team": thread.team,
        "claimed": thread.claimed,
        "tags": sorted(thread.tags),
        "dialog": thread.dialog and thread.dialog.name,
        "step": thread.dialog and thread.dialog.step,
        "prompt": thread.prompt and thread.prompt.code,
        "last_activity_at": _iso(thread.last_activity_at),
        "last_assignee": thread.last_assignee,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
