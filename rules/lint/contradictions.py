"""Actions of one list that take back, or say again, what another does."""

from rules.actions.handing import Escalation
from rules.decision import Assign
from rules.file.scope import Scope
from rules.model import Action, Condition, Rule, Rulebook

_NEED_IT_OPEN = ("assign", "escalate", "snooze", "start", "enroll")


def check_actions(book: Rulebook, scope: Scope) -> None:
    """Note what contradicts itself in rules and in what dialogs end with."""
    for rule in (*book.protect, *book.enrich, *book.routes, book.fallback):
        _check(rule.do, rule.match, book, scope)
    for dialog in book.dialogs.values():
        _check(dialog.done, (), book, scope)
    _check_fallback(book.fallback, scope)


def _check(
    actions: tuple[Action, ...], match: tuple[Condition, ...], book: Rulebook, scope: Scope
) -> None:
    _check_escalations(actions, match, book, scope)
    close = next((action for action in actions if action.key == "close"), None)
    other = next((action for action in actions if action.key in _NEED_IT_OPEN), None)
    if close and other:
        message = f"`close` ends what `{other.key}` in line {other.line} begins; keep one of them"
        scope.add("BH509", close, message)


def _check_escalations(
    actions: tuple[Action, ...], match: tuple[Condition, ...], book: Rulebook, scope: Scope
) -> None:
    assigned = [_holder(action.value, match, book) for action in actions if action.key == "assign"]
    for action in actions:
        if action.key == "escalate" and any(_same(action.value, to) for to in assigned):
            who = action.value.to.team or action.value.to.staff
            scope.add("BH416", action, f"{who} has the thread already when this escalates to it")


def _holder(to: Assign, match: tuple[Condition, ...], book: Rulebook) -> Assign:
    """Who has the thread after an assignment, as far as the conditions tell: a team's backup where
    they say that the team is closed.
    """
    closed = {name for each in match if each.key == "outside" for name in each.value}
    name, seen = to.team, set[str]()
    while name and name in book.teams and name not in seen:
        seen.add(name)
        team = book.teams[name]
        if not team.backup or team.hours not in closed:
            break
        name = team.backup
    return Assign(name, to.staff)


def _same(escalation: Escalation, to: Assign) -> bool:
    return (escalation.to.team, escalation.to.staff) == (to.team, to.staff)


def _check_fallback(fallback: Rule, scope: Scope) -> None:
    """No text is left with nobody."""
    if fallback.do and all(action.key != "assign" for action in fallback.do):
        message = "without an `assign` in the fallback, a text may stay with no one"
        scope.add("BH508", fallback, message)
