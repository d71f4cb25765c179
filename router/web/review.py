"""Deciding what becomes of a message of which nobody knows whether it was sent.

From the page of its thread, or from the list of all such messages. The routes belong to the inbox,
and are guarded as it is.
"""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from router.flows.acting import Acted
from router.flows.sending import review
from router.flows.sending.review import Choice
from router.web.parts import parts
from router.web.staff import is_fragment, me
from router.web.thread_view import REFUSED, THREAD, Place, show_after, show_list, show_page

CHOICES: dict[str, Choice] = {"again": "again", "arrived": "arrived"}

pages = Blueprint("review", __name__)


@pages.post(THREAD + "/review/<message_id>")
def decide(view: Place, thread_id: str, message_id: str) -> AnyResponse:
    """Send it again, or take it as sent."""
    choice = CHOICES.get(request.form.get("choice", ""))
    if choice is None:
        abort(400)
    acted = review.decide(parts().world, me(), thread_id, message_id, choice)
    if "listed" in request.form:
        return _show_list_after(view, acted)
    return show_after(view, thread_id, acted)


def _show_list_after(view: Place, acted: Acted) -> AnyResponse:
    parts().bell.ring(acted.ripples)
    if is_fragment():
        html = show_list(view, list_refusal=acted.refusal)
    elif acted.refusal is None:
        return redirect(url_for("inbox.view_threads", view=view))
    else:
        html = show_page(view, None, list_refusal=acted.refusal)
    return Response(html, REFUSED if acted.refusal else 200)
