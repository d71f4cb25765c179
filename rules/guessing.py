"""Texts that are nearly a code, or look like one: a hint for people, a bar to those who guess."""

from dataclasses import replace

from rules.codes import Codes, looks_like_code, named_code, near_codes, type_out
from rules.draft import Draft
from rules.enrolling import refusal
from rules.limits import GUESSES, guesses_at


def bars_codes(draft: Draft) -> bool:
    """Whether so many codes were guessed lately that not even a right one is taken."""
    return len(guesses_at(draft.state.recent, draft.case.facts.at)) >= GUESSES


def notice(draft: Draft) -> None:
    """Look at a text that no rule wants by its words.

    A near miss is answered with the code, once; whatever may be a guess is counted, and past the
    limit no rule replies to it.
    """
    codes = _codes_here(draft)
    if not codes or draft.muted or draft.case.facts.opted_out:
        return
    heard = draft.case.heard
    typed = type_out(heard.words)
    named, near = named_code(codes, typed), near_codes(codes, typed)
    if not (named or near or looks_like_code(typed, heard.text)):
        return
    if bars_codes(draft):
        draft.muted = True
        draft.flag_once("guessing")
    if not named:
        _count(draft)
    if not draft.muted:
        _hint(draft, near)


def _codes_here(draft: Draft) -> Codes:
    """The codes of the number that the text came to."""
    book, to = draft.case.book, draft.case.facts.to
    return {
        folded: code for folded, code in book.codes.items() if to in book.enrollments[code].numbers
    }


def _count(draft: Draft) -> None:
    """One guess more; the newest tell all that matters."""
    at, recent = draft.case.facts.at, draft.state.recent
    guesses = (*guesses_at(recent, at), at)[-GUESSES:]
    draft.state = replace(draft.state, recent=replace(recent, guesses=guesses))


def _hint(draft: Draft, near: tuple[str, ...]) -> None:
    """Say which code was meant, where it can only be one, and one that can be joined."""
    enrollments = draft.case.book.enrollments
    open_ones = [code for code in near if refusal(draft, enrollments[code]) is None]
    if len(open_ones) != 1 or open_ones[0] in draft.state.hinted:
        return
    if draft.say_answer("code-near", {"enrollment": open_ones[0]}):
        draft.state = replace(draft.state, hinted=draft.state.hinted | {open_ones[0]})
        draft.muted = True
