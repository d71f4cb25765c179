"""The inbox: the views of threads, one thread, and what staff does with it.

Whole pages live under /inbox/<view> and /inbox/<view>/<thread>; the parts of them that are shown
afresh live below, under …/list and …/fragment. Acting works with and without scripts.
"""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from router.flows import inbox, threads
from router.flows.inbox import Acted
from router.flows.tenants import banner, tenant_name
from router.flows.threads import ThreadPage, View
from router.store.ids import is_id, new_id
from router.web.parts import parts
from router.web.staff import is_fragment, me, require_staff

VIEWS: dict[View, str] = {
    "mine": "Mine",
    "team": "My team",
    "unclaimed": "Unassigned",
    "open": "All open",
    "closed": "Closed",
}
DEFAULT_VIEW: View = "open"
IN_VIEW = "/<any(mine, team, unclaimed, open, closed):view>"
THREAD = IN_VIEW + "/<thread_id>"
REFUSED = 422

pages = Blueprint("inbox", __name__, url_prefix="/inbox")
pages.before_request(require_staff)


@pages.before_request
def refuse_odd_ids() -> None:
    """What cannot be a thread's id is not asked for: a database may refuse its letters."""
    thread_id = (request.view_args or {}).get("thread_id")
    if thread_id is not None and not is_id(thread_id):
        abort(404)


@pages.get("")
def home() -> AnyResponse:
    """To the default view."""
    return redirect(url_for("inbox.view_threads", view=DEFAULT_VIEW))


@pages.get(IN_VIEW)
def view_threads(view: View) -> str:
    """A view, with no thread open."""
    return _page(view, None)


@pages.get(IN_VIEW + "/list")
def list_threads(view: View) -> str:
    """The list of a view, alone."""
    return render_template("inbox/list.html", **_list(view))


@pages.get(THREAD)
def view_thread(view: View, thread_id: str) -> str:
    """A view, with a thread open."""
    return _page(view, _find(thread_id))


@pages.get(THREAD + "/fragment")
def show_thread(view: View, thread_id: str) -> str:
    """A thread, alone."""
    return _thread(view, _find(thread_id))


@pages.post(THREAD + "/claim")
def claim(view: View, thread_id: str) -> AnyResponse:
    """Take a thread into one's own hands."""
    return _shown(view, thread_id, inbox.claim(parts().world, me(), thread_id))


@pages.post(THREAD + "/close")
def close(view: View, thread_id: str) -> AnyResponse:
    """Close a thread; the next text opens it again."""
    return _shown(view, thread_id, inbox.close(parts().world, me(), thread_id))


@pages.post(THREAD + "/reply")
def reply(view: View, thread_id: str) -> AnyResponse:
    """Write to the contact; a form that is sent twice is one text. What is refused comes back with
    the text still in the composer.
    """
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    acted = inbox.reply(parts().world, me(), thread_id, text, request.form.get("once"))
    return _shown(view, thread_id, acted, replied=True, text=text if acted.refusal else "")


def _shown(view: View, thread_id: str, acted: Acted, **kept: object) -> AnyResponse:
    """Ring for what an action left, and show the thread as it is now."""
    parts().bell.ring(acted.ripples)
    if acted.refusal is None and not is_fragment():
        return redirect(url_for("inbox.view_thread", view=view, thread_id=thread_id))
    page = _find(thread_id)
    show = _thread if is_fragment() else _page
    html = show(view, page, refusal=acted.refusal, **kept)
    return Response(html, REFUSED if acted.refusal else 200, {"HX-Trigger": "threads-changed"})


def _find(thread_id: str) -> ThreadPage:
    page = threads.open_thread(parts().world, me().tenant_id, thread_id)
    if page is None:
        abort(404)
    return page


def _page(view: View, thread: ThreadPage | None, **kept: object) -> str:
    tenant_id = me().tenant_id
    return render_template(
        "inbox/page.html",
        business=tenant_name(parts().world, tenant_id),
        thread=thread,
        once=new_id(),
        **_list(view),
        **kept,
    )


def _thread(view: View, thread: ThreadPage | None, **kept: object) -> str:
    return render_template(
        "inbox/thread.html", view=view, thread=thread, me=me(), once=new_id(), **kept
    )


def _list(view: View) -> dict[str, object]:
    staff = me()
    return {
        "me": staff,
        "view": view,
        "views": VIEWS,
        "banner": banner(parts().world, staff.tenant_id),
        "threads": threads.list_threads(parts().world, staff, view),
    }
