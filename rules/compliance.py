"""What the built-in words bring about, above every rule."""

from dataclasses import replace

from keywords.reading import Meaning
from rules import builtin
from rules.decision import AskPrivacy, Flag, OptIn, OptOut, Say
from rules.draft import Draft

GO_ON = frozenset({Meaning.HELP, Meaning.AMBIGUOUS, Meaning.NONE})
"""Readings that still go on to routing; the others end here."""


def obey(draft: Draft) -> bool:
    """Do what each wish of the reading asks for; True where the text goes on to routing.

    A text that ends here opens no thread: one that was new counts as closed afterwards.
    """
    reading = draft.case.reading
    wishes = tuple(dict.fromkeys((reading.meaning, *reading.also)))
    for wish in wishes:
        if not (wish is Meaning.OPT_IN and Meaning.OPT_OUT in wishes):
            _obey_one(draft, wish)
    draft.muted = any(wish is not Meaning.NONE for wish in wishes)
    if all(wish in GO_ON for wish in wishes):
        return True
    if draft.state.state == "new":
        draft.state = replace(draft.state, state="closed")
    return False


def _obey_one(draft: Draft, wish: Meaning) -> None:
    match wish:
        case Meaning.OPT_OUT:
            _opt_out(draft)
        case Meaning.OPT_IN:
            draft.effects += [OptIn(), _say(draft, "opt-in")]
        case Meaning.HELP:
            draft.effects.append(_say(draft, "help"))
        case Meaning.DELETE:
            draft.effects.append(AskPrivacy("delete", _say(draft, "delete")))
        case Meaning.ACCESS:
            draft.effects.append(AskPrivacy("access", _say(draft, "access")))
        case Meaning.CORRECT:
            draft.effects.append(AskPrivacy("correct", _say(draft, "correct")))
        case Meaning.AMBIGUOUS:
            draft.effects.append(Flag())
        case Meaning.NONE:
            pass


def _opt_out(draft: Draft) -> None:
    """Stop everything, with one confirmation in all: none to someone who is opted out already."""
    draft.effects.append(OptOut())
    if not draft.case.facts.opted_out:
        draft.effects.append(_say(draft, "opt-out"))
    draft.drop_questions()


def _say(draft: Draft, template: str) -> Say:
    text = builtin.answer(draft.case.book, template, draft.case.language)
    return Say(template, text, draft.case.language, "compliance")
