"""The decision record: why a text went where it went, and all that the decision rested on."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from keywords.reading import Reading
from router.flows.turn import Turn
from router.store.rows import table
from router.store.tables import DecisionRecord
from rules.decision import Decision, Facts, ThreadState

_RECORD = insert(table(DecisionRecord))
_NO_RULE = dict.fromkeys(("rule", "section", "line", "code", "held_by"))


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
    """Write a record; what `columns` does not name is empty."""
    held = turn.held
    held.connection.execute(
        _RECORD,
        {
            "tenant_id": held.tenant_id,
            "message_id": turn.message_id,
            "file": turn.live.file,
            "revision": turn.live.revision,
            "team": held.state.team,
            "inputs": held.keys.seal_json("decision.inputs", turn.message_id, inputs),
            **_NO_RULE,
            **columns,
        },
    )


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "class": reading.meaning.value,
        "also": [meaning.value for meaning in reading.also],
        "language": reading.language,
        "reason": reading.reason,
        "answer": reading.answer,
        "automatic": reading.automatic,
        "topics": list(reading.topics),
    }


def _facts(facts: Facts) -> dict[str, Any]:
    return {
        "at": facts.at.isoformat(),
        "to": facts.to,
        "channel": facts.channel,
        "language": facts.language,
        "opted_out": facts.opted_out,
        "topics_out": sorted(facts.topics_out),
        "carrier_blocks": facts.carrier_blocks,
        "unconfirmed": facts.unconfirmed,
        "machine": facts.machine,
        "blocked": facts.blocked,
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
        "flags": sorted(thread.flags),
        "recent": {
            "replies": [_iso(instant) for instant in thread.recent.replies],
            "answers": [_iso(instant) for instant in thread.recent.answers],
            "guesses": [_iso(instant) for instant in thread.recent.guesses],
        },
        "hinted": sorted(thread.hinted),
        "asked_back": thread.asked_back,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
