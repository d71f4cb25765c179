"""Who is signed in: the session names an account and the epoch in which it was signed in."""

from urllib.parse import urlsplit

from flask import Response, redirect, request, session, url_for

# flask-login ships no type information
from flask_login import LoginManager, UserMixin, current_user, login_user  # type: ignore[import-untyped]
from werkzeug.wrappers import Response as AnyResponse

from router.flows.staff import StaffIdentity, load_identity
from router.web.parts import parts

SEPARATOR = "/"


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login is untyped
    """A staff account as flask-login wants it."""

    def __init__(self, identity: StaffIdentity) -> None:
        self.identity = identity

    def get_id(self) -> str:
        """What the session keeps: tenant, account and epoch."""
        identity = self.identity
        return SEPARATOR.join((identity.tenant_id, identity.staff_id, str(identity.session_epoch)))


def load_signed_in(session_id: str) -> SignedIn | None:
    """The account of a session; None where it is gone or its sessions were ended."""
    pieces = session_id.split(SEPARATOR)
    if len(pieces) != 3:  # noqa: PLR2004 (tenant, account, epoch)
        return None
    identity = load_identity(parts().world, pieces[0], pieces[1])
    if identity is None or str(identity.session_epoch) != pieces[2]:
        return None
    return SignedIn(identity)


def make_login_manager() -> LoginManager:
    """The login manager, to be bound to an app."""
    manager = LoginManager()
    manager.user_loader(load_signed_in)
    return manager


def begin_session(identity: StaffIdentity) -> None:
    """Start a fresh session: nothing of an earlier one is carried over."""
    session.clear()
    login_user(SignedIn(identity))


def me() -> StaffIdentity:
    """The person who is signed in; only behind `require_staff`."""
    identity: StaffIdentity = current_user.identity
    return identity


def is_fragment() -> bool:
    """Whether a script of ours asks, which cannot follow a redirect to a whole page."""
    wants_events = "text/event-stream" in request.headers.get("Accept", "")
    return "HX-Request" in request.headers or wants_events


def require_staff() -> AnyResponse | None:
    """Before each request of a page for staff: 401 for a fragment, to sign in for a page."""
    if current_user.is_authenticated:
        return None
    to_sign_in = url_for("auth.sign_in", next=_place())
    if is_fragment():
        return Response("Please sign in again.\n", 401, {"HX-Redirect": url_for("auth.sign_in")})
    return redirect(to_sign_in)


def safe_next(wanted: str | None) -> str | None:
    """`wanted` where it is a path of ours; None for anything that leads elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return None
    pieces = urlsplit(wanted)
    return wanted if not pieces.scheme and not pieces.netloc and "\\" not in wanted else None


def _place() -> str | None:
    """Where to go on after sign-in: only a page that can be asked for again."""
    if request.method != "GET" or request.path == url_for("inbox.home"):
        return None
    return request.script_root + request.path
