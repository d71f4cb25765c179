"""Decide what is to be done about one text: the order of the rulebook, from top to bottom.

Pure: the same rulebook, reading, text and facts always give the same decision.
"""

from keywords.reading import Reading
from rules import dialogs, enrolling, guessing
from rules.actions import table as actions
from rules.case import Case, open_case
from rules.compliance import obey
from rules.conditions.table import match_all, want_words
from rules.decision import Decision, Facts
from rules.draft import Draft
from rules.model import Rule, Rulebook


def decide(book: Rulebook, reading: Reading, text: str, facts: Facts) -> Decision:
    """The decision about one text: built-in words, protect, YES or NO, code, dialog, routes."""
    draft = Draft(open_case(book, reading, text, facts))
    if reading.automatic == "tapback" and facts.thread.state != "new":
        return draft.decision()  # a heart under a text of ours says nothing
    if facts.opted_out:
        draft.drop_questions()  # they were never sent, so that no text answers them
    if not obey(draft):
        return draft.decision()
    if facts.blocked:
        draft.stay_shut()
        return draft.decision()
    draft.reopen()
    _route(draft)
    return draft.decision()


def first_match(rules: tuple[Rule, ...], case: Case) -> Rule | None:
    """The first rule of a section that matches."""
    return next((rule for rule in rules if match_all(rule.match, case)), None)


def _route(draft: Draft) -> None:
    book, case = draft.case.book, draft.case
    dialog = dialogs.running(draft)
    if rule := first_match(book.protect, case):
        dialogs.end(draft)
        _act(draft, rule)
    elif draft.muted:
        if dialog is None:
            _follow_routes(draft)
    elif enrolling.take_answer(draft):
        pass
    elif (enrollment := enrolling.find_code(draft)) and not guessing.bars_codes(draft):
        enrolling.take_code(draft, enrollment)
    elif dialog is None or not _held(draft):
        _follow_routes(draft)


def _follow_routes(draft: Draft) -> None:
    """Let the first route that matches act, else the fallback."""
    book = draft.case.book
    rule = first_match(book.routes, draft.case) or book.fallback
    if not want_words(rule.match):
        guessing.notice(draft)
    _act(draft, rule)


def _held(draft: Draft) -> bool:
    """Let the running dialog have the text; False where it does not take it."""
    state = draft.state.dialog
    if state is None:
        return False
    dialog = draft.case.book.dialogs[state.name]
    rule = first_match(draft.case.book.routes, draft.case)
    if rule and "routes" in dialog.interrupted_by:
        if any(action.key in ("assign", "start") for action in rule.do):
            dialogs.end(draft)
        return False
    taken = dialogs.take(draft, state)
    draft.held_by = state.name if taken else None
    return taken


def _act(draft: Draft, rule: Rule) -> None:
    """Let a rule act, after every rule of `enrich` that matches."""
    for enriching in draft.case.book.enrich:
        if match_all(enriching.match, draft.case):
            draft.enter(enriching)
            actions.perform(enriching.do, draft)
    draft.enter(rule)
    actions.perform(rule.do, draft)
