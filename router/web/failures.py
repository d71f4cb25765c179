"""What a person sees when something cannot be shown: what happened, and what to do next."""

import structlog
from flask import Flask, Response, render_template, request

# flask-wtf ships no type information
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from router.flows.acting import NoSuchThread
from router.flows.rulebooks.live import RulebookLost
from router.store.engine import DatabaseDown
from router.web.staff import is_fragment

WORDS = {
    400: ("That did not work", "The request could not be read. Go back and try again."),
    403: ("Not yours to open", "Your role does not include this page."),
    404: ("Nothing here", "The page does not exist, or it belongs to someone else."),
    405: ("That did not work", "This address does not take that kind of request."),
    413: ("Too large", "The request is larger than what is accepted here. Nothing was stored."),
    429: ("One moment", "Too many tries. Please wait a minute and try again."),
    500: ("Something broke", "The fault has been logged. Please try again in a moment."),
    503: ("Back in a moment", "The database does not answer right now. Nothing was lost."),
}

log = structlog.get_logger()


def add_to(app: Flask) -> None:
    """Have `app` answer every failure with these words."""
    app.register_error_handler(CSRFError, _refuse_form)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(NoSuchThread, _show_missing)
    app.register_error_handler(DatabaseDown, _show_outage)
    app.register_error_handler(RulebookLost, _show_lost_rulebook)
    app.register_error_handler(Exception, _show_fault)


def _refuse_form(_error: CSRFError) -> Response:
    return _show(
        400, "This form has gone stale", "Go back, load the page again and send it once more."
    )


def _show_http_error(error: HTTPException) -> Response:
    code = error.code or 500
    title, advice = WORDS.get(code, (error.name, "Go back and try again."))
    return _show(code, title, advice)


def _show_missing(_error: NoSuchThread) -> Response:
    """Another tenant's thread, or none: both read the same."""
    return _show(404, *WORDS[404])


def _show_outage(error: DatabaseDown) -> Response:
    log.exception("page_without_database", endpoint=request.endpoint, error=error)
    return _show(503, *WORDS[503])


def _show_lost_rulebook(error: RulebookLost) -> Response:
    log.error("page_without_rulebook", endpoint=request.endpoint, error=error)
    advice = "Your rulebook does not load under this version of Bellhop. Tell whoever runs it."
    return _show(503, "The rulebook does not load", advice)


def _show_fault(error: Exception) -> Response:
    log.exception("page_failed", endpoint=request.endpoint, error=error)
    return _show(500, *WORDS[500])


def _show(code: int, title: str, advice: str) -> Response:
    template = "failure_notice.html" if is_fragment() else "failure.html"
    return Response(render_template(template, title=title, advice=advice), code)
