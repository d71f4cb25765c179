"""Twilio's REST API, as far as we use it: Messages, their media, the account and its numbers.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import hmac
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from router.carrier.addresses import can_be_answered
from router.carrier.simulator import outbound
from router.carrier.simulator.faults import Place
from router.carrier.simulator.numbers import numbers_page, short_codes_page
from router.carrier.simulator.payloads import (
    VERSION,
    media_payload,
    page_payload,
    text_payload,
)
from router.carrier.simulator.records import Record
from router.carrier.simulator.refusals import answer, refuse
from router.carrier.simulator.switchboard import Switchboard

_LONGEST_BODY = 1600
_USUAL_PAGE, _LARGEST_PAGE = 50, 1000
_UNFINISHED = frozenset({"queued", "accepted", "sending", "sent", "scheduled"})
_BEFORE, _ON, _AFTER = "DateSent<", "DateSent", "DateSent>"


class RestApi:
    """The routes; each checks the account and its token, and makes the fault that waits."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._account = board.settings.twilio_account_sid

    def add_to(self, blueprint: Blueprint) -> None:
        """Put the routes under /2010-04-01/Accounts."""
        one = "/Messages/<sid>.json"
        media = "/Messages/<sid>/Media"
        self._add(blueprint, ".json", "GET", "account", self._show_account)
        self._add(blueprint, "/Messages.json", "POST", "create", self._create)
        self._add(blueprint, "/Messages.json", "GET", "list", self._list)
        self._add(blueprint, one, "GET", "fetch", self._fetch)
        self._add(blueprint, one, "POST", "redact", self._redact)
        self._add(blueprint, one, "DELETE", "delete", self._delete)
        self._add(blueprint, f"{media}.json", "GET", "media", self._list_media)
        self._add(blueprint, f"{media}/<media_sid>", "GET", "media", self._show_media)
        self._add(blueprint, "/IncomingPhoneNumbers.json", "GET", "account", self._list_numbers)
        self._add(blueprint, "/SMS/ShortCodes.json", "GET", "account", self._list_short_codes)

    def _add(
        self,
        blueprint: Blueprint,
        path: str,
        method: str,
        place: Place,
        act: Callable[..., Response],
    ) -> None:
        def view(account: str, **names: str) -> Response:
            refused = self._check_account(account)
            return refused or answer(self._board, place, lambda: act(**names))

        rule = f"/{VERSION}/Accounts/<account>{path}"
        endpoint = f"rest{act.__name__}"
        blueprint.add_url_rule(rule, endpoint, view, methods=[method])

    def _check_account(self, account: str) -> Response | None:
        given = request.authorization
        tokens = self._board.settings.twilio_auth_token
        password = (given.password if given else None) or ""
        is_known = given is not None and given.username == self._account
        if not is_known or not any(
            hmac.compare_digest(token.get_secret_value().encode(), password.encode())
            for token in tokens
        ):
            return refuse(401, 20003, "Authenticate")
        if account != self._account:
            return refuse(404, 20404, "The requested resource was not found")
        return None

    def _show_account(self) -> Response:
        return jsonify(sid=self._account, status="active", friendly_name="Simulator", type="Full")

    def _create(self) -> Response:
        form = request.form
        service_sid = form.get("MessagingServiceSid") or None
        from_address = form.get("From") or self._sender_of(service_sid)
        refused = self._check_new(form.get("To", ""), from_address, form.get("Body", ""))
        if refused:
            return refused
        record = outbound.take(
            self._board,
            to=form["To"],
            from_address=from_address,
            body=form["Body"],
            service_sid=service_sid,
            callback_url=form.get("StatusCallback") or None,
        )
        created = jsonify(self._payload(record))
        created.status_code = 201
        return created

    def _check_new(self, to: str, from_address: str, body: str) -> Response | None:
        problems = (
            (not to, 21604, "A 'To' phone number is required."),
            (not from_address, 21603, "A 'From' phone number is required."),
            (not body, 21602, "Message body is required."),
            (len(body) > _LONGEST_BODY, 21617, "The message body exceeds 1600 characters."),
            (not can_be_answered(to), 21211, f"The 'To' number {to} is not a valid phone number."),
            (
                self._board.records.is_blocked(to, from_address),
                21610,
                "Attempt to send to unsubscribed recipient",
            ),
        )
        for is_so, code, message in problems:
            if is_so:
                return refuse(400, code, message)
        return None

    def _sender_of(self, service_sid: str | None) -> str:
        """The first number of a Messaging Service; empty where it has none."""
        numbers = self._board.records.numbers() if service_sid else []
        return next((each.address for each in numbers if each.service_sid == service_sid), "")

    def _list(self) -> Response:
        log = self._board.records.newest_first(request.args.get("To"), request.args.get("From"))
        try:
            found = [record for record in log if self._is_listed(record)]
        except ValueError:
            return refuse(400, 20001, "DateSent is not a date")
        page = request.args.get("Page", 0, int)
        size = min(max(request.args.get("PageSize", _USUAL_PAGE, int), 1), _LARGEST_PAGE)
        rows = [self._payload(each) for each in found[page * size : (page + 1) * size]]
        has_more = len(found) > (page + 1) * size
        return jsonify(
            page_payload(
                "messages",
                rows,
                uri=self._page_uri(page, size),
                page=page,
                size=size,
                following=self._page_uri(page + 1, size) if has_more else None,
            )
        )

    def _is_listed(self, record: Record) -> bool:
        """Whether the log shows it yet, and DateSent (whole days, UTC) fits.

        A text that was not sent yet fits no DateSent.
        """
        lag = timedelta(seconds=self._board.faults.lag_seconds())
        if self._board.now() - record.created_at < lag:
            return False
        bounds = [(name, request.args.get(name)) for name in (_BEFORE, _ON, _AFTER)]
        return all(_fits(record, name, bound) for name, bound in bounds if bound)

    def _page_uri(self, page: int, size: int) -> str:
        asked = {**request.args.to_dict(), "Page": page, "PageSize": size}
        return f"/{VERSION}/Accounts/{self._account}/Messages.json?{urlencode(asked)}"

    def _fetch(self, sid: str) -> Response:
        record = self._board.records.get(sid)
        return jsonify(self._payload(record)) if record else _not_found()

    def _redact(self, sid: str) -> Response:
        if self._board.records.get(sid) is None:
            return _not_found()
        if request.form.get("Body") != "":
            return refuse(400, 20001, "Body can only be emptied")
        self._board.records.redact(sid)
        return self._fetch(sid)

    def _delete(self, sid: str) -> Response:
        record = self._board.records.get(sid)
        if record is None:
            return _not_found()
        if record.status in _UNFINISHED:
            return refuse(409, 20009, "Cannot delete message because delivery is not complete")
        self._board.records.delete(sid)
        return Response(status=204)

    def _list_media(self, sid: str) -> Response:
        found = self._board.records.media_of(sid)
        rows = [media_payload(self._account, each) for each in found]
        uri = f"/{VERSION}/Accounts/{self._account}/Messages/{sid}/Media.json"
        return jsonify(
            page_payload("media_list", rows, uri=uri, page=0, size=_USUAL_PAGE, following=None)
        )

    def _show_media(self, sid: str, media_sid: str) -> Response:
        for each in self._board.records.media_of(sid):
            if each.sid == media_sid:
                return Response(each.content, content_type=each.content_type)
        return _not_found()

    def _list_numbers(self) -> Response:
        return jsonify(numbers_page(self._board, self._account))

    def _list_short_codes(self) -> Response:
        return jsonify(short_codes_page(self._board, self._account))

    def _payload(self, record: Record) -> dict[str, object]:
        media_count = len(self._board.records.media_of(record.sid))
        return text_payload(self._account, record, media_count)


def _fits(record: Record, name: str, bound: str) -> bool:
    if record.sent_at is None:
        return False
    sent_on, day = record.sent_at.date(), date.fromisoformat(bound.lstrip("=")[:10])
    if name == _ON:
        return sent_on == day
    return sent_on <= day if name == _BEFORE else sent_on >= day


def _not_found() -> Response:
    return refuse(404, 20404, "The requested resource was not found")
