"""How the opt-outs that stand were given: what staff may correct, and what is confirmed, follow."""

from router.flows.consent.events import How, events_of
from router.flows.held import Held
from rules.decision import EVERYTHING, number_scope

BY_THEMSELVES = frozenset({"keyword", "sentence"})


def ways_out(held: Held) -> list[How]:
    """The ways of the opt-outs that stand at the number last written to, as far as events say."""
    ways: list[How] = []
    for event in events_of(held.connection, held.keys, held.person):
        if event.scope not in {EVERYTHING, number_scope(held.number)}:
            continue
        if event.what == "opt_out":
            ways.append(event.evidence.how)
        elif event.what in {"opt_in", "corrected", "wants_back"}:
            ways.clear()
    return ways


def is_unconfirmed(held: Held) -> bool:
    """Whether an opt-out stands that others recorded, so that the person's own is the first word
    of theirs, and is confirmed. Where an erasure has removed the events, it counts as confirmed.
    """
    ways = ways_out(held) if held.opted_out else []
    return bool(ways) and BY_THEMSELVES.isdisjoint(ways)
