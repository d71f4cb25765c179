"""The carrier's webhooks: verified, read, handed to a flow, answered. Nothing personal is logged.

An answer of 200 says that the text is committed, or in the spool. 503 makes the carrier try again
and then call the fallback (see README: the `#rc=…` overrides), so that neither a database that is
down nor a fault of ours loses a text. They are an app of their own beside the pages: see
`router/app.py`.
"""

import time
from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from router.carrier.api import Inbound, rank
from router.carrier.signature import SIGNATURE_HEADER, signed_url, verify
from router.carrier.webhook import (
    EMPTY_ANSWER,
    EMPTY_ANSWER_TYPE,
    BadWebhook,
    parse_inbound,
    parse_status,
)
from router.flows.receive import receive
from router.flows.rulebooks.live import RulebookLost
from router.flows.sending.status import record_status
from router.flows.spool import spool
from router.meters import CALLBACKS, INBOUND, REFUSED_SIGNATURES, WEBHOOK_SECONDS, Meters
from router.store.engine import DatabaseDown
from router.web.form import check_form
from router.web.parts import parts

RETRY_AFTER_SECONDS = "5"

pages = Blueprint("webhooks", __name__, url_prefix="/twilio")
log = structlog.get_logger()


@pages.post("/inbound")
def inbound() -> Response:
    """A person wrote."""
    return _answer("inbound", _take_in_unless_lost)


@pages.post("/status")
def status() -> Response:
    """News of a text of ours. What it is about may be long gone: 204 all the same."""
    return _answer("status", _record_status)


@pages.post("/fallback")
def fallback() -> Response:
    """A person wrote, and /inbound did not answer well: kept on disk if it cannot be stored."""
    return _answer("fallback", _take_in_or_spool)


def _answer(webhook: str, handle: Callable[[], Response]) -> Response:
    began = time.perf_counter()
    try:
        return _verify(webhook) or handle()
    except BadWebhook as error:
        log.warning("webhook_unreadable", webhook=webhook, parameter=error.parameter)
        _count(webhook, "refused")
        return _say(f"{error}. Nothing was stored.", 400)
    except HTTPException:  # the request's fault: it already says which answer it wants
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, the text must come again)
        return _ask_again(webhook, error)
    finally:
        _meters().time(WEBHOOK_SECONDS, time.perf_counter() - began, webhook)


def _ask_again(webhook: str, why: Exception) -> Response:
    is_outage = isinstance(why, DatabaseDown)
    event = "webhook_without_database" if is_outage else "webhook_failed"
    log.error(event, webhook=webhook, error=why)
    _count(webhook, "unavailable")
    what = "The database is away" if is_outage else "Something broke here, and was logged"
    answer = _say(f"{what}; please try again.", 503)
    answer.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


def _verify(webhook: str) -> Response | None:
    """None where the carrier signed this request; else what to answer."""
    refused = check_form()
    if refused is not None:
        log.warning("webhook_unreadable", webhook=webhook, status=refused.status_code)
        _count(webhook, "refused")
        return refused
    for name, given in request.form.lists():
        if len(given) > 1:  # its signature could not tell these apart
            raise BadWebhook(_shown(name), "is given more than once")
    settings = parts().world.settings
    url = signed_url(settings.public_url, request.environ)
    header = request.headers.get(SIGNATURE_HEADER)
    if verify(settings.twilio_auth_token, url, request.form, header):
        return None
    _meters().count(REFUSED_SIGNATURES, webhook)
    log.warning("webhook_signature_refused", webhook=webhook, signed=header is not None)
    return _say(
        "The signature does not fit: see that PUBLIC_URL is the address this webhook is set to "
        "at the carrier, and that TWILIO_AUTH_TOKEN is the account's.",
        403,
    )


def _read_inbound() -> Inbound:
    return parse_inbound(request.form)


def _take_in(text: Inbound) -> Response:
    received = receive(parts().world, text)
    if received.status == "unknown_number":
        # 200: asking again would not help. The text stays in the carrier's own log under this id,
        # and a webhook set for a number that no rulebook names is what `bellhop doctor` points out.
        log.warning("inbound_to_unknown_number", sid=text.sid)
    parts().bell.ring(received.ripples)
    _count("inbound", received.status)
    return Response(EMPTY_ANSWER, mimetype=EMPTY_ANSWER_TYPE)


def _take_in_unless_lost() -> Response:
    """A rulebook that does not load is not mended by asking again: the text is kept at once."""
    text = _read_inbound()
    try:
        return _take_in(text)
    except RulebookLost as error:
        return _spool(text, error)


def _take_in_or_spool() -> Response:
    text = _read_inbound()
    try:
        return _take_in(text)
    except Exception as error:  # noqa: BLE001 (this is the carrier's last call about the text)
        return _spool(text, error)


def _spool(text: Inbound, why: Exception) -> Response:
    try:
        spool(parts().world, text)
    except OSError as error:
        log.error("spool_failed", error=error)  # noqa: TRY400 (a traceback may quote the text)
        raise why from error
    log.warning("inbound_spooled", error=why)
    _count("inbound", "spooled")
    return Response(EMPTY_ANSWER, mimetype=EMPTY_ANSWER_TYPE)


def _record_status() -> Response:
    news = parse_status(request.form, request.args)
    parts().bell.ring(record_status(parts().world, news))
    _meters().count(CALLBACKS, news.status if rank(news.status) is not None else "other")
    return Response(status=204)


def _meters() -> Meters:
    return parts().world.meters


def _count(webhook: str, outcome: str) -> None:
    if webhook != "status":
        _meters().count(INBOUND, outcome)


def _say(words: str, status: int) -> Response:
    return Response(words + "\n", status, mimetype="text/plain")


def _shown(name: str) -> str:
    """A parameter's name, where it is one that may be shown and logged."""
    plain = name.isascii() and name.isalnum() and len(name) <= 40  # noqa: PLR2004 (Twilio's are short)
    return name if plain else "a parameter"
