"""Dialogs that cannot go as they are written: in a circle, past steps that nothing leads to."""

from collections.abc import Iterator

from rules.actions.table import ASKS
from rules.file.scope import Scope
from rules.model import Action, Dialog, Rulebook, Step
from rules.sections.circles import find_circles

_ENROLL = "enroll {}"  # no dialog is called so, for names have no spaces


def check_dialogs(book: Rulebook, scope: Scope) -> None:
    """Note circles of dialogs, what follows the start of another, and what no answer leads to."""
    for dialog in book.dialogs.values():
        _check_last(dialog, scope)
        _check_steps(dialog, scope)
    for circle in find_circles(_following(book)):
        place = next(scope.declared["dialogs"][name] for name in circle if name in book.dialogs)
        scope.add("BH427", place, f"dialogs start one another in a circle: {' → '.join(circle)}")


def _following(book: Rulebook) -> dict[str, str | None]:
    """What each dialog begins as it is done: another, or an enrollment that begins one."""
    following: dict[str, str | None] = {}
    for name, dialog in book.dialogs.items():
        asking = _asking(dialog)
        if asking is not None:
            following[name] = (
                _ENROLL.format(asking.value) if asking.key == "enroll" else asking.value
            )
    for code, enrollment in book.enrollments.items():
        following[_ENROLL.format(code)] = enrollment.dialog
    return following


def _asking(dialog: Dialog) -> Action | None:
    return next((action for action in dialog.done if action.key in ASKS), None)


def _check_last(dialog: Dialog, scope: Scope) -> None:
    """A dialog starts another as its last act; of a reply after that, reading has told."""
    asking = _asking(dialog)
    after = dialog.done[dialog.done.index(asking) + 1 :] if asking else ()
    if asking and any(action.key not in ("reply", *ASKS) for action in after):
        scope.add("BH415", asking, f"`{asking.key}` must be the last action of `done`")


def _check_steps(dialog: Dialog, scope: Scope) -> None:
    """Every step, and `done` where it does something, is where some answer leads."""
    below = [*(step.id for step in dialog.steps[1:]), "done"]
    steps = {step.id: (step, next_id) for step, next_id in zip(dialog.steps, below, strict=False)}
    reached: set[str] = set()
    ahead = [step.id for step in dialog.steps[:1]]
    while ahead:
        at = ahead.pop()
        if at not in reached:
            reached.add(at)
            ahead += _leads_to(*steps[at]) if at in steps else ()
    for step in dialog.steps:
        if step.id not in reached:
            scope.add("BH428", step, f"no answer leads to the step '{step.id}' of '{dialog.name}'")
    if dialog.done and "done" not in reached:
        scope.add("BH428", dialog.done[0], f"no answer leads to `done` of '{dialog.name}'")


def _leads_to(step: Step, below: str) -> Iterator[str]:
    """Where the answers to a step lead, those that do not fit included."""
    answers = {"choice": tuple(step.choices), "yes_no": ("yes", "no")}.get(step.expect, ())
    yield step.otherwise
    yield from step.on.values()
    if not answers or any(answer not in step.on for answer in answers):
        yield below
