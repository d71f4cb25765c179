"""Opting out of a topic, or of an enrollment, alone: "STOP ads", "STOP SUMMIT26"."""

from collections.abc import Iterable
from dataclasses import replace

from rules import asking
from rules.decision import OptOut, topic_scope
from rules.draft import Draft


def object_to(draft: Draft, topics: Iterable[str]) -> None:
    """Note an objection to each topic that is new, and confirm it once; all else goes on.

    What waits for the enrollment that somebody leaves waits no more.
    """
    facts = draft.case.facts
    new = [topic for topic in topics if topic not in facts.topics_out]
    draft.effects += [OptOut(topic_scope(topic)) for topic in new]
    if new and not facts.opted_out:
        said = ", ".join(_in_words(draft, topic) for topic in new)
        draft.acknowledge("opt-out-topic", {"topic": said})
    for code in new:
        _leave(draft, code)


def _in_words(draft: Draft, topic: str) -> str:
    """A topic as the rulebook words it first, in the text's language; a code as it is written."""
    book = draft.case.book
    groups = book.topics.get(topic, {})
    for language in (draft.case.language, *book.languages):
        if phrases := groups.get(language):
            return phrases[0].text
    return topic


def _leave(draft: Draft, code: str) -> None:
    prompt, dialog = draft.state.prompt, draft.state.dialog
    if prompt and prompt.code == code:
        draft.state = replace(draft.state, prompt=None)
    enrollment = draft.case.book.enrollments.get(code)
    if enrollment and dialog and dialog.name == enrollment.dialog:
        asking.end(draft)
