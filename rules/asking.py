"""A dialog's questions: beginning it, asking, ending it."""

from dataclasses import replace

from rules.decision import DialogState
from rules.draft import Draft
from rules.model import Dialog, Step


def begin(draft: Draft, name: str) -> None:
    """Start a dialog with its first question; one that runs ends."""
    dialog = draft.case.book.dialogs[name]
    ask(draft, dialog, dialog.steps[0], DialogState(name, "", draft.case.facts.at))


def ask(draft: Draft, dialog: Dialog, step: Step, state: DialogState) -> None:
    """Put a step's question; the dialog expires so long after it."""
    expires_at = draft.case.facts.at + dialog.expires
    asked = replace(state, step=step.id, expires_at=expires_at)
    draft.state = replace(draft.state, dialog=asked)
    draft.ask(step.ask)


def end(draft: Draft) -> None:
    """Leave the dialog, without a word."""
    draft.state = replace(draft.state, dialog=None)
