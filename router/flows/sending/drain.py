"""A text goes out: claim, send side by side, record what became of each."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select
from sqlmodel import col

from router.carrier.api import Carrier, Outgoing
from router.carrier.webhook import callback_url
from router.flows.ripples import CALM, Ripples
from router.flows.senders import Sender, find_sender
from router.flows.sending.claims import Claim, claim
from router.flows.sending.outcomes import record
from router.flows.world import World
from router.store.tables import Number

AT_ONCE = 32


def drain(world: World, carrier: Carrier, sender_id: str, budget_seconds: float = 10.0) -> Ripples:
    """Send what one sender has waiting, for at most `budget_seconds`; may run any number of times.

    The ripples name the threads that changed, and the sender again where time ran out first.
    """
    ends = time.monotonic() + budget_seconds
    ripples = CALM
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send") as pool:
        while time.monotonic() < ends:
            sender = _active_sender(world, sender_id)
            if sender is None:
                return ripples
            claims = claim(world, sender, AT_ONCE)
            touched = claims.put_aside | {message.thread_id for message in claims.messages}
            if not touched:
                return ripples
            ripples |= Ripples(threads=frozenset((sender.tenant_id, each) for each in touched))
            list(pool.map(_send_one(world, carrier, sender), claims.messages))
    return ripples | Ripples(senders=frozenset({sender_id}))


def _active_sender(world: World, sender_id: str) -> Sender | None:
    with world.store.read() as connection:
        paused_until = connection.execute(
            select(col(Number.paused_until)).where(col(Number.id) == sender_id)
        ).scalar_one_or_none()
        if paused_until is not None and paused_until > world.now():
            return None
        sender = find_sender(connection, sender_id)
        if sender and world.why_lost(connection, sender.tenant_id, sender.revision):
            return None  # a STOP could not be heard now: whatever waits, waits on
        return sender


def _send_one(world: World, carrier: Carrier, sender: Sender) -> Callable[[Claim], None]:
    def send(claimed: Claim) -> None:
        outcome = carrier.send(
            Outgoing(
                to=claimed.to,
                from_address=sender.address,
                body=claimed.body,
                service_sid=sender.service_sid,
                callback_url=callback_url(
                    world.settings.public_url,
                    tenant=claimed.tenant_id,
                    message_id=claimed.message_id,
                    attempt=claimed.attempt,
                ),
                deadline=claimed.deadline,
            )
        )
        record(world, claimed, outcome)

    return send
