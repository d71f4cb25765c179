"""An erasure is carried out: at the carrier, then here, to a state that can be shown.

It waits until the receipt has left and nothing older is in flight, then removes that message and
everything older. What stays are keyed hashes: tombstones of the MessageSids, the suppression if
there is one, the ledger's entry and the request itself. A text that came in after the receipt
stays, in a thread of somebody we no longer know.

A request goes `confirmed` → `erased` (the rows are gone) → `done` (the disk is clean, too).
"""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from router.carrier.api import Carrier
from router.flows.privacy.at_carrier import delete_at_carrier
from router.flows.privacy.remains import delete_here, is_in_flight
from router.flows.ripples import CALM, Ripples
from router.flows.sending.pauses import LONGEST_PAUSE
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Message, PrivacyRequest

RECEIPT_GONE = frozenset({"delivered", "undelivered", "failed", "canceled", "suppressed", "review"})
RECEIPT_PATIENCE = timedelta(minutes=2)  # a carrier that never reports does not hold an erasure up
SOON = timedelta(seconds=1)
RETRY = timedelta(minutes=1)  # Twilio answers 20009 until a message is finished


def erase(world: World, carrier: Carrier, tenant_id: str, request_id: str) -> Ripples:
    """Carry out one confirmed deletion as far as it can be now; the clock comes back to it."""
    target = _target(world, tenant_id, request_id)
    if target is None:
        return CALM
    if target.request_state == "confirmed":
        wait = _carry_out(world, carrier, target)
        if wait is not None:
            _set(world, target, retry_at=world.now() + wait)
            return CALM
    _set(world, target, retry_at=world.now() + RETRY)  # no sweep rings meanwhile
    if not world.store.scrub():
        return CALM
    _set(world, target, state="done", done_at=world.now())
    shown = {(tenant_id, target.thread_id)} if target.thread_id else set()
    return Ripples(threads=frozenset(shown))


def _carry_out(world: World, carrier: Carrier, target: AnyRow) -> timedelta | None:
    """Remove everything; None once it is gone, else how long to wait before the next try."""
    if target.thread_id is not None:
        if not _receipt_has_left(world, target) or is_in_flight(world, target):
            return SOON
        if not delete_at_carrier(world, carrier, target):
            return RETRY
    return None if delete_here(world, target) else SOON


def _target(world: World, tenant_id: str, request_id: str) -> AnyRow | None:
    """The request with its receipt's message: `seq` is the last one that must go."""
    with world.store.read() as connection:
        return connection.execute(
            select(
                col(PrivacyRequest.tenant_id),
                col(PrivacyRequest.id),
                col(PrivacyRequest.lookup),
                col(PrivacyRequest.created_at),
                col(PrivacyRequest.confirmed_at),
                col(PrivacyRequest.state).label("request_state"),
                col(Message.thread_id),
                col(Message.seq),
                col(Message.state),
                col(Message.updated_at),
            )
            .join(
                Message,
                (col(Message.tenant_id) == col(PrivacyRequest.tenant_id))
                & (col(Message.id) == col(PrivacyRequest.receipt_message_id)),
                isouter=True,
            )
            .where(
                col(PrivacyRequest.tenant_id) == tenant_id,
                col(PrivacyRequest.id) == request_id,
                col(PrivacyRequest.state).in_(["confirmed", "erased"]),
            )
        ).one_or_none()


def _receipt_has_left(world: World, target: AnyRow) -> bool:
    """Whether the person has had time to read it; one that cannot leave is not waited for long."""
    waited = world.now() - target.updated_at
    is_ahead = waited <= -LONGEST_PAUSE  # by a clock that was wrong
    return target.state in RECEIPT_GONE or waited >= RECEIPT_PATIENCE or is_ahead


def _set(world: World, target: AnyRow, **values: object) -> None:
    with world.store.write() as connection:
        connection.execute(
            update(PrivacyRequest)
            .where(
                col(PrivacyRequest.tenant_id) == target.tenant_id,
                col(PrivacyRequest.id) == target.id,
            )
            .values(**values)
        )
