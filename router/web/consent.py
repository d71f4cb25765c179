"""What staff records about a person's consent, from the page of their thread.

The routes belong to the inbox, and are guarded as it is. A refused form comes back as it was typed.
"""

from collections.abc import Callable

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response as AnyResponse

from router.flows.acting import Acted
from router.flows.consent import desk
from router.flows.consent.desk import Agreed
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.web.parts import parts
from router.web.staff import me
from router.web.thread_view import THREAD, Place, show_after

Noted = Callable[[World, StaffIdentity, str, str], Acted]
"""An act on the thread of an id, with the note that is kept as its reason."""

SCOPES: dict[str, Agreed] = {"service": "service", "marketing": "marketing"}

pages = Blueprint("consent", __name__)


@pages.post(THREAD + "/opt-out")
def opt_out(view: Place, thread_id: str) -> AnyResponse:
    """They opted out by phone or in person; or, without a note, in the text in doubt."""
    return _act_with_note(view, thread_id, "opt-out", desk.record_opt_out)


@pages.post(THREAD + "/keep")
def keep(view: Place, thread_id: str) -> AnyResponse:
    """The text in doubt was no opt-out."""
    return show_after(view, thread_id, desk.keep(parts().world, me(), thread_id))


@pages.post(THREAD + "/correct")
def correct(view: Place, thread_id: str) -> AnyResponse:
    """The opt-out was recorded by mistake."""
    return _act_with_note(view, thread_id, "correct", desk.correct_opt_out)


@pages.post(THREAD + "/agreed")
def agreed(view: Place, thread_id: str) -> AnyResponse:
    """They agreed to service texts, or to marketing."""
    scope = SCOPES.get(request.form.get("scope", ""))
    if scope is None:
        abort(400)

    def record(world: World, staff: StaffIdentity, thread_id: str, note: str) -> Acted:
        return desk.record_consent(world, staff, thread_id, scope, note)

    return _act_with_note(view, thread_id, f"agreed-{scope}", record)


@pages.post(THREAD + "/seen")
def seen(view: Place, thread_id: str) -> AnyResponse:
    """Staff has read why the thread was flagged."""
    return show_after(view, thread_id, desk.clear_flags(parts().world, me(), thread_id))


@pages.post(THREAD + "/block")
def block(view: Place, thread_id: str) -> AnyResponse:
    """What this sender writes shall reach nobody."""
    return _act_with_note(view, thread_id, "block", desk.block)


@pages.post(THREAD + "/unblock")
def unblock(view: Place, thread_id: str) -> AnyResponse:
    """What this sender writes is routed again."""
    return show_after(view, thread_id, desk.unblock(parts().world, me(), thread_id))


def _act_with_note(view: Place, thread_id: str, form: str, act: Noted) -> AnyResponse:
    note = request.form.get("note", "")
    acted = act(parts().world, me(), thread_id, note)
    kept = {"form": form, "note": note} if acted.refusal and note else {}
    return show_after(view, thread_id, acted, **kept)
