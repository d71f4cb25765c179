"""The checks of `bellhop doctor` that look at the carrier's account and at each number there."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urldefrag

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from router.carrier.addresses import channel_of, is_short_code
from router.carrier.api import CarrierError, NumberWebhooks
from router.carrier.twilio import TwilioCarrier
from router.carrier.webhook import OVERRIDES
from router.cli.finding import Finding
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.tables import Number


def check_carrier(world: World) -> list[Finding]:
    """The account works, and each live number calls us, with retries and a fallback."""
    carrier, numbers = TwilioCarrier(world.settings), _live_numbers(world)
    wrong = carrier.check_account()
    if wrong is not None:
        return [_told(wrong)]
    try:
        listed = carrier.numbers_webhooks(short_codes=any(map(is_short_code, numbers)))
    except CarrierError as error:
        return [_told(error.reason)]
    found = {each.address: each for each in listed}
    public_url = world.settings.public_url
    checked = [f for one in numbers for f in check_number(public_url, one, found.get(one))]
    return [Finding(True, "the account answers"), *checked]


def check_number(public_url: str, address: str, found: NumberWebhooks | None) -> Iterator[Finding]:
    """A number, a short code or a channel's sender calls us, as far as the carrier tells."""
    inbound = f"{public_url}/twilio/inbound#{OVERRIDES}"
    fallback = f"{public_url}/twilio/fallback"
    if channel_of(address) != "sms":
        said = (
            f"{address}: the webhooks of such a sender cannot be looked at from here; see in the "
            f"carrier's console that they are {inbound} and {fallback}, both POST"
        )
        yield Finding(True, said)
    elif found is None:
        yield Finding(False, f"{address} is not of this account", "correct it in the rulebook")
    else:
        yield _on_inbound(found, inbound)
        yield from _on_fallback(found, fallback)


def _on_inbound(found: NumberWebhooks, wanted: str) -> Finding:
    url, overrides = urldefrag(found.sms_url)
    do = f"set its messaging webhook to {wanted} (POST)"
    if url != urldefrag(wanted).url:
        return Finding(False, f"{found.address} does not call us but {url or 'nobody'}", do)
    if found.sms_method != "POST":
        said = f"{found.address} calls us with {found.sms_method}: its texts are refused"
        return Finding(False, said, do)
    if "rc" not in parse_qs(overrides):
        said = f"{found.address}: a text whose call fails is not sent again"
        return Finding(False, said, do)
    return Finding(True, f"{found.address} calls us, with retries")


def _on_fallback(found: NumberWebhooks, wanted: str) -> Iterator[Finding]:
    do = f"set its fallback URL to {wanted} (POST)"
    if urldefrag(found.sms_fallback_url).url != wanted:
        said = f"{found.address} has no fallback: texts are lost while the database is down"
        yield Finding(False, said, do)
    elif found.sms_fallback_method != "POST":
        said = f"{found.address} calls its fallback with {found.sms_fallback_method}"
        yield Finding(False, said, do)


def _live_numbers(world: World) -> list[str]:
    try:
        with world.store.read() as connection:
            return list(connection.execute(select(col(Number.address))).scalars())
    except (DatabaseDown, SQLAlchemyError):
        return []


def _told(reason: str) -> Finding:
    """A reason ends with what to do where that is known, as in `…: check TWILIO_API_URL`."""
    said, _, do = reason.rpartition(": ")
    if do.startswith(("check ", "see ")):
        return Finding(False, said, do)
    return Finding(False, reason, "try again")
