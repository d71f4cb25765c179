"""Which rules match a text, section by section, in the order of the file.

Rules in shadow mode are noted and never given; those that are not in force are passed over.
"""

import hashlib
from collections.abc import Iterable, Iterator

from rules.case import Case
from rules.conditions.table import match_all
from rules.draft import Draft
from rules.model import Rule, Section

_LOTS = 100


def first_protecting(draft: Draft) -> Rule | None:
    """The first rule of `protect` that matches."""
    return next(_matching(draft, "protect"), None)


def enriching(draft: Draft) -> Iterator[Rule]:
    """Every rule of `enrich` that matches, each asked once those above it have acted."""
    return _matching(draft, "enrich")


def routing(draft: Draft) -> Iterator[Rule]:
    """The routes that match, up to the first that does not go on, each asked likewise."""
    for rule in _matching(draft, "routes"):
        yield rule
        if not rule.goes_on:
            return


def in_force(rule: Rule, case: Case) -> bool:
    """Whether a rule holds on this day and for this contact."""
    facts = case.facts
    if rule.expires is not None:
        today = facts.at.astimezone(case.book.timezone).date()
        if today > rule.expires:
            return False
    if rule.rollout == _LOTS:
        return True
    if facts.draws_by is None or facts.left_out:
        return not facts.left_out
    return lot(facts.draws_by, rule.id) < rule.rollout


def lot(draws_by: str, rule_id: str) -> int:
    """The lot (0 to 99) that a contact has drawn for a rule: the same for ever."""
    drawn = hashlib.sha256(f"{draws_by}/{rule_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) % _LOTS


def _matching(draft: Draft, section: Section) -> Iterator[Rule]:
    for rule in _candidates(draft.case, section):
        if not (_is_plain(rule) or in_force(rule, draft.case)):
            continue
        if not match_all(rule.match, draft.case):
            continue
        if rule.is_shadow:
            draft.shadow.append(rule.ref)
        else:
            yield rule


def _is_plain(rule: Rule) -> bool:
    return rule.expires is None and rule.rollout == _LOTS


def _candidates(case: Case, section: Section) -> Iterable[Rule]:
    if case.book.finder is not None:
        return case.book.finder.candidates(section, case.heard)
    rules: tuple[Rule, ...] = getattr(case.book, section)
    return rules
