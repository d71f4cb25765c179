"""The page behind "why here": the story of one text, beside the list of threads."""

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, abort, render_template

from router.flows.story import tell_story
from router.web.parts import parts
from router.web.staff import is_fragment, me
from router.web.thread_view import THREAD, Place, show_page
from rules.story.explain import RuleStory

NOT_MATCHED = "did not match"
OUTCOMES = {
    "acted": "Acted",
    "in shadow": "Would have, but is in shadow",
    "held back": "Held back by the dialog",
    "not in force": "Not in force for them, or then",
    "came too late": "Would have, came later",
    NOT_MATCHED: "Did not match",
}
TONES = {"acted": "done", NOT_MATCHED: "quiet"}
MISSING = {
    "no_rule": "It was the code that confirms a deletion: no rule was asked.",
    "earlier_version": "It came in under an earlier version of Bellhop, which did not keep all "
    "that is needed to tell the whole story.",
    "later_version": "It was recorded by a later version of Bellhop.",
    "rulebook_lost": "Its rulebook was written for an earlier version of Bellhop and does not load "
    "any more.",
}

pages = Blueprint("story", __name__)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rules of one section, one after the other, that matched or did not."""

    section: str
    matched: bool
    rules: tuple[RuleStory, ...]


@pages.get(THREAD + "/why/<message_id>")
def show(view: Place, thread_id: str, message_id: str) -> str:
    """The story of one text: a whole page, or its part alone for a script."""
    staff = me()
    story = tell_story(parts().world, staff.tenant_id, thread_id, message_id)
    if story is None:
        abort(404)
    shown = {
        "story": story,
        "stretches": stretches(story.told.explanation.rules) if story.told else [],
        "outcomes": OUTCOMES,
        "tones": TONES,
        "missing": MISSING,
    }
    if is_fragment():
        return render_template("inbox/story.html", view=view, **shown)
    return show_page(view, None, **shown)


def stretches(rules: tuple[RuleStory, ...]) -> list[Stretch]:
    """The rules in their order, those that did not match gathered, so that the others stand out."""
    found = groupby(rules, lambda rule: (rule.section, rule.outcome != NOT_MATCHED))
    return [Stretch(section, matched, tuple(some)) for (section, matched), some in found]
