"""What became of a text is not known: settled by a callback, else by the carrier's own log.

The log is asked only after a grace longer than it lags behind. A text found there was sent; one
that is not there is queued again, but a code never is: a person decides. Nothing is resent blindly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update
from sqlmodel import col

from router.carrier.api import Carrier, CarrierError, Listed, state_after
from router.flows.ripples import CALM, Ripples
from router.flows.senders import Sender, bell_of, find_sender
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, THREAD_OF_MESSAGE, AnyRow, is_unfinished
from router.store.tables import Contact, Message, Thread

GRACE = timedelta(seconds=120)
CLOCKS_DIFFER = timedelta(seconds=60)  # an earlier twin is told apart by its SID, which is ours
LOOK_BACK = timedelta(minutes=5)
BATCH = 50


@dataclass(frozen=True, slots=True)
class Doubt:
    """An attempt of which nothing was heard."""

    message_id: str
    thread_id: str
    token: str
    kind: str
    to: str
    body: str
    attempted_at: datetime


def settle(world: World, carrier: Carrier, sender_id: str) -> Ripples:
    """Settle one sender's doubts; those that the carrier cannot answer yet stay."""
    with world.store.read() as connection:
        sender = find_sender(connection, sender_id)
    if sender is None:
        return CALM
    _expire_leases(world, sender)
    ripples = CALM
    for doubt in _doubts(world, sender):
        try:
            listed = carrier.list_sent(doubt.to, sender.address, doubt.attempted_at - LOOK_BACK)
        except CarrierError:
            return ripples  # not now: the clock asks again
        ripples |= _decide(world, sender, doubt, listed)
    return ripples


def unsettled(world: World) -> frozenset[str]:
    """The senders (opaque ids) that `settle` has work for now."""
    now = world.now()
    with world.store.read() as connection:
        rows = connection.execute(
            select(col(Message.tenant_id), col(Message.number))
            .where(
                is_unfinished(),
                or_(
                    (col(Message.state) == "sending") & (col(Message.lease_until) < now),
                    (col(Message.state) == "unknown") & (col(Message.attempted_at) < now - GRACE),
                ),
            )
            .distinct()
        ).all()
        return frozenset().union(*(bell_of(connection, row.tenant_id, row.number) for row in rows))


def _expire_leases(world: World, sender: Sender) -> None:
    now = world.now()
    with world.store.write() as connection:
        connection.execute(
            update(Message)
            .where(
                col(Message.tenant_id) == sender.tenant_id,
                col(Message.number) == sender.address,
                is_unfinished(),
                col(Message.state) == "sending",
                col(Message.lease_until) < now,
            )
            .values(state="unknown", reason="lease ran out", updated_at=now)
        )


def _doubts(world: World, sender: Sender) -> list[Doubt]:
    now = world.now()
    with world.store.read() as connection:
        keys = world.keys(connection, sender.tenant_id)
        rows: Sequence[AnyRow] = connection.execute(
            select(
                col(Message.id),
                col(Message.thread_id),
                col(Message.token),
                col(Message.kind),
                col(Message.body),
                col(Message.attempted_at),
                col(Contact.id).label("contact_id"),
                col(Contact.address),
            )
            .join(
                Thread,
                THREAD_OF_MESSAGE,
            )
            .join(
                Contact,
                CONTACT_OF_THREAD,
            )
            .where(
                col(Message.tenant_id) == sender.tenant_id,
                col(Message.number) == sender.address,
                is_unfinished(),
                col(Message.state) == "unknown",
                col(Message.attempted_at) < now - GRACE,
            )
            .order_by(col(Message.attempted_at))
            .limit(BATCH)
        ).all()
    return [
        Doubt(
            message_id=row.id,
            thread_id=row.thread_id,
            token=row.token,
            kind=row.kind,
            to=keys.open("contact.address", row.contact_id, row.address),
            body=keys.open("message.body", row.id, row.body),
            attempted_at=row.attempted_at,
        )
        for row in rows
    ]


def _decide(world: World, sender: Sender, doubt: Doubt, listed: Sequence[Listed]) -> Ripples:
    now = world.now()
    with world.store.write() as connection:
        found = _unclaimed(connection, sender, _matching(doubt, listed))
        values: dict[str, object] = {"state": "queued", "not_before": None}
        if found:
            values = {"state": state_after("accepted", found[0].status), "sid": found[0].sid}
        elif doubt.kind == "code":
            values = {"state": "review"}
        connection.execute(
            update(Message)
            .where(
                col(Message.tenant_id) == sender.tenant_id,
                col(Message.id) == doubt.message_id,
                col(Message.state) == "unknown",
                col(Message.token) == doubt.token,
            )
            .values(**values, updated_at=now)
        )
    return Ripples(
        senders=frozenset({sender.id}), threads=frozenset({(sender.tenant_id, doubt.thread_id)})
    )


def _matching(doubt: Doubt, listed: Sequence[Listed]) -> list[Listed]:
    """Oldest first: the same words, not older than the attempt."""
    earliest = doubt.attempted_at - CLOCKS_DIFFER
    same = [one for one in listed if one.body == doubt.body and one.created_at >= earliest]
    return sorted(same, key=lambda one: one.created_at)


def _unclaimed(connection: Connection, sender: Sender, listed: Sequence[Listed]) -> list[Listed]:
    """Those whose SID no other message of ours bears."""
    taken = set(
        connection.execute(
            select(col(Message.sid)).where(
                col(Message.tenant_id) == sender.tenant_id,
                col(Message.sid).in_([one.sid for one in listed]),
            )
        ).scalars()
    )
    return [one for one in listed if one.sid not in taken]
