"""The conditions that the words of a text decide."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rules.boundaries import has_lost_boundary
from rules.case import Case
from rules.conditions.kind import Kind, any_of
from rules.file.scalars import read_text
from rules.file.scope import Scope
from rules.file.shape import read_one_or_more
from rules.file.source import Node
from rules.heard import Heard, Phrase, begins, is_all, occurs
from rules.patterns import Pattern, PatternError, compile_pattern
from rules.schema import forms
from rules.sections.phrases import read_phrases

NOTHING_MATCHES = "[^\\x00-\\x{10FFFF}]"  # stands in for a pattern that is refused
LONGEST_PATTERN = 2_000


def _phrase_kind(about: str, verb: str, test: Callable[[Phrase, Heard], bool]) -> Kind:
    def holds(value: tuple[Phrase, ...], case: Case) -> bool:
        return any(test(phrase, case.heard) for phrase in value)

    def says(value: tuple[Phrase, ...]) -> str:
        return f"the text {verb} {any_of([repr(phrase.text) for phrase in value])}"

    def read(node: Node, scope: Scope) -> tuple[Phrase, ...]:
        return read_phrases(node, "a phrase", scope)

    return Kind(about, read, holds, says, True, form=forms.shared("phrases"))


def _read_patterns(node: Node, scope: Scope) -> tuple[Pattern, ...]:
    items = read_one_or_more(node, "a pattern", scope)
    return tuple(_read_pattern(item, scope) for item in items)


def _read_pattern(node: Node, scope: Scope) -> Pattern:
    text = read_text(node, "a pattern", scope)
    if len(text) > LONGEST_PATTERN:
        scope.add("BH114", node, f"a pattern has {LONGEST_PATTERN} characters at most")
    elif scope.spend_pattern(node, 0):
        try:
            return _check_pattern(node, compile_pattern(text), scope)
        except PatternError as error:
            scope.add("BH422", node, f"RE2 does not take this pattern: {error}")
    return compile_pattern(NOTHING_MATCHES)


def _check_pattern(node: Node, pattern: Pattern, scope: Scope) -> Pattern:
    text = pattern.text
    scope.spend_pattern(node, pattern.steps)
    if text.strip() and pattern.matches_everything:
        scope.add("BH401", node, f"'{text}' matches every text; use the fallback")
    if has_lost_boundary(text):
        hint = "write (^|\\PL) before it and (\\PL|$) after it, or use message_has"
        scope.add("BH423", node, f"`\\b` knows the letters a to z alone; {hint}")
    return pattern


def _pattern_occurs(value: tuple[Pattern, ...], case: Case) -> bool:
    plain = case.heard.plain
    return any(pattern.occurs(plain) for pattern in value)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "message_is": _phrase_kind("The whole text is one of these phrases.", "is", is_all),
        "message_starts": _phrase_kind(
            "The text begins with one of these phrases.", "begins with", begins
        ),
        "message_has": _phrase_kind("One of these phrases stands in the text.", "has", occurs),
        "message_regex": Kind(
            "One of these patterns (RE2, without case) matches in the text.",
            _read_patterns,
            _pattern_occurs,
            lambda patterns: f"the text matches {any_of([p.text for p in patterns])}",
            True,
            form=forms.one_or_more(forms.text()),
        ),
    }
)
