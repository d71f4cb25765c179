"""The carrier says that a person cannot or must not be written to: consent hears of it."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from router.carrier.errors import explain
from router.flows.consent.doubt import end_doubt
from router.flows.consent.events import Evidence
from router.flows.consent.wishes import mark_blocked_at_carrier, opt_out
from router.flows.held import Held, hold_thread, save
from router.flows.outbox import EXEMPT
from router.flows.world import World

OPTED_OUT_AT_CARRIER = 21610
NOT_OWED = frozenset({"opt-out", "opt-out-topic", "opt-in-carrier", "help"})
"""Built-in answers that staff need not give some other way."""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message that the carrier would not deliver, from `number` (an address of ours)."""

    tenant_id: str
    thread_id: str
    number: str
    kind: str
    template: str | None


def take_refusal(world: World, connection: Connection, message: RefusedMessage, code: int) -> None:
    """Suppress the person on a code that says so.

    21610 is the carrier's own block; where it was known, it is no news. Staff must know where the
    person is owed the answer that met it.
    """
    keys = world.keys(connection, message.tenant_id)
    held = hold_thread(connection, keys, message.thread_id, world.now())
    if held is None:
        return
    is_news = True
    if code == OPTED_OUT_AT_CARRIER:
        is_news = mark_blocked_at_carrier(held, message.number)
        if message.kind in EXEMPT and message.template not in NOT_OWED:
            held.state = replace(held.state, flags=held.state.flags | {"unheard"})
    if is_news and not _is_out(held):
        zone = world.live_book(connection, message.tenant_id).timezone.key
        said = f"error {code}: {explain(code)}"
        opt_out(world.ledger, held, Evidence("carrier", said, message.number, zone=zone))
        end_doubt(held, release=False)
    save(held, active=False)


def _is_out(held: Held) -> bool:
    return any(not scope.startswith(("carrier:", "topic:")) for scope in held.suppressed)
