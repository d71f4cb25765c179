"""The index: which rules the words of a text do not rule out, found without asking each rule.

Every rule has a gate: words of which a text needs some for the rule to match. Exact texts are found
by hash, phrases by the words that they begin with, regexes by one RE2 set. A rule whose gate cannot
be told from its conditions is always a candidate. What the index gives is asked in full afterwards,
so that it can only save work, never change a decision.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rules.heard import Heard, Phrase
from rules.model import Condition, Rule, Rulebook, Section
from rules.patterns import Pattern, PatternSet


@dataclass(frozen=True, slots=True)
class _Gate:
    """Phrases and patterns of which a text must have one."""

    wholes: tuple[Phrase, ...] = ()
    starts: tuple[Phrase, ...] = ()
    parts: tuple[Phrase, ...] = ()
    patterns: tuple[Pattern, ...] = ()

    def __or__(self, other: "_Gate") -> "_Gate":
        return _Gate(
            self.wholes + other.wholes,
            self.starts + other.starts,
            self.parts + other.parts,
            self.patterns + other.patterns,
        )


class Index:
    """The index of a rulebook, by section. It is a `RuleFinder`."""

    def __init__(self, book: Rulebook) -> None:
        self._sections: dict[Section, _SectionIndex] = {
            "protect": _SectionIndex(book.protect),
            "enrich": _SectionIndex(book.enrich),
            "routes": _SectionIndex(book.routes),
        }

    def candidates(self, section: Section, heard: Heard) -> Iterable[Rule]:
        """The rules of a section that the words of a text do not rule out, top to bottom."""
        return self._sections[section].candidates(heard)


@dataclass(slots=True)
class _Tables:
    """Places of rules by what a text must have; runs have a space before and after each word."""

    wholes: dict[str, list[int]] = field(default_factory=dict)
    starts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # first word -> run
    parts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


class _SectionIndex:
    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._always: set[int] = set()
        self._folded, self._exact = _Tables(), _Tables()
        self._pattern_places: list[int] = []
        patterns: list[Pattern] = []
        for place, rule in enumerate(self._rules):
            gate = _gate_of(rule.match)
            if gate is None:
                self._always.add(place)
                continue
            self._enter(place, gate)
            patterns += gate.patterns
            self._pattern_places += [place] * len(gate.patterns)
        self._patterns = PatternSet(patterns) if patterns else None
        self._has_exact = any((self._exact.wholes, self._exact.starts, self._exact.parts))

    def candidates(self, heard: Heard) -> Iterable[Rule]:
        places = set(self._always)
        _look_up(self._folded, heard.run, heard.words, places)
        if self._has_exact:
            _look_up(self._exact, heard.exact_run, tuple(heard.exact_run.split()), places)
        if self._patterns is not None:
            places.update(self._pattern_places[n] for n in self._patterns.find(heard.plain))
        return [self._rules[place] for place in sorted(places)]

    def _enter(self, place: int, gate: _Gate) -> None:
        for phrase in gate.wholes:
            self._tables(phrase).wholes.setdefault(phrase.run, []).append(place)
        for phrase in gate.starts:
            _enter_run(self._tables(phrase).starts, phrase.run, place)
        for phrase in gate.parts:
            _enter_run(self._tables(phrase).parts, phrase.run, place)

    def _tables(self, phrase: Phrase) -> _Tables:
        return self._exact if phrase.exact else self._folded


def _enter_run(table: dict[str, list[tuple[str, int]]], run: str, place: int) -> None:
    words = run.split()
    if words:  # a phrase without a word matches nothing
        table.setdefault(words[0], []).append((run, place))


def _look_up(tables: _Tables, run: str, words: tuple[str, ...], places: set[int]) -> None:
    places.update(tables.wholes.get(run, ()))
    if words:
        places.update(p for phrase, p in tables.starts.get(words[0], ()) if run.startswith(phrase))
    for word in words:
        for phrase, place in tables.parts.get(word, ()):
            if phrase in run:
                places.add(place)


def _gate_of(conditions: tuple[Condition, ...]) -> _Gate | None:
    """The gate of conditions that must all hold; None where no words are needed.

    One condition that has a gate is enough: of several, the one that fewest texts pass.
    """
    gates = [gate for gate in map(_gate_of_one, conditions) if gate is not None]
    return min(gates, key=_width, default=None)


def _gate_of_one(condition: Condition) -> _Gate | None:
    match condition.key:
        case "message_is":
            return _Gate(wholes=condition.value)
        case "message_starts":
            return _Gate(starts=condition.value)
        case "message_has":
            return _Gate(parts=condition.value)
        case "message_regex":
            return _Gate(patterns=condition.value)
        case "any":
            return _widest(_gate_of(conditions) for conditions in condition.value)
        case _:
            return None


def _widest(gates: Iterator[_Gate | None]) -> _Gate | None:
    """What one of several gates lets through; None where one of them stands open."""
    whole = _Gate()
    for gate in gates:
        if gate is None:
            return None
        whole |= gate
    return whole


def _width(gate: _Gate) -> tuple[int, int, int, int]:
    """How much a gate lets through, as far as its kind tells: regexes cost most."""
    return len(gate.patterns), len(gate.parts), len(gate.starts), len(gate.wholes)
