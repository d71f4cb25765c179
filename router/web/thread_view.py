"""A thread on a page: found, shown whole or as a part, and shown again after an action."""

from typing import Literal

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from router.flows import thread_page, threads
from router.flows.acting import Acted
from router.flows.sending.review import count_review, list_review
from router.flows.sending.stopped import stopped_senders
from router.flows.tenants import banner, tenant_name
from router.flows.thread_page import ThreadPage
from router.flows.threads import View
from router.store.ids import is_id, new_id
from router.web.parts import parts
from router.web.shift import my_shift
from router.web.staff import is_fragment, me

Place = View | Literal["review"]
"""What the list of a page holds: threads, or the messages that wait for a decision."""

VIEWS: dict[View, str] = {
    "mine": "Mine",
    "team": "My team",
    "unclaimed": "Unassigned",
    "open": "All open",
    "snoozed": "Snoozed",
    "closed": "Closed",
}
REVIEW = "Not known whether it was sent"
IN_VIEW = "/<any(mine, team, unclaimed, open, snoozed, closed, review):view>"
THREAD = IN_VIEW + "/<thread_id>"
REFUSED = 422


def refuse_odd_ids() -> None:
    """What cannot be an id is not asked for: a database may refuse its letters."""
    given = request.view_args or {}
    ids = [given[name] for name in ("thread_id", "message_id") if name in given]
    if not all(map(is_id, ids)):
        abort(404)


def find_thread(thread_id: str) -> ThreadPage:
    """The thread; 404 where the business of whoever is signed in has no such one."""
    page = thread_page.open_thread(parts().world, me().tenant_id, thread_id)
    if page is None:
        abort(404)
    return page


def show_page(view: Place, thread: ThreadPage | None, **kept: object) -> str:
    """A view as a whole page, with a thread open or none. `kept` goes to the templates: what an
    action was refused for, and what had been typed.
    """
    business = tenant_name(parts().world, me().tenant_id)
    shown = {"business": business, "thread": thread, "once": new_id(), "shift": my_shift()}
    return render_template("inbox/page.html", **shown, **list_of(view), **kept)


def show_part(view: Place, thread: ThreadPage, **kept: object) -> str:
    """A thread, alone."""
    return render_template(
        "inbox/thread.html", view=view, thread=thread, me=me(), once=new_id(), **kept
    )


def show_after(view: Place, thread_id: str, acted: Acted, **kept: object) -> AnyResponse:
    """Ring for what an action left, and show the thread as it is now."""
    parts().bell.ring(acted.ripples)
    if acted.refusal is None and not is_fragment():
        return redirect(url_for("inbox.view_thread", view=view, thread_id=thread_id))
    page = find_thread(thread_id)
    show = show_part if is_fragment() else show_page
    html = show(view, page, refusal=acted.refusal, **kept)
    return Response(html, REFUSED if acted.refusal else 200, {"HX-Trigger": "threads-changed"})


def show_list(view: Place, **kept: object) -> str:
    """The list of a view, alone, with the marks that stand elsewhere on the page."""
    return render_template("inbox/list_part.html", **list_of(view), **kept)


def list_of(view: Place) -> dict[str, object]:
    """What the list of a view shows, and the marks beside the names of the views."""
    world, staff = parts().world, me()
    shown: dict[str, object] = {
        "me": staff,
        "view": view,
        "views": VIEWS,
        "title": REVIEW if view == "review" else VIEWS[view],
        "banner": banner(world, staff.tenant_id),
        "stopped": stopped_senders(world, staff.tenant_id),
        "in_review": count_review(world, staff.tenant_id),
    }
    if view == "review":
        return shown | {"reviews": list_review(world, staff.tenant_id)}
    return shown | {"threads": threads.list_threads(world, staff, view)}
