"""Enrollment codes and the YES that a double opt-in asks for."""

from dataclasses import replace
from datetime import timedelta

from keywords.normalize import words
from rules import asking
from rules.codes import named_code, near_codes, type_out
from rules.decision import AskEnrollment, Enroll, Prompt
from rules.draft import Draft
from rules.model import Enrollment, Rulebook
from rules.texts import builtin

PROMPT_WAITS = timedelta(hours=24)


def codes_at_stake(book: Rulebook, text: str, prompt: Prompt | None) -> frozenset[str]:
    """The codes about which a decision needs to know who is enrolled and whether they are full:
    those that the text may be, the one that is asked about, and those that rules enroll into.
    """
    if not book.codes:
        return frozenset()
    typed, asked = type_out(words(text)), prompt.code if prompt else None
    named = named_code(book.codes, typed)
    near = near_codes(book.codes, typed) if named is None else ()
    return frozenset(
        code for code in (named, asked, *near, *book.enrolling) if code and code in book.enrollments
    )


def find_code(draft: Draft) -> Enrollment | None:
    """The enrollment whose code is the whole text, on one of its numbers.

    None for someone who has opted out: the question for YES could not be sent.
    """
    book, facts = draft.case.book, draft.case.facts
    if facts.opted_out or not book.codes:
        return None
    code = named_code(book.codes, type_out(draft.case.heard.words))
    enrollment = book.enrollments[code] if code else None
    return enrollment if enrollment and facts.to in enrollment.numbers else None


def names_code(book: Rulebook, text: str) -> bool:
    """Whether the whole text is a code that every number of the tenant takes."""
    code = named_code(book.codes, type_out(words(text)))
    return code is not None and set(book.enrollments[code].numbers) >= set(book.numbers)


def take_code(draft: Draft, enrollment: Enrollment) -> None:
    """Answer an enrollment code: say why it cannot be, ask for YES, or enroll at once."""
    draft.code = enrollment.code
    if why_not := refusal(draft, enrollment):
        draft.say_answer(why_not)
    elif enrollment.confirm == "double":
        draft.effects.append(AskEnrollment(enrollment.code))
        draft.confirm("confirm", frequency=enrollment.frequency)
        expires_at = draft.case.facts.at + PROMPT_WAITS
        draft.state = replace(draft.state, prompt=Prompt(enrollment.code, expires_at))
    else:
        _enroll(draft, enrollment)


def take_answer(draft: Draft) -> bool:
    """Take a bare YES or NO as the answer to a waiting double opt-in; False where none waits."""
    prompt, answer = draft.state.prompt, draft.case.reading.answer
    if prompt is None:
        return False
    enrollment = draft.case.book.enrollments.get(prompt.code)
    if enrollment is None or prompt.expires_at <= draft.case.facts.at:
        draft.state = replace(draft.state, prompt=None)
        return False
    if answer is None:
        return False
    draft.state = replace(draft.state, prompt=None)
    if answer == "yes":
        if why_not := refusal(draft, enrollment):
            draft.say_answer(why_not)
        else:
            _enroll(draft, enrollment)
    return True


def refusal(draft: Draft, enrollment: Enrollment) -> str | None:
    """The built-in answer that says why someone cannot enroll; None where they can."""
    facts = draft.case.facts
    today = facts.at.astimezone(draft.case.book.timezone).date()
    if enrollment.code in facts.enrolled:
        return "code-known"
    if (enrollment.since and today < enrollment.since) or (
        enrollment.until and today > enrollment.until
    ):
        return "code-closed"
    return "code-full" if enrollment.code in facts.full else None


def _enroll(draft: Draft, enrollment: Enrollment) -> None:
    """Enroll, and say what carriers demand unless the question before has said it."""
    draft.effects.append(Enroll(enrollment.code, enrollment.group))
    if enrollment.welcome:
        book, language = draft.case.book, draft.case.language
        program = builtin.program(book, language, frequency=enrollment.frequency)
        draft.ask(enrollment.welcome, program)
    elif enrollment.confirm == "single" or not enrollment.dialog:
        draft.confirm("opt-in", frequency=enrollment.frequency)
    if enrollment.dialog:
        asking.begin(draft, enrollment.dialog)
