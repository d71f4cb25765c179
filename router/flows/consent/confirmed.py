"""Whether an opt-out was ever confirmed to the person: each is due its one confirmation."""

from router.flows.consent.events import events_of
from router.flows.held import Held

BY_THEMSELVES = frozenset({"keyword", "sentence"})


def is_unconfirmed(held: Held) -> bool:
    """Whether an opt-out stands that others recorded, so that the person's own is the first word
    of theirs, and is confirmed. Where an erasure has removed the events, it counts as confirmed.
    """
    if not held.opted_out:
        return False
    events = events_of(held.connection, held.keys, held.person)
    ways = [each.evidence.how for each in events if each.what == "opt_out"]
    return bool(ways) and BY_THEMSELVES.isdisjoint(ways)
