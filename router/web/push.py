"""Notices on this device: the switch in the sidebar asks here. Its key, its subscription."""

from flask import Blueprint, Response, abort, jsonify, request

from router.couriers.subscription import Subscription
from router.couriers.vapid import public_key
from router.flows.dispatches.devices import add_device, has_device, remove_device
from router.web.parts import parts
from router.web.staff import me

REFUSED = 422

pages = Blueprint("push", __name__, url_prefix="/push")


@pages.post("/known")
def known() -> Response:
    """The key to subscribe with, and whether this browser has the notices of the account."""
    staff = me()
    secret = parts().world.settings.secret_key.get_secret_value()
    endpoint = _word("endpoint")
    is_on = has_device(parts().world, staff.tenant_id, staff.staff_id, endpoint)
    return jsonify(key=public_key(secret), on=is_on)


@pages.post("/on")
def switch_on() -> tuple[Response, int]:
    """Let this browser have them."""
    staff = me()
    given = Subscription(_word("endpoint"), _word("p256dh"), _word("auth"))
    refusal = add_device(parts().world, staff.tenant_id, staff.staff_id, given)
    return jsonify(on=refusal is None, refusal=refusal), REFUSED if refusal else 200


@pages.post("/off")
def switch_off() -> Response:
    """No more of them here."""
    staff = me()
    remove_device(parts().world, staff.tenant_id, staff.staff_id, _word("endpoint"))
    return jsonify(on=False)


def _word(name: str) -> str:
    """A text of the JSON that the page's script sends; empty where it sent none."""
    sent = request.get_json()
    value = sent.get(name, "") if isinstance(sent, dict) else None
    if not isinstance(value, str):
        abort(400)
    return value
