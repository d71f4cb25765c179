"""Passing a thread on, giving it back, and putting it aside, from its page.

The routes belong to the inbox, and are guarded as it is.
"""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response as AnyResponse

from router.flows import handing, snooze
from router.web.parts import parts
from router.web.staff import me
from router.web.thread_view import THREAD, Place, show_after

TEAM, STAFF = "team:", "staff:"

pages = Blueprint("handing", __name__)


@pages.post(THREAD + "/hand-over")
def hand_over(view: Place, thread_id: str) -> AnyResponse:
    """To a team, or to somebody who is on shift."""
    to = request.form.get("to", "")
    if to.startswith(TEAM):
        acted = handing.hand_to_team(parts().world, me(), thread_id, to.removeprefix(TEAM))
    elif to.startswith(STAFF):
        handle = to.removeprefix(STAFF)
        acted = handing.hand_to_colleague(parts().world, me(), thread_id, handle)
    else:
        abort(400)
    return show_after(view, thread_id, acted)


@pages.post(THREAD + "/release")
def release(view: Place, thread_id: str) -> AnyResponse:
    """Back to its team, for somebody else."""
    return show_after(view, thread_id, handing.release(parts().world, me(), thread_id))


@pages.post(THREAD + "/snooze")
def put_aside(view: Place, thread_id: str) -> AnyResponse:
    """For an hour, until tomorrow morning, for a week."""
    length = request.form.get("length", "")
    if length not in snooze.SNOOZES:
        abort(400)
    return show_after(view, thread_id, snooze.snooze(parts().world, me(), thread_id, length))


@pages.post(THREAD + "/wake")
def wake(view: Place, thread_id: str) -> AnyResponse:
    """Go on with it before its time."""
    return show_after(view, thread_id, snooze.wake_up(parts().world, me(), thread_id))
