"""The switch with which staff begins and ends its shift, in the sidebar of every page.

The routes belong to the inbox, and are guarded as it is.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from router.flows import shifts
from router.flows.shifts import Shift
from router.web.parts import parts
from router.web.staff import is_fragment, me, safe_next

SWITCH = {"on": True, "off": False}

pages = Blueprint("shift", __name__)


def my_shift() -> Shift:
    """The shift of whoever is signed in."""
    return shifts.shift_of(parts().world, me().tenant_id, me().handle)


@pages.get("/shift")
def show() -> str:
    """The switch, alone."""
    return render_template("inbox/shift.html", me=me(), shift=my_shift())


@pages.post("/shift")
def change() -> AnyResponse | str:
    """Begin or end one's shift; without scripts this leads back to where the switch was."""
    wanted = SWITCH.get(request.form.get("shift", ""))
    if wanted is None:
        abort(400)
    parts().bell.ring(shifts.set_shift(parts().world, me().tenant_id, me().handle, on=wanted))
    if is_fragment():
        return show()
    return redirect(safe_next(request.form.get("next")) or url_for("inbox.home"))
