"""What people and tests tell the simulated carrier: texts, faults, the time. JSON in, JSON out."""

import base64
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from router.carrier.simulator.faults import Fault
from router.carrier.simulator.handsets import Bubble
from router.carrier.simulator.inbound import Attachment, receive
from router.carrier.simulator.records import Number
from router.carrier.simulator.switchboard import Switchboard

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Address = Annotated[str, Field(min_length=1, max_length=160)]


def _decode(data: object) -> bytes:
    return base64.b64decode(str(data), validate=True)


class MediaIn(BaseModel):
    """What a phone attaches: `data` (base64) or a `url`."""

    model_config = ConfigDict(extra="forbid")

    content_type: str = "image/png"
    url: str | None = None
    data: Annotated[bytes, BeforeValidator(_decode)] | None = None


class TextIn(BaseModel):
    """A text from a phone; a `sid` seen before is posted again, as carriers do."""

    model_config = ConfigDict(extra="forbid")

    from_address: Address = Field(alias="from")
    to: Address
    body: str = ""
    media: list[MediaIn] = Field(default_factory=list, max_length=10)
    sid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None


class ClockIn(BaseModel):
    """How far to move the time: 90s, 10m, 2h, 3d."""

    model_config = ConfigDict(extra="forbid")

    advance: str = Field(pattern=r"^[0-9]{1,6}[smhd]$")


class NumberIn(BaseModel):
    """A number of the account, who answers STOP there, and its Messaging Service."""

    model_config = ConfigDict(extra="forbid")

    address: Address
    opt_out_by: Literal["carrier", "bellhop"] = "carrier"
    service: str | None = None


_FAULTS = TypeAdapter(list[Fault])


class Controls:
    """The routes under /simulator/api."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board

    def add_to(self, blueprint: Blueprint) -> None:
        """Put the routes under /simulator/api."""
        self._add(blueprint, "inbound", "POST", self._receive)
        self._add(blueprint, "messages", "GET", self._show_screen)
        self._add(blueprint, "handsets", "GET", self._show_handsets)
        self._add(blueprint, "faults", "POST", self._add_faults)
        self._add(blueprint, "faults", "GET", self._show_faults)
        self._add(blueprint, "faults", "DELETE", self._clear_faults)
        self._add(blueprint, "faults/made", "GET", self._count_faults)
        self._add(blueprint, "clock", "POST", self._move_clock)
        self._add(blueprint, "clock", "GET", self._show_clock)
        self._add(blueprint, "numbers", "POST", self._set_number)

    def _add(
        self, blueprint: Blueprint, name: str, method: str, act: Callable[[], Response]
    ) -> None:
        def view() -> Response:
            try:
                return act()
            except ValidationError as error:
                refused = jsonify(error="; ".join(_describe(error)))
                refused.status_code = 400
                return refused

        blueprint.add_url_rule(
            f"/simulator/api/{name}", f"controls{act.__name__}", view, methods=[method]
        )

    def _receive(self) -> Response:
        text = TextIn.model_validate(_json())
        done = receive(
            self._board,
            handset=text.from_address,
            number=text.to,
            body=text.body,
            attachments=tuple(
                Attachment(each.content_type, each.url, each.data) for each in text.media
            ),
            sid=text.sid,
        )
        return jsonify(sid=done.sid, status=done.status, fallback_status=done.fallback_status)

    def _show_screen(self) -> Response:
        # A plus sign that was not escaped arrives as a space.
        handset = re.sub(r"^ ", "+", request.args.get("to", ""))
        return jsonify([_shown(bubble) for bubble in self._board.handsets.screen(handset)])

    def _show_handsets(self) -> Response:
        return jsonify(
            [
                {"address": handset, "count": len(shown), "last_at": _iso(shown[-1].created_at)}
                for handset, shown in self._board.handsets.screens().items()
                if shown
            ]
        )

    def _add_faults(self) -> Response:
        given = _json()
        self._board.faults.add(
            _FAULTS.validate_python(given if isinstance(given, list) else [given])
        )
        return self._show_faults()

    def _show_faults(self) -> Response:
        return jsonify([fault.model_dump() for fault in self._board.faults.waiting()])

    def _clear_faults(self) -> Response:
        self._board.faults.clear()
        return self._show_faults()

    def _count_faults(self) -> Response:
        return jsonify(self._board.faults.made())

    def _move_clock(self) -> Response:
        asked = ClockIn.model_validate(_json()).advance
        by = timedelta(**{_UNITS[asked[-1]]: int(asked[:-1])})
        return jsonify(now=_iso(self._board.now.advance(by)))

    def _show_clock(self) -> Response:
        return jsonify(now=_iso(self._board.now()))

    def _set_number(self) -> Response:
        asked = NumberIn.model_validate(_json())
        self._board.records.set_number(Number(asked.address, asked.opt_out_by, asked.service))
        return jsonify(asked.model_dump())


def _json() -> object:
    """The request's JSON; whatever is none fails the validation that follows."""
    return request.get_json(silent=True)


def _shown(bubble: Bubble) -> dict[str, object]:
    return {
        "sid": bubble.sid,
        "direction": bubble.direction,
        "by": bubble.by,
        "from": bubble.from_address,
        "to": bubble.to_address,
        "body": bubble.body,
        "status": bubble.status,
        "error_code": bubble.error_code,
        "created_at": _iso(bubble.created_at),
        "media": list(bubble.media_types),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _describe(error: ValidationError) -> list[str]:
    """Each fault with its place; never the value, which may be someone's text."""
    return [
        f"{'.'.join(str(part) for part in fault['loc']) or 'the request'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False)
    ]
