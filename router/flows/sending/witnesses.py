"""Witnesses: texts that the carrier certainly has, and what its log shows of them.

Whether the log has come as far as a doubtful attempt is told by another text: if that is there,
ours would be. One of ours that was taken once the attempt had ended proves it. An older one, of
ours or of theirs, proves it as soon as the log has gone on from there to the end of the attempt's
lease, for so late the carrier may have taken it. A text of theirs may have come here long after the
carrier had it: its time is the carrier's. The carrier must have it: one that it does not know bears
no witness.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.carrier.api import Carrier, Listed
from router.flows.sending.leases import CLOCKS_DIFFER, GIVE_UP_AFTER, lease_of
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, THREAD_OF_MESSAGE, AnyRow, AnySelect
from router.store.sealing import SealError, TenantKeys
from router.store.tables import Contact, Message, Thread

NO_LONGER_KNOWN = timedelta(days=1)  # what is older than that bears no witness
A_LITTLE, NO_WAIT = timedelta(seconds=2), timedelta()

Standing = Literal["proven", "trusted", "soon", "behind"]


@dataclass(frozen=True, slots=True)
class Witness:
    """A text by its SID and its addresses. `at`: when it was sent, or had come to us; `is_ours`:
    the carrier has told us that it took it.
    """

    sid: str
    to: str
    from_address: str
    at: datetime
    is_ours: bool


_TEXT: AnySelect = (
    select(
        col(Message.sid),
        col(Message.direction),
        col(Message.number),
        col(Message.attempted_at),
        col(Message.created_at),
        col(Contact.id).label("contact_id"),
        col(Contact.address),
    )
    .join(Thread, THREAD_OF_MESSAGE)
    .join(Contact, CONTACT_OF_THREAD)
    .where(col(Message.tenant_id) == bindparam("tenant"), col(Message.sid).is_not(None))
    .limit(1)
)
_TAKEN = _TEXT.where(col(Message.attempted_at).is_not(None))
_AFTER = _TAKEN.where(col(Message.attempted_at) > bindparam("certain")).order_by(
    col(Message.attempted_at)
)
_BEFORE = _TAKEN.where(
    col(Message.attempted_at) <= bindparam("certain"),
    col(Message.attempted_at) > bindparam("known_since"),
).order_by(col(Message.attempted_at).desc())
_THEIRS = _TEXT.where(
    col(Message.thread_id) == bindparam("thread"),
    col(Message.seq) < bindparam("place"),
    col(Message.direction) == "in",
    col(Message.created_at) > bindparam("known_since"),
).order_by(col(Message.seq).desc())


def find_witnesses(
    world: World, connection: Connection, keys: TenantKeys, doubt: AnyRow
) -> tuple[Witness, ...]:
    """Who can bear witness about an attempt, the best first. `doubt`: the row of its message."""
    wanted = {
        "tenant": keys.tenant_id,
        "thread": doubt.thread_id,
        "place": doubt.seq,
        "certain": doubt.attempted_at + lease_of(world.settings),
        "known_since": doubt.attempted_at - NO_LONGER_KNOWN,
    }
    after = connection.execute(_AFTER, wanted).first()
    if after is not None:
        return _witnesses(keys, after)
    rows = [connection.execute(statement, wanted).first() for statement in (_BEFORE, _THEIRS)]
    found = [witness for row in rows if row is not None for witness in _witnesses(keys, row)]
    return tuple(sorted(found, key=lambda witness: witness.at, reverse=True))


class Log:
    """The carrier's log as one settling sees it; each witness is asked for once."""

    def __init__(self, carrier: Carrier, lease: timedelta) -> None:
        self._carrier = carrier
        self._lease = lease
        self._shown: dict[str, Listed | None] = {}

    def standing(
        self, witnesses: tuple[Witness, ...], attempted_at: datetime
    ) -> tuple[Standing, timedelta]:
        """Whether the log has come to the end of an attempt: certainly, in so much time, or who
        knows. Where nobody bears witness, or only somebody long before, the grace is trusted to be
        longer than the log lags. Raises CarrierError.
        """
        for witness in witnesses:
            shown = self._find(witness)
            if shown is not None:
                at = self._taken_at(witness, shown)
                short_by = attempted_at + self._lease - at
                if short_by <= NO_WAIT:
                    return "proven", NO_WAIT
                if attempted_at - at <= GIVE_UP_AFTER:
                    return "soon", short_by + A_LITTLE
            elif witness.is_ours or self._carrier.fetch(witness.sid) is not None:
                return "behind", NO_WAIT
        return "trusted", NO_WAIT

    def _taken_at(self, witness: Witness, shown: Listed) -> datetime:
        """One of ours is dated by its last attempt, and its SID may be that of an earlier one."""
        differ = min(CLOCKS_DIFFER, self._lease)  # what is further apart is another attempt's
        is_as_told = witness.is_ours and witness.at - shown.created_at <= differ
        return witness.at if is_as_told else min(witness.at, shown.created_at)

    def _find(self, witness: Witness) -> Listed | None:
        if witness.sid not in self._shown:
            self._shown[witness.sid] = self._carrier.find_listed(
                witness.sid, witness.to, witness.from_address
            )
        return self._shown[witness.sid]


def _witnesses(keys: TenantKeys, row: AnyRow) -> tuple[Witness, ...]:
    """The text as a witness, if its address opens."""
    try:
        person = keys.open("contact.address", row.contact_id, row.address)
    except SealError:
        return ()
    is_ours = row.direction == "out"
    to, from_address = (person, row.number) if is_ours else (row.number, person)
    return (Witness(row.sid, to, from_address, row.attempted_at or row.created_at, is_ours),)
