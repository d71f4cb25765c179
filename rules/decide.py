"""Decide what is to be done about one text: the order of the rulebook, from top to bottom.

Pure: the same rulebook, reading, text and facts always give the same decision.
"""

from collections.abc import Iterable

from keywords.reading import Reading
from rules import asking, dialogs, enrolling, guessing
from rules.actions.table import ASKS, perform
from rules.case import open_case
from rules.compliance import obey
from rules.conditions.table import want_words
from rules.decision import Decision, Facts
from rules.draft import Draft
from rules.farewells import is_farewell
from rules.matching import enriching, first_protecting, routing
from rules.model import Rule, Rulebook

ENDS_A_DIALOG = ("assign", *ASKS)


def decide(book: Rulebook, reading: Reading, text: str, facts: Facts) -> Decision:
    """The decision about one text: built-in words, protect, YES or NO, code, dialog, routes."""
    draft = Draft(open_case(book, reading, text, facts))
    if reading.automatic == "tapback" and facts.thread.state != "new":
        return draft.decision()  # a heart under a text of ours says nothing
    draft.drop_old_tags()
    if facts.opted_out:
        draft.drop_questions()  # they were never sent, so that no text answers them
    if not obey(draft):
        return draft.decision()
    if facts.blocked:
        draft.stay_shut()
        return draft.decision()
    _route(draft)
    return draft.decision()


def _route(draft: Draft) -> None:
    dialog = dialogs.running(draft)
    if rule := first_protecting(draft):
        draft.reopen()
        asking.end(draft)
        _enrich(draft)
        _act(draft, rule)
    elif draft.muted:
        draft.reopen()
        if dialog is None:
            _follow_routes(draft)
    elif is_farewell(draft.case) and not _asks_for_words(_preview(draft)):
        draft.farewell = True
    else:
        draft.reopen()
        _take(draft)


def _take(draft: Draft) -> None:
    """The text is an answer, a code, a dialog's, or the routes' to deal with."""
    if enrolling.take_answer(draft):
        return
    enrollment = enrolling.find_code(draft)
    if enrollment and not guessing.bars_codes(draft):
        enrolling.take_code(draft, enrollment)
    elif draft.state.dialog is None or not _hold(draft):
        _follow_routes(draft)


def _asks_for_words(rules: Iterable[Rule]) -> bool:
    """Whether any of these rules asks for words, and not for the surroundings alone."""
    return any(want_words(rule.match) for rule in rules)


def _follow_routes(draft: Draft) -> None:
    """Let the first route that matches act, and those that go on before it; else the fallback."""
    draft.look_again()  # a dialog that hands over may have saved something
    _enrich(draft)
    if draft.case.book.codes and not _asks_for_words(routing(Draft(draft.case))):
        guessing.notice(draft)
    for rule in routing(draft):
        _act(draft, rule)
        if not rule.goes_on:
            return
        draft.look_again()
    _act(draft, draft.case.book.fallback)


def _hold(draft: Draft) -> bool:
    """Let the running dialog have the text; False where it does not take it."""
    state = draft.state.dialog
    if state is None:
        return False
    dialog = draft.case.book.dialogs[state.name]
    matching = _preview(draft)
    final = next((rule for rule in matching if not rule.goes_on), None)
    if final and "routes" in dialog.interrupted_by:
        if any(action.key in ENDS_A_DIALOG for action in final.do):
            asking.end(draft)
        return False
    if not dialogs.take(draft, state):
        return False
    draft.held_by = state.name
    draft.held_back += [rule.ref for rule in matching]
    return True


def _preview(draft: Draft) -> list[Rule]:
    """The routes that would act on the text, `enrich` included, without their doing so."""
    scratch = Draft(draft.case)
    _enrich(scratch)
    return list(routing(scratch))


def _enrich(draft: Draft) -> None:
    """Let every rule of `enrich` that matches act; each sees what those above it did."""
    for rule in enriching(draft):
        draft.enter(rule)
        perform(rule.do, draft)
        draft.look_again()


def _act(draft: Draft, rule: Rule) -> None:
    draft.enter(rule)
    perform(rule.do, draft)
