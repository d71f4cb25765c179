"""One sender's outbox, sent here and now; a worker that stays has a pump instead."""

from router.carrier.api import Carrier
from router.flows.ripples import CALM, Ripples
from router.flows.sending.pump import Pump
from router.flows.world import World


def drain(world: World, carrier: Carrier, sender_id: str, budget_seconds: float = 10.0) -> Ripples:
    """Send what one sender has waiting, for at most `budget_seconds`; may run any number of times.

    The ripples name the threads that changed, and the sender again where time ran out first.
    """
    heard: list[Ripples] = []
    pump = Pump(world, carrier, heard.append)
    pump.wake(sender_id)
    is_done = pump.finish(budget_seconds)
    pump.close()
    ripples = CALM if is_done else Ripples(senders=frozenset({sender_id}))
    for each in heard:
        ripples |= each
    return ripples
