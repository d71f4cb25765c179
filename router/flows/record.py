"""The decision record: why a text went where it went, and all that the decision rested on."""

from typing import Any

from sqlalchemy import insert

from router.flows.turn import Turn
from router.store.rows import AnyRow, table
from router.store.statement import Statement
from router.store.tables import DecisionRecord
from rules.decision import Decision, Facts
from rules.inputs import pack

_RECORD = Statement(insert(table(DecisionRecord)))
_NO_RULE = dict.fromkeys(("rule", "section", "line", "code", "held_by", "held_back", "shadow"))


def record_decision(turn: Turn, decision: Decision, facts: Facts) -> None:
    """Write the record of `decision` beside its message."""
    insert_record(turn, pack(turn.reading, facts), **columns_of(decision))


def columns_of(decision: Decision) -> dict[str, Any]:
    """What a record tells of the decision itself, by column."""
    rule = decision.rule
    return {
        "keyword": decision.keyword.value,
        "language": decision.language,
        "rule": rule and rule.id,
        "section": rule and rule.section,
        "line": rule and rule.line,
        "code": decision.code,
        "held_by": decision.held_by,
        "held_back": [rule.id for rule in decision.held_back] or None,
        "shadow": [rule.id for rule in decision.shadow] or None,
    }


def is_as_recorded(row: AnyRow, decision: Decision) -> bool:
    """Whether a record's row tells of this very decision."""
    told = columns_of(decision)
    return [getattr(row, name) for name in told] == list(told.values())


def insert_record(turn: Turn, inputs: dict[str, Any], **columns: Any) -> None:
    """Write a record; what `columns` does not name is empty."""
    held = turn.held
    _RECORD.run(
        held.connection,
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
