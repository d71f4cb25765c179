"""What the carrier still holds of a person who is being erased, and its removal."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlmodel import col

from router.carrier.api import Carrier, CarrierError
from router.flows.privacy.remains import forget_sids, last_seq
from router.flows.senders import find_receiver
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, AnyRow
from router.store.tables import Contact, Message, Thread

AT_ONCE = 50
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
BUDGET_SECONDS = 20.0  # of one run: other people's texts wait behind it


@dataclass(frozen=True, slots=True)
class _Known:
    """What we know to be there: SIDs to delete, SIDs to keep, and where others may be."""

    doomed: Sequence[str]
    kept: frozenset[str]
    address: str
    numbers: tuple[str, ...]


def delete_at_carrier(world: World, carrier: Carrier, target: AnyRow) -> bool:
    """Whether all of it is gone there. What is gone is forgotten here at once, so that a long
    erasure goes on where it stopped.
    """
    known = _known(world, target)
    ends = time.monotonic() + BUDGET_SECONDS
    try:
        return (
            _delete(world, carrier, target, known.doomed, ends)
            and _delete(world, carrier, target, _missed(world, carrier, known, target), ends)
            and all(carrier.delete(sid) == "gone" for sid in _strays(carrier, known, target))
        )
    except CarrierError:
        return False


def _delete(
    world: World, carrier: Carrier, target: AnyRow, doomed: Sequence[str], ends: float
) -> bool:
    for first in range(0, len(doomed), AT_ONCE):
        sids = doomed[first : first + AT_ONCE]
        gone = [sid for sid in sids if carrier.delete(sid) == "gone"]
        forget_sids(world, target, gone)
        if len(gone) < len(sids) or time.monotonic() > ends:
            return False
    return True


def _known(world: World, target: AnyRow) -> _Known:
    with world.store.read() as connection:
        keys = world.keys(connection, target.tenant_id)
        last = last_seq(connection, target)
        contact = connection.execute(
            select(col(Contact.id), col(Contact.address))
            .join(
                Thread,
                CONTACT_OF_THREAD,
            )
            .where(col(Thread.tenant_id) == target.tenant_id, col(Thread.id) == target.thread_id)
        ).one()
        rows = connection.execute(
            select(col(Message.sid), col(Message.seq), col(Message.number)).where(
                col(Message.tenant_id) == target.tenant_id,
                col(Message.thread_id) == target.thread_id,
            )
        ).all()
    return _Known(
        doomed=[row.sid for row in rows if row.sid and row.seq <= last],
        kept=frozenset(row.sid for row in rows if row.sid and row.seq > last),
        address=keys.open("contact.address", contact.id, contact.address),
        numbers=tuple({row.number for row in rows}),
    )


def _strays(carrier: Carrier, known: _Known, target: AnyRow) -> Iterator[str]:
    """Texts of ours whose SID never reached us, up to the receipt."""
    for number in known.numbers:
        for listed in carrier.list_sent(known.address, number, LONG_AGO):
            if listed.sid not in known.kept and listed.created_at <= target.updated_at:
                yield listed.sid


def _missed(world: World, carrier: Carrier, known: _Known, target: AnyRow) -> list[str]:
    """Texts of the person to this business that never reached us, up to their code."""
    written = carrier.list_written(known.address, LONG_AGO)
    before = [each for each in written if each.created_at < target.confirmed_at]
    with world.store.read() as connection:
        receivers = [find_receiver(connection, each.to, each.service_sid) for each in before]
    return [
        each.sid
        for each, receiver in zip(before, receivers, strict=True)
        if receiver and receiver.tenant_id == target.tenant_id and each.sid not in known.kept
    ]
