"""How far the tests of a rulebook reach: on how many of their texts each of its rules acted."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.model import Rulebook, Section

_SECTIONS: tuple[Section, ...] = ("protect", "enrich", "routes", "fallback")


@dataclass(frozen=True, slots=True)
class Reach:
    """A rule, and the number of texts on which it acted (in shadow mode: would have acted)."""

    id: str
    section: Section
    line: int
    texts: int


def measure(book: Rulebook, acted: Mapping[str, int]) -> tuple[Reach, ...]:
    """How often every rule acted, from a count by rule id, in the order of the sections."""
    rules = (*book.protect, *book.enrich, *book.routes, book.fallback)
    return tuple(Reach(rule.id, rule.section, rule.line, acted.get(rule.id, 0)) for rule in rules)


def summarize(reached: tuple[Reach, ...]) -> str:
    """How many rules the tests reach, in all and by section: `2 of 3 rules reached (…)`."""
    texts = {section: [r.texts for r in reached if r.section == section] for section in _SECTIONS}
    every = [count for counts in texts.values() for count in counts]
    parts = [f"{name} {_share(counts)}" for name, counts in texts.items() if counts]
    return f"{_share(every)} rules reached ({', '.join(parts)})"


def _share(counts: list[int]) -> str:
    return f"{sum(count > 0 for count in counts)} of {len(counts)}"
