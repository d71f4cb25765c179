"""A notice to somebody on the staff, by text message, mail or push.

It says who is needed and links to the thread. It holds neither the contact's words nor their name
nor their number: phones lie around.
"""

from sqlalchemy import Connection, exists, select
from sqlmodel import col

from router.carrier.addresses import bare_number
from router.carrier.api import Accepted, Delay, Outgoing, Refused
from router.carrier.api import Outcome as CarrierOutcome
from router.carrier.api import Unknown as CarrierUnknown
from router.carrier.errors import explain
from router.couriers import mail
from router.couriers.mail import Letter
from router.couriers.outcome import Done, Failed, Gone, Outcome, Retry, Unknown
from router.flows.consent.scopes import closing_scopes
from router.flows.dispatches.claims import DispatchClaim
from router.flows.dispatches.devices import Device, devices_of, forget_device
from router.flows.dispatches.means import Means
from router.flows.dispatches.notify import NO_MOBILE
from router.flows.senders import find_receiver
from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import Staff, Suppression

NO_ACCOUNT = "the account is no more"
NO_DEVICE = "no device of theirs asks for notices"
NO_NUMBER = "the number that was written to left the rulebook"
OPTED_OUT = "they have texted STOP to this number"
ACCOUNT_SECONDS = 60.0  # a carrier account that is refused may be put right soon


def words(claim: DispatchClaim) -> str:
    """Who is needed for what: the rule, and the team or person."""
    return f"{claim.rule} for {claim.wanted}" if claim.wanted else claim.rule


def link(means: Means, claim: DispatchClaim) -> str:
    """Where the thread is seen."""
    return f"{means.world.settings.public_url}/inbox/open/{claim.thread_id}"


def try_sms(means: Means, claim: DispatchClaim) -> Outcome:
    """A text to their mobile, from the number that the contact wrote to. No message of a thread."""
    text = _text_message(means, claim)
    if isinstance(text, Failed):
        return text
    return _what_became(means.carrier.send(text))


def _text_message(means: Means, claim: DispatchClaim) -> Outgoing | Failed:
    world = means.world
    with world.store.read() as connection:
        keys = world.keys(connection, claim.tenant_id)
        staff = _find(connection, claim)
        if staff is None or staff.mobile is None:
            return Failed(NO_ACCOUNT if staff is None else NO_MOBILE)
        mobile = keys.open("staff.mobile", staff.id, staff.mobile)
        sender = find_receiver(connection, claim.number, None)
        if sender is None or sender.tenant_id != claim.tenant_id:
            return Failed(NO_NUMBER)
        if _has_opted_out(connection, keys, mobile, claim.number):
            return Failed(OPTED_OUT)
    return Outgoing(
        to=mobile,
        from_address=sender.address,
        body=f"Bellhop: {words(claim)}. {link(means, claim)}",
        service_sid=sender.service_sid,
        callback_url="",
        deadline=claim.deadline,
    )


def _what_became(sent: CarrierOutcome) -> Outcome:
    match sent:
        case Accepted(error_code=code):
            return Failed(explain(code)) if code else Done()
        case Delay(code, seconds):
            return Retry(explain(code) if code else "the carrier is not reached", seconds)
        case Refused(code, "stop_sender"):
            return Retry(explain(code), ACCOUNT_SECONDS)
        case Refused(code):
            return Failed(explain(code))
        case CarrierUnknown():
            return Unknown("the carrier did not say whether it took the text")


def try_email(means: Means, claim: DispatchClaim) -> Outcome:
    """A mail to the address of their account."""
    world = means.world
    with world.store.read() as connection:
        keys = world.keys(connection, claim.tenant_id)
        staff = _find(connection, claim)
        if staff is None:
            return Failed(NO_ACCOUNT)
        address = keys.open("staff.email", staff.id, staff.email)
    said = words(claim)
    letter = Letter(
        id=claim.id,
        to=address,
        subject=f"Bellhop: {said}",
        text=f"{said[0].upper()}{said[1:]}.\n\n{link(means, claim)}\n",
        at=claim.created_at,
    )
    return means.couriers.mailer.send(letter, claim.deadline)


def try_push(means: Means, claim: DispatchClaim) -> Outcome:
    """A notice in every browser where they asked for it: done once one of them was reached.

    None is tried past the deadline: those that are left have their turn at the next try.
    """
    world = means.world
    with world.store.read() as connection:
        keys = world.keys(connection, claim.tenant_id)
        devices = devices_of(connection, keys, claim.recipient)
    notice = {
        "title": "Bellhop",
        "body": words(claim),
        "url": link(means, claim),
        "tag": claim.id,
    }
    outcomes: list[Outcome] = []
    for device in _in_turn(devices, claim.attempt):
        if world.monotonic() >= claim.deadline:
            outcomes.append(Retry(mail.NO_TIME))
            break
        outcome = means.couriers.pusher.push(device.subscription, notice, claim.id)
        if isinstance(outcome, Gone):
            forget_device(world, claim.tenant_id, device.id)
        outcomes.append(outcome)
    return _best(outcomes)


def _in_turn(devices: list[Device], attempt: int) -> list[Device]:
    """Each try begins with another one, so that none is always left over at the deadline."""
    first = (attempt - 1) % len(devices) if devices else 0
    return devices[first:] + devices[:first]


def _best(outcomes: list[Outcome]) -> Outcome:
    """Done where any device was reached, again where one may still be."""
    for wanted in (Done, Retry, Failed):
        found = next((outcome for outcome in outcomes if isinstance(outcome, wanted)), None)
        if found is not None:
            return found
    return Failed(NO_DEVICE)


def _find(connection: Connection, claim: DispatchClaim) -> AnyRow | None:
    return connection.execute(
        select(col(Staff.id), col(Staff.email), col(Staff.mobile)).where(
            col(Staff.tenant_id) == claim.tenant_id, col(Staff.id) == claim.recipient
        )
    ).one_or_none()


def _has_opted_out(connection: Connection, keys: TenantKeys, mobile: str, number: str) -> bool:
    """Whether the phone's owner wants no texts from this number: on duty or not, STOP is STOP."""
    forbidden = exists().where(
        col(Suppression.tenant_id) == keys.tenant_id,
        col(Suppression.lookup) == keys.lookup("address", bare_number(mobile)),
        col(Suppression.scope).in_(closing_scopes(number)),
    )
    return connection.execute(select(forbidden)).scalar_one()
