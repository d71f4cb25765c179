"""The parts of the simulated carrier, wired together; the journeys are in outbound and inbound."""

import hashlib
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from router.carrier.addresses import is_short_code
from router.carrier.simulator.background import Background
from router.carrier.simulator.faults import Faults
from router.carrier.simulator.handsets import Bubble, Handsets
from router.carrier.simulator.posts import Posts
from router.carrier.simulator.records import Number, Record, Records
from router.now import MovableNow
from router.settings import Settings


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Everything a journey through the simulated carrier needs."""

    settings: Settings
    now: MovableNow
    records: Records
    posts: Posts
    delay_seconds: float
    faults: Faults = field(default_factory=Faults)
    handsets: Handsets = field(default_factory=Handsets)
    background: Background = field(default_factory=Background)
    closing: threading.Event = field(default_factory=threading.Event)

    def number(self, address: str) -> Number:
        """A number of the account; one that nobody named is taken in with the usual settings."""
        for known in self.records.numbers():
            if known.address == address:
                return known
        # Twilio filters nothing on a short code: the app answers STOP there.
        fresh = Number(address, "bellhop" if is_short_code(address) else "carrier", None)
        self.records.set_number(fresh)
        return fresh

    def close(self) -> None:
        """Stop the threads, end the hanging answers, close the file."""
        self.closing.set()
        self.background.close()
        self.posts.close()
        self.records.close()


def open_switchboard(
    settings: Settings, now: MovableNow, database: Path, post_to: str, delay_seconds: float
) -> Switchboard:
    """Wire the parts; the phones show again what the log still holds."""
    key = hashlib.sha256(b"simulator blocks" + settings.secret_key.get_secret_value().encode())
    board = Switchboard(
        settings=settings,
        now=now,
        records=Records(database, key.digest()),
        posts=Posts(settings, post_to),
        delay_seconds=delay_seconds,
    )
    for record in reversed(board.records.newest_first()):
        board.handsets.show(bubble_of(record))
    return board


def bubble_of(record: Record, media_types: tuple[str, ...] = ()) -> Bubble:
    """How a text of the log looks on the phone."""
    is_inbound = record.direction == "inbound"
    return Bubble(
        sid=record.sid,
        direction="inbound" if is_inbound else "outbound",
        by="handset" if is_inbound else "bellhop",
        from_address=record.from_address,
        to_address=record.to_address,
        body=record.body,
        status=record.status,
        error_code=record.error_code,
        created_at=record.created_at,
        media_types=media_types,
    )


def confirmation(number: str, handset: str, body: str, at: datetime) -> Bubble:
    """A text that the carrier wrote by itself: it is in no log, and the app never hears of it."""
    return Bubble(
        sid="CF" + token_hex(16),
        direction="outbound",
        by="carrier",
        from_address=number,
        to_address=handset,
        body=body,
        status="delivered",
        error_code=None,
        created_at=at,
    )
