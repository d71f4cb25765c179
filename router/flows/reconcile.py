"""Texts that came to the carrier and never to us are taken in from its log: late, and marked so.

Everything in the log up to the watermark is here. A look begins well before it, since the log lags
and clocks differ; it takes in what is missing, oldest first, and moves the watermark over what was
taken in. A text that cannot be taken in holds the watermark for a day, and is tried at each look.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, select
from sqlmodel import col

from router.carrier.addresses import is_address
from router.carrier.api import Carrier, CarrierError, Listed, Media
from router.carrier.webhook import late_inbound
from router.flows.detours import Detour, was_erased
from router.flows.ripples import Ripples
from router.flows.senders import Sender, find_receiver
from router.flows.watermarks import CLOCKS_DIFFER, level_mark, mark
from router.flows.world import World
from router.store.tables import Message, Tombstone

INBOUND = "inbound"
OVERLAP = timedelta(hours=1)  # longer than the log lags behind and clocks differ
YOUNG = timedelta(seconds=60)  # so long the webhook and its retries may still bring a text
FIRST_LOOK_BACK = timedelta(hours=4)
LONGEST_LOOK_BACK = timedelta(days=7)
PATIENCE = timedelta(days=1)
BATCH = 500

log = structlog.get_logger()


def reconcile(world: World, carrier: Carrier) -> Ripples:
    """Take in what the carrier's log has and we do not; any number of processes may, at once.

    Raises CarrierError where the log cannot be read, DatabaseDown where nothing can be stored: the
    watermark stays where it is then.
    """
    began = world.now()
    detour, held_by = Detour(world), began
    for text in _missing(world, carrier.list_received(_begin(world, began)), began):
        if _take_in(carrier, detour, text):
            continue
        if began - text.created_at > PATIENCE:
            log.error("reconcile_passed_over", sid=text.sid)
        else:
            log.warning("reconcile_held_up", sid=text.sid)
            held_by = min(held_by, text.created_at)
    with world.store.write() as connection:
        level_mark(connection, INBOUND, held_by, began)
    if detour.taken_in:
        log.info("reconciled", texts=detour.taken_in)
    return detour.ripples


def read_up_to(world: World) -> datetime | None:
    """Everything that came to the carrier before then is here; None: no look has ended yet."""
    with world.store.read() as connection:
        return mark(connection, INBOUND)


def _begin(world: World, began: datetime) -> datetime:
    """Where a look begins: never more than a week back, whatever was missed before. A watermark
    that lies ahead was written by a clock that was wrong, and tells nothing.
    """
    earliest, mark = began - LONGEST_LOOK_BACK, read_up_to(world)
    if mark is None or mark > began + CLOCKS_DIFFER:
        mark = began - FIRST_LOOK_BACK
    if mark < earliest:
        log.error("reconcile_begins_late", up_to=mark.isoformat(), begins=earliest.isoformat())
    return max(mark, earliest) - OVERLAP


def _missing(world: World, listed: Sequence[Listed], began: datetime) -> Iterator[Listed]:
    """What is ours and not here, oldest first; `listed` is newest first."""
    for end in range(len(listed), 0, -BATCH):
        some = listed[max(0, end - BATCH) : end][::-1]
        with world.store.read() as connection:
            whose = _whose(connection, [text for text in some if _is_for_us(text, began)])
            known = _known(world, connection, whose)
        yield from (text for text in some if text.sid in whose and text.sid not in known)


def _is_for_us(text: Listed, began: datetime) -> bool:
    """Whether the webhook has had its time, and would have taken it."""
    return text.created_at <= began - YOUNG and is_address(text.from_address)


def _whose(connection: Connection, texts: Sequence[Listed]) -> dict[str, str]:
    """SID -> the tenant whose number it was sent to; without those of numbers that nobody has."""
    places = {(text.to, text.service_sid) for text in texts}
    senders = {place: find_receiver(connection, *place) for place in places}
    found = ((text, senders[text.to, text.service_sid]) for text in texts)
    return {
        text.sid: sender.tenant_id for text, sender in found if sender and _had_it(sender, text)
    }


def _had_it(sender: Sender, text: Listed) -> bool:
    """What came before the tenant had the number was for somebody else."""
    return sender.since is None or sender.since.replace(microsecond=0) <= text.created_at


def _known(world: World, connection: Connection, whose: dict[str, str]) -> set[str]:
    """The SIDs that are stored, or were erased."""
    known = set[str]()
    for tenant_id in set(whose.values()):
        lookup = world.keys(connection, tenant_id).lookup
        hashed = {lookup("sid", sid): sid for sid, owner in whose.items() if owner == tenant_id}
        stored = select(col(Message.sid)).where(
            col(Message.tenant_id) == tenant_id, col(Message.sid).in_(hashed.values())
        )
        erased = select(col(Tombstone.sid_hash)).where(
            col(Tombstone.tenant_id) == tenant_id, col(Tombstone.sid_hash).in_(hashed)
        )
        known.update(row.sid for row in connection.execute(stored))
        known.update(hashed[row.sid_hash] for row in connection.execute(erased))
    return known


def _take_in(carrier: Carrier, detour: Detour, text: Listed) -> bool:
    """Whether it is here now; without its pictures it is not taken in."""
    media: tuple[Media, ...] = ()
    try:
        if text.media_count and not was_erased(detour.world, late_inbound(text)):
            media = carrier.list_media(text.sid)
    except CarrierError as error:
        log.warning("late_media_not_listed", sid=text.sid, error=error.reason)
        detour.hold_back(late_inbound(text))
        return False
    return detour.take_in(late_inbound(text, media))
