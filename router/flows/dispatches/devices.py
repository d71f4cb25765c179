"""The browsers in which staff wants notices: what each gave, sealed, until it is withdrawn."""

import base64
import binascii
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select
from sqlmodel import col

from router.couriers.subscription import Subscription
from router.flows.world import World
from router.store.ids import new_id
from router.store.sealing import TenantKeys
from router.store.tables import PushDevice
from rules.sections.webhooks import why_not_public

MOST_DEVICES = 10
LONGEST_ENDPOINT = 2000
POINT_BYTES, AUTH_BYTES = 65, 16
NOT_A_SUBSCRIPTION = "This browser gave no subscription that we can use."


@dataclass(frozen=True, slots=True)
class Device:
    """One browser of somebody's."""

    id: str
    subscription: Subscription


def add_device(world: World, tenant_id: str, staff_id: str, given: Subscription) -> str | None:
    """Let this browser have the notices of an account, and of no other; why not, in words."""
    if _why_unusable(given, may_be_here=world.settings.simulator):
        return NOT_A_SUBSCRIPTION
    with world.store.write() as connection:
        keys = world.keys(connection, tenant_id)
        device_id, lookup = new_id(), keys.lookup("push", given.endpoint)
        connection.execute(
            delete(PushDevice).where(
                col(PushDevice.tenant_id) == tenant_id, col(PushDevice.lookup) == lookup
            )
        )
        _make_room(connection, tenant_id, staff_id)
        plain = {"endpoint": given.endpoint, "p256dh": given.p256dh, "auth": given.auth}
        connection.execute(
            insert(PushDevice).values(
                tenant_id=tenant_id,
                id=device_id,
                staff_id=staff_id,
                lookup=lookup,
                subscription=keys.seal_json("push_device.subscription", device_id, plain),
                created_at=world.now(),
            )
        )
    return None


def has_device(world: World, tenant_id: str, staff_id: str, endpoint: str) -> bool:
    """Whether this browser has the notices of the account."""
    with world.store.read() as connection:
        keys = world.keys(connection, tenant_id)
        found = exists().where(*_is_theirs(keys, staff_id, endpoint))
        return connection.execute(select(found)).scalar_one()


def remove_device(world: World, tenant_id: str, staff_id: str, endpoint: str) -> None:
    """No more notices of the account in this browser."""
    with world.store.write() as connection:
        keys = world.keys(connection, tenant_id)
        connection.execute(delete(PushDevice).where(*_is_theirs(keys, staff_id, endpoint)))


def remove_devices(connection: Connection, tenant_id: str, staff_id: str) -> None:
    """No more notices of the account anywhere."""
    connection.execute(
        delete(PushDevice).where(
            col(PushDevice.tenant_id) == tenant_id, col(PushDevice.staff_id) == staff_id
        )
    )


def forget_device(world: World, tenant_id: str, device_id: str) -> None:
    """The push service says that this browser has withdrawn its subscription."""
    with world.store.write() as connection:
        connection.execute(
            delete(PushDevice).where(
                col(PushDevice.tenant_id) == tenant_id, col(PushDevice.id) == device_id
            )
        )


def devices_of(connection: Connection, keys: TenantKeys, staff_id: str) -> list[Device]:
    """The browsers of an account, newest first."""
    rows = connection.execute(
        select(col(PushDevice.id), col(PushDevice.subscription))
        .where(col(PushDevice.tenant_id) == keys.tenant_id, col(PushDevice.staff_id) == staff_id)
        .order_by(col(PushDevice.id).desc())
    )
    place = "push_device.subscription"
    return [
        Device(row.id, Subscription(**keys.open_json(place, row.id, row.subscription)))
        for row in rows
    ]


def _is_theirs(keys: TenantKeys, staff_id: str, endpoint: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PushDevice.tenant_id) == keys.tenant_id,
        col(PushDevice.staff_id) == staff_id,
        col(PushDevice.lookup) == keys.lookup("push", endpoint),
    )


def _make_room(connection: Connection, tenant_id: str, staff_id: str) -> None:
    theirs = (col(PushDevice.tenant_id) == tenant_id, col(PushDevice.staff_id) == staff_id)
    newest = select(col(PushDevice.id)).where(*theirs).order_by(col(PushDevice.id).desc())
    kept = connection.execute(newest.limit(MOST_DEVICES - 1)).scalars().all()
    connection.execute(delete(PushDevice).where(*theirs, col(PushDevice.id).not_in(kept)))


def _why_unusable(given: Subscription, *, may_be_here: bool) -> str:
    if len(given.endpoint) > LONGEST_ENDPOINT:
        return "is too long"
    if _size(given.p256dh) != POINT_BYTES or _size(given.auth) != AUTH_BYTES:
        return "has keys of another size"
    if may_be_here and _is_here(given.endpoint):
        return ""
    return why_not_public(given.endpoint)


def _size(text: str) -> int:
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        return 0


def _is_here(endpoint: str) -> bool:
    try:
        return ipaddress.ip_address(urlsplit(endpoint).hostname or "").is_loopback
    except ValueError:
        return False
