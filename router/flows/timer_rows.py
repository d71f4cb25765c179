"""The rows of timers: started and canceled by the flows that want them, fired by `timers.py`."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, insert, update
from sqlmodel import col

from router.flows.held import Held
from router.store.ids import new_id
from router.store.rows import table
from router.store.statement import Statement
from router.store.tables import Timer

_START = Statement(insert(table(Timer)))
_CANCEL = (
    update(table(Timer))
    .where(
        col(Timer.tenant_id) == bindparam("tenant"),
        col(Timer.thread_id) == bindparam("thread"),
        col(Timer.kind) == bindparam("of_kind"),
        col(Timer.state) == "waiting",
    )
    .values(state="canceled")
)


def start_timer(
    held: Held, kind: str, due_at: datetime, payload: Mapping[str, object], rule: str = ""
) -> None:
    """Have something happen to the thread at `due_at`; `payload`, as JSON, is sealed."""
    timer_id = new_id()
    _START.run(
        held.connection,
        {
            "tenant_id": held.tenant_id,
            "id": timer_id,
            "thread_id": held.thread_id,
            "kind": kind,
            "state": "waiting",
            "rule": rule,
            "due_at": due_at,
            "created_at": held.at,
            "payload": held.keys.seal_json("timer.payload", timer_id, dict(payload)),
        },
    )


def cancel_timers(held: Held, kind: str) -> None:
    """What waits of this kind in the thread will not happen."""
    wanted = {"tenant": held.tenant_id, "thread": held.thread_id, "of_kind": kind}
    held.connection.execute(_CANCEL, wanted)
