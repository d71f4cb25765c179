"""A dialog that runs: taking a text as its answer, going on or giving up."""

from dataclasses import replace

from rules.actions.table import perform
from rules.asking import ask, end
from rules.decision import DialogState
from rules.draft import Draft
from rules.expecting.table import answer_to
from rules.model import Dialog, Step


def running(draft: Draft) -> DialogState | None:
    """The dialog that waits for this text; one that has expired, or is gone, is ended silently."""
    state = draft.state.dialog
    if state is None:
        return None
    dialog = draft.case.book.dialogs.get(state.name)
    known = dialog is not None and any(step.id == state.step for step in dialog.steps)
    if not known or state.expires_at <= draft.case.facts.at:
        end(draft)
        return None
    return state


def take(draft: Draft, state: DialogState) -> bool:
    """Take the text as the answer that the dialog waits for; False where it hands the text over."""
    dialog = draft.case.book.dialogs[state.name]
    step = _step(dialog, state.step)
    draft.values.update(state.saved)
    answer = answer_to(step, draft.case)
    if answer is None:
        return _missed(draft, dialog, step, state)
    if step.save:
        draft.save(step.save, answer)
        state = replace(state, saved={**state.saved, step.save: answer})
    return _go_to(draft, dialog, step.on.get(answer) or _after(dialog, step), state)


def _missed(draft: Draft, dialog: Dialog, step: Step, state: DialogState) -> bool:
    misses = {**state.misses, step.id: state.misses.get(step.id, 0) + 1}
    state = replace(state, misses=misses)
    if misses[step.id] <= step.retries:
        return _go_to(draft, dialog, step.id, state)
    target = step.otherwise
    if (
        target not in ("handover", "cancel")
        and misses.get(target, 0) > _step(dialog, target).retries
    ):
        target = "handover"  # it gave up on that step before: going back would never end
    return _go_to(draft, dialog, target, state)


def _go_to(draft: Draft, dialog: Dialog, target: str, state: DialogState) -> bool:
    """Go to a step, or to one of the ends; False for a handover."""
    if target in ("done", "cancel", "handover"):
        end(draft)
        if target == "done":
            draft.rule_id, draft.closing = dialog.name, True
            perform(dialog.done, draft)
            draft.closing = False
        return target != "handover"
    ask(draft, dialog, _step(dialog, target), state)
    return True


def _after(dialog: Dialog, step: Step) -> str:
    following = dialog.steps[dialog.steps.index(step) + 1 :]
    return following[0].id if following else "done"


def _step(dialog: Dialog, step_id: str) -> Step:
    return next(step for step in dialog.steps if step.id == step_id)
