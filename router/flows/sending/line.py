"""The line of one of our numbers: who sends from it holds it, and takes turns at its pace."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from router.flows.senders import Sender
from router.flows.sending.pace import Turns, pace_of
from router.flows.sending.pauses import is_paused
from router.flows.world import World
from router.store.rows import AnySelect, table
from router.store.tables import Number

_OURS = (
    col(Number.tenant_id) == bindparam("tenant"),
    col(Number.id) == bindparam("sender"),
)
_HOLD: AnySelect = (
    select(col(Number.paced_until), col(Number.paused_until), col(Number.paused_code))
    .where(*_OURS)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Line:
    """A sender's line, held by a transaction since `at`: how fast it may go. `is_probed`: the
    carrier refused the account, and one text finds out whether it still does.
    """

    sender: Sender
    at: datetime
    turns: Turns
    is_probed: bool


def hold_line(world: World, connection: Connection, sender: Sender) -> Line | None:
    """None while nothing may leave from that number: it is paused, or gone."""
    row = connection.execute(_HOLD, _whose(sender)).one_or_none()
    at = world.now()  # the lock may have been waited for
    if row is None or is_paused(row.paused_until, at):
        return None
    turns = Turns.after(pace_of(world.settings, sender.address), at, row.paced_until)
    return Line(sender, at, turns, is_probed=row.paused_code is not None)


def move_line(connection: Connection, line: Line, lease_until: datetime) -> None:
    """Who is next goes on where this one ended; while the account is probed there is none."""
    values: dict[str, datetime] = {}
    if line.turns.rate:
        values["paced_until"] = line.turns.free_at
    if line.is_probed:
        values["paused_until"] = lease_until
    if values:
        connection.execute(update(table(Number)).where(*_OURS).values(values), _whose(line.sender))


def _whose(sender: Sender) -> dict[str, str]:
    return {"tenant": sender.tenant_id, "sender": sender.id}
