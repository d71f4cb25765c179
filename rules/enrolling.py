"""Enrollment codes and the YES that a double opt-in asks for."""

from dataclasses import replace
from datetime import timedelta

from rules import builtin, dialogs
from rules.codes import fold_code
from rules.decision import AskEnrollment, Enroll, Prompt, Say
from rules.draft import Draft
from rules.model import Enrollment, Rulebook

PROMPT_WAITS = timedelta(hours=24)


def find_code(draft: Draft) -> Enrollment | None:
    """The enrollment whose code is the whole text, on one of its numbers.

    None for someone who has opted out: the question for YES could not be sent.
    """
    book, facts = draft.case.book, draft.case.facts
    if facts.opted_out:
        return None
    code = book.codes.get(fold_code(draft.case.heard.text))
    enrollment = book.enrollments[code] if code else None
    return enrollment if enrollment and facts.to in enrollment.numbers else None


def names_code(book: Rulebook, text: str) -> bool:
    """Whether the whole text is a code that every number of the tenant takes."""
    code = book.codes.get(fold_code(text))
    return code is not None and set(book.enrollments[code].numbers) >= set(book.numbers)


def take_code(draft: Draft, enrollment: Enrollment) -> None:
    """Answer an enrollment code: say why it cannot be, ask for YES, or enroll at once."""
    draft.code = enrollment.code
    if refusal := _refusal(draft, enrollment):
        _say(draft, refusal)
    elif enrollment.confirm == "double":
        draft.effects.append(AskEnrollment(enrollment.code))
        _say(draft, "confirm", frequency=enrollment.frequency, kind="question")
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
        if refusal := _refusal(draft, enrollment):
            _say(draft, refusal)
        else:
            _enroll(draft, enrollment)
    return True


def _refusal(draft: Draft, enrollment: Enrollment) -> str | None:
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
        _say(draft, "opt-in", frequency=enrollment.frequency, kind="question")
    if enrollment.dialog:
        dialogs.begin(draft, enrollment.dialog)


def _say(draft: Draft, template: str, *, frequency: str = "", kind: str = "reply") -> None:
    text = builtin.answer(draft.case.book, template, draft.case.language, frequency=frequency)
    say = Say(template, text, draft.case.language, "question" if kind == "question" else "reply")
    draft.effects.append(say)
