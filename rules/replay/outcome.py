"""What became of a text, as far as a business cares: who took it, who has it, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from keywords.reading import Meaning
from rules.decision import (
    AskEnrollment,
    AskPrivacy,
    Assign,
    Decision,
    Effect,
    Enroll,
    Say,
    Tag,
    ThreadState,
    Untag,
)
from rules.story.effects import describe_effect

_SHOWN_OTHERWISE = (Assign, Tag, Untag)  # the holder and the tags say it


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a text went: what took it (`by` and its `name`), and who has the thread afterwards.

    `by`: a rule, a running dialog, an enrollment code, a built-in word, or nothing at all.
    """

    by: Literal["rule", "dialog", "code", "word", "nothing"]
    name: str = ""
    holder: str = ""  # a team, a person's handle; empty: nobody


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision without what nobody would miss: the names of what was said, not the words.

    `also` holds all other effects, in words.
    """

    place: Place
    keyword: Meaning
    replies: tuple[str, ...]
    tags: frozenset[str]
    dialog: str | None
    enrollment: tuple[str, ...]
    also: tuple[str, ...]


Aspect = Literal["keyword", "replies", "tags", "dialog", "enrollment", "also"]
ASPECTS: tuple[Aspect, ...] = ("keyword", "replies", "tags", "dialog", "enrollment", "also")


def is_alike(before: Decision, after: Decision) -> bool:
    """Whether two decisions are the same at a glance, wherever in a file their rules stand.

    True means that their outcomes are equal; it is told sooner than by making both.
    """
    rule, other = before.rule, after.rule
    return (
        before.effects == after.effects
        and before.after == after.after
        and (rule.id if rule else None) == (other.id if other else None)
        and (before.held_by, before.code) == (after.held_by, after.code)
        and before.keyword is after.keyword
    )


def outcome_of(decision: Decision) -> Outcome:
    """What a decision comes to."""
    replies: list[str] = []
    enrollment: list[str] = []
    also: list[str] = []
    for effect in decision.effects:
        if isinstance(effect, Say):
            if not effect.withheld:
                replies.append(effect.template)
        elif isinstance(effect, AskEnrollment | Enroll):
            enrollment.append(_membership(effect))
        elif not isinstance(effect, _SHOWN_OTHERWISE):
            also.append(_in_words(effect, replies))
    after = decision.after
    return Outcome(
        place=_place(decision),
        keyword=decision.keyword,
        replies=tuple(replies),
        tags=after.tags,
        dialog=_dialog(after),
        enrollment=tuple(enrollment),
        also=tuple(also),
    )


def differences(before: Outcome, after: Outcome) -> list[tuple[Aspect, str, str]]:
    """What is different beside the place, each as it was and as it would be, in words."""
    return [
        (aspect, *_apart(getattr(before, aspect), getattr(after, aspect)))
        for aspect in ASPECTS
        if getattr(before, aspect) != getattr(after, aspect)
    ]


def _place(decision: Decision) -> Place:
    holder, rule = _holder(decision.after), decision.rule
    if rule is not None:
        return Place("rule", rule.id, holder)
    if decision.held_by is not None:
        return Place("dialog", decision.held_by, holder)
    if decision.code is not None:
        return Place("code", decision.code, holder)
    if decision.keyword is not Meaning.NONE:
        return Place("word", decision.keyword.value, holder)
    return Place("nothing", "", holder)


def _holder(after: ThreadState) -> str:
    person = after.last_assignee if after.claimed else None
    return person or after.team or ""


def _dialog(after: ThreadState) -> str | None:
    return f"{after.dialog.name}, at {after.dialog.step}" if after.dialog else None


def _membership(effect: AskEnrollment | Enroll) -> str:
    return effect.code if isinstance(effect, Enroll) else f"{effect.code} once they say YES"


def _in_words(effect: Effect, replies: list[str]) -> str:
    """An effect in words, without what a person wrote or is told."""
    if isinstance(effect, AskPrivacy):
        if not effect.say.withheld:
            replies.append(effect.say.template)
        return f"open a privacy request: {effect.kind}"
    return describe_effect(effect)


def _apart(before: object, after: object) -> tuple[str, str]:
    """Both in words; of two sets what each has alone, so that few texts make many of a kind."""
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return _words(sorted(before - after)), _words(sorted(after - before))
    return _words(before), _words(after)


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)
