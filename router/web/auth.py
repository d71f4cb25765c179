"""Signing in and out. Failed tries are limited by address and by name; the answer never says which
of the two was wrong."""

import hashlib
import hmac

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_limiter import Limiter

# flask-login ships no type information
from flask_login import current_user, logout_user  # type: ignore[import-untyped]
from werkzeug.wrappers import Response as AnyResponse

from router.flows.passwords import decoy_hash, verify_password
from router.flows.staff import Login, StaffIdentity, end_sessions, find_logins
from router.web.parts import parts
from router.web.staff import begin_session, me, safe_next

PER_ADDRESS = "30 per minute; 300 per hour"
PER_NAME = "10 per minute; 60 per hour"
REFUSED = "That e-mail or handle and password do not go together. Check both and try again."
LONGEST_FIELD = 1000

pages = Blueprint("auth", __name__)


def make_limiter(redis_url: str) -> Limiter:
    """The counter of failed tries: in Redis, and in this process's memory while Redis is away."""
    return Limiter(
        key_func=_address_key,
        storage_uri=_limits_uri(redis_url),
        storage_options={"socket_timeout": 1, "socket_connect_timeout": 1},
        key_prefix="bellhop:tries:",
        in_memory_fallback=[],
        in_memory_fallback_enabled=True,
        swallow_errors=True,
    )


def limit_tries(limiter: Limiter) -> None:
    """Count the failed tries of the sign-in form only: other pages need no limit."""
    for limit, key in ((PER_ADDRESS, _address_key), (PER_NAME, _name_key)):
        limiter.limit(limit, key_func=key, methods=["POST"], deduct_when=_has_failed)(pages)


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> AnyResponse | str:
    """The form, and its answer."""
    if current_user.is_authenticated:
        return redirect(url_for("inbox.home"))
    if request.method == "GET":
        return render_template("sign_in.html")
    identity = _check(request.form.get("name", ""), request.form.get("password", ""))
    if identity is None:
        return _refuse(REFUSED, 401)
    begin_session(identity)
    return redirect(safe_next(request.args.get("next")) or url_for("inbox.home"))


@pages.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session, and with it every copy of its cookie."""
    if current_user.is_authenticated:
        end_sessions(parts().world, me().tenant_id, me().staff_id)
    logout_user()
    return redirect(url_for("auth.sign_in"))


@pages.errorhandler(429)
def refuse_more_tries(_error: Exception) -> Response:
    """Too many failed tries."""
    return _refuse("Too many tries. Please wait a minute and try again.", 429)


def _check(name: str, password: str) -> StaffIdentity | None:
    """The account; None after the same time and with the same words for every kind of mistake."""
    if any(len(field) > LONGEST_FIELD or "\0" in field for field in (name, password)):
        return None
    logins = find_logins(parts().world, name)
    if not logins:
        verify_password(decoy_hash(), password)
    return _only([login for login in logins if verify_password(login.password_hash, password)])


def _only(fitting: list[Login]) -> StaffIdentity | None:
    """The account to sign in to. Two people who share a handle and a password are told apart by
    their e-mails alone; the same e-mail is the same person.
    """
    if not fitting or (len(fitting) > 1 and not all(login.is_by_email for login in fitting)):
        return None
    return fitting[0].identity


def _refuse(why: str, status: int) -> Response:
    page = render_template("sign_in.html", refusal=why, name=request.form.get("name", ""))
    return Response(page, status)


def _has_failed(response: Response) -> bool:
    return response.status_code == 401  # noqa: PLR2004 (Unauthorized, as `sign_in` says it)


def _limits_uri(redis_url: str) -> str:
    """The URL as the `limits` library spells it: Valkey speaks Redis, a socket needs its prefix."""
    scheme, separator, place = redis_url.partition("://")
    known = {"unix": "redis+unix", "valkey": "redis", "valkey+unix": "redis+unix"}
    return known.get(scheme, scheme) + separator + place


def _address_key() -> str:
    return _keyed(f"address|{request.remote_addr}")


def _name_key() -> str:
    return _keyed(f"name|{request.form.get('name', '').strip().lower()[:LONGEST_FIELD]}")


def _keyed(what: str) -> str:
    """A keyed hash, so that neither names nor addresses stand in Redis."""
    secret = str(current_app.secret_key).encode()
    return hmac.digest(secret, what.encode("utf-8", "replace"), hashlib.sha256).hex()[:32]
