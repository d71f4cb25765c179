"""The inbox: the views of threads, one thread, and what staff does with it.

Whole pages live under /inbox/<view> and /inbox/<view>/<thread>; the parts of them that are shown
afresh live below, under …/list and …/fragment. Acting works with and without scripts.
"""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from router.flows import inbox, letter
from router.flows.consent.standing import Purpose
from router.flows.letter import Letter
from router.flows.threads import View
from router.web import consent, handing, push, review, shift, story
from router.web.parts import parts
from router.web.staff import me, require_staff
from router.web.thread_view import (
    IN_VIEW,
    THREAD,
    Place,
    find_thread,
    refuse_odd_ids,
    show_after,
    show_list,
    show_page,
    show_part,
)

DEFAULT_VIEW: View = "open"
PURPOSES: dict[str, Purpose] = {"answer": "answer", "service": "service", "marketing": "marketing"}
ABOUT = "about:"

pages = Blueprint("inbox", __name__, url_prefix="/inbox")
pages.before_request(require_staff)
pages.before_request(refuse_odd_ids)
for acts in (consent, handing, push, review, shift, story):
    pages.register_blueprint(acts.pages)


@pages.get("")
def home() -> AnyResponse:
    """To the default view."""
    return redirect(url_for("inbox.view_threads", view=DEFAULT_VIEW))


@pages.get(IN_VIEW)
def view_threads(view: Place) -> str:
    """A view, with no thread open."""
    return show_page(view, None)


@pages.get(IN_VIEW + "/list")
def list_threads(view: Place) -> str:
    """The list of a view, alone."""
    return show_list(view)


@pages.get(THREAD)
def view_thread(view: Place, thread_id: str) -> str:
    """A view, with a thread open."""
    return show_page(view, find_thread(thread_id))


@pages.get(THREAD + "/fragment")
def show_thread(view: Place, thread_id: str) -> str:
    """A thread, alone."""
    return show_part(view, find_thread(thread_id))


@pages.post(THREAD + "/claim")
def claim(view: Place, thread_id: str) -> AnyResponse:
    """Take a thread into one's own hands."""
    return show_after(view, thread_id, inbox.claim(parts().world, me(), thread_id))


@pages.post(THREAD + "/close")
def close(view: Place, thread_id: str) -> AnyResponse:
    """Close a thread; the next text opens it again."""
    return show_after(view, thread_id, inbox.close(parts().world, me(), thread_id))


@pages.post(THREAD + "/reply")
def reply(view: Place, thread_id: str) -> AnyResponse:
    """Write to the contact; a form that is sent twice is one text. What is refused comes back with
    the text still in the composer.
    """
    about = request.form.get("about", "answer")
    written = _letter(thread_id, about)
    acted = letter.reply(parts().world, me(), thread_id, written)
    kept = {"text": written.text, "about": about} if acted.refusal else {}
    return show_after(view, thread_id, acted, replied=True, **kept)


def _letter(thread_id: str, about: str) -> Letter:
    """What the composer holds. `about` is a purpose, or a topic of the rulebook."""
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    once = request.form.get("once")
    if about in PURPOSES:
        return Letter(text, once, PURPOSES[about])
    topic = about.removeprefix(ABOUT)
    if topic == about or topic not in find_thread(thread_id).topics:
        abort(400)
    return Letter(text, once, "service", topic)
