"""Silence: a carrier that answers nothing any more is tried with one text at a time.

Each text that is tried meanwhile is in doubt, and its log may be away as well. What waits with us
instead leaves in its order once one is answered. Doubts that callbacks settle are no silence.
"""

from collections import Counter
from contextlib import suppress

from router.backoff import doubled
from router.carrier.api import Delay, Outcome, Unknown
from router.flows.sending.doubts import count_doubts
from router.flows.world import World
from router.store.engine import DatabaseDown

IN_A_ROW = 16  # of a number: a fault of single requests is no silence
LONGEST_PAUSE_SECONDS = 30.0


class Silence:
    """Counts the attempts in a row that ended in doubt, by sender (opaque id). Not safe for
    threads.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._in_doubt: Counter[str] = Counter()

    def is_broken(self, sender_id: str, outcome: Outcome) -> bool:
        """Note what became of one attempt; whether the carrier is heard again. An attempt that was
        not begun, or is to be repeated, tells nothing.
        """
        if isinstance(outcome, Unknown):
            self._in_doubt[sender_id] += 1
        if isinstance(outcome, Unknown | Delay):
            return False
        return self._in_doubt.pop(sender_id, 0) >= IN_A_ROW

    def pause(self, tenant_id: str, number: str, sender_id: str) -> float:
        """How many seconds this sender rests after each text, doubled by each; 0: it is heard."""
        beyond = self._in_doubt[sender_id] - IN_A_ROW
        if beyond < 0:
            return 0.0
        with suppress(DatabaseDown):
            if count_doubts(self._world, tenant_id, number, IN_A_ROW) < IN_A_ROW:
                del self._in_doubt[sender_id]
                return 0.0
        return doubled(1.0, beyond, LONGEST_PAUSE_SECONDS)
