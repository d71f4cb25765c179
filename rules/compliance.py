"""What the built-in words bring about, above every rule."""

from dataclasses import replace
from datetime import timedelta

from keywords.reading import Meaning
from rules.decision import (
    EVERYTHING,
    OptIn,
    OptOut,
    WantBack,
    number_scope,
    topic_scope,
)
from rules.draft import Draft
from rules.objections import object_to

SILENCE = timedelta(hours=24)  # so long a clarifying question waits for its answer
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
    draft.muted = draft.muted or any(wish is not Meaning.NONE for wish in wishes)
    if all(wish in GO_ON for wish in wishes):
        return True
    draft.stay_shut()
    return False


def _obey_one(draft: Draft, wish: Meaning) -> None:
    match wish:
        case Meaning.OPT_OUT if draft.case.reading.topics:
            object_to(draft, draft.case.reading.topics)
        case Meaning.OPT_OUT:
            _opt_out(draft)
        case Meaning.OPT_IN:
            _opt_in(draft)
        case Meaning.HELP:
            draft.say_answer("help")
        case Meaning.DELETE:
            draft.ask_privacy("delete")
        case Meaning.ACCESS:
            draft.ask_privacy("access")
        case Meaning.CORRECT:
            draft.ask_privacy("correct")
        case Meaning.AMBIGUOUS:
            _ask_back(draft)
        case Meaning.NONE:
            pass


def _opt_out(draft: Draft) -> None:
    """Stop everything, with one confirmation in all: none to someone who was told already."""
    number = draft.case.book.numbers[draft.case.facts.to]
    alone = number.opt_out == "number"
    draft.effects.append(OptOut(number_scope(number.address) if alone else EVERYTHING))
    if not draft.case.facts.opted_out or draft.case.facts.unconfirmed:
        draft.acknowledge("opt-out")
    draft.drop_questions()
    _end_doubt(draft)
    draft.unflag("start")


def _opt_in(draft: Draft) -> None:
    """Lift what keeps texts from the contact; where the carrier does, say how they lift that."""
    _end_doubt(draft)
    if draft.case.facts.carrier_blocks:
        draft.effects.append(WantBack())
        draft.say_answer("opt-in-carrier")
        draft.flag("start")
    else:
        draft.effects.append(OptIn(_suppressed(draft)))
        draft.say_answer("opt-in")
        draft.unflag("start")


def _suppressed(draft: Draft) -> tuple[str, ...]:
    """The scopes that a START lifts: the whole opt-out, else the objections to topics."""
    facts = draft.case.facts
    if facts.opted_out:
        return (EVERYTHING, number_scope(draft.case.book.numbers[facts.to].address))
    return (EVERYTHING, *(topic_scope(topic) for topic in sorted(facts.topics_out)))


def _ask_back(draft: Draft) -> None:
    """Show staff what may be an opt-out, and ask once whether it is; not of who is out already."""
    facts = draft.case.facts
    if facts.opted_out:
        return
    draft.flag("doubt")
    if not (draft.state.asked_back or facts.carrier_blocks):
        asked = draft.say_answer("clarify")
        draft.state = replace(draft.state, asked_back=asked)


def _end_doubt(draft: Draft) -> None:
    draft.unflag("doubt")
    draft.state = replace(draft.state, asked_back=False)
