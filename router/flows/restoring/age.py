"""Whether the database is older than it has been: nothing may be sent from one that is.

The clock writes the time into the database every few seconds, and every process that sends or keeps
time notes outside of it how far that has come. Both only ever grow, so that a database behind the
note was restored. A crash cannot bring that about: what is noted was committed before.
"""

from dataclasses import dataclass
from datetime import datetime

from router.flows.watermarks import mark, raise_mark
from router.flows.world import World
from router.store.high_water import HighWater

CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Older:
    """The database ends at `ends_at` (None: no clock has ever written into it), and had come to
    `had_come_to` before.
    """

    ends_at: datetime | None
    had_come_to: datetime

    def __str__(self) -> str:
        ends = "is new" if self.ends_at is None else f"ends {self.ends_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"the database {ends}, and had come to {self.had_come_to:%Y-%m-%d %H:%M:%S} UTC"


def beat(world: World) -> None:
    """The clock goes round: that stands in the database from now on."""
    with world.store.write() as connection:
        raise_mark(connection, CLOCK, world.now())


def check_age(world: World) -> Older | None:
    """None where the database is as new as it has ever been, which is noted then.

    The note is read first: whatever it says was in the database before. OSError where the note
    cannot be written, DatabaseDown where the database is away.
    """
    note = HighWater(world.settings.ledger)
    noted = note.read()
    with world.store.read() as connection:
        at = mark(connection, CLOCK)
    if noted is not None and (at is None or at < noted):
        return Older(at, noted)
    if at is not None and at != noted:
        note.note(at)
    return None
