"""The rules of a book in the order in which they are asked, each with what is known of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from rules.file.flaws import Flaws
from rules.model import Rule, Rulebook
from rules.proving.forms import Form
from rules.proving.prover import Prover

MARKED = frozenset({"tag", "sender"})
"""Conditions about what rules that acted before may have changed."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A rule in its place. `form` is None where it holds an error: too little is known of it.

    `turns`: how many rules above it in its section may have acted and let the text go on.
    """

    rule: Rule
    form: Form | None
    turns: int

    @property
    def stops(self) -> bool:
        """Whether it is in force for everybody, and takes each text that it matches."""
        return self.form is not None and not (self.rule.goes_on or self.rule.may_be_absent)

    @property
    def looks_at_marks(self) -> bool:
        """Whether it looks at what other rules may change."""
        return any(key in MARKED for key in _keys(self.form or ()))


@dataclass(frozen=True, slots=True)
class LineUp:
    """The rules of a book, by section."""

    protect: tuple[Stand, ...]
    enrich: tuple[Stand, ...]
    routes: tuple[Stand, ...]


def line_up(book: Rulebook, flaws: Flaws, prover: Prover) -> LineUp:
    """The rules of a book."""
    return LineUp(
        *(
            tuple(_stands(rules, flaws.by_item(section), prover))
            for section, rules in (
                ("protect", book.protect),
                ("enrich", book.enrich),
                ("routes", book.routes),
            )
        )
    )


def _stands(rules: tuple[Rule, ...], flawed: list[bool], prover: Prover) -> Iterator[Stand]:
    turns = 0
    for rule, is_flawed in zip(rules, flawed, strict=True):
        yield Stand(rule, None if is_flawed else prover.form(rule.match), turns)
        turns += rule.goes_on or is_flawed


def _keys(form: Form) -> Iterator[str]:
    for condition in form:
        match condition.key:
            case "any":
                yield from (key for branch in condition.value for key in _keys(branch))
            case "not":
                yield condition.value[0].key
            case key:
                yield key
