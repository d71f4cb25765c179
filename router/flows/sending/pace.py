"""Paces: how many segments a second each kind of our numbers may send, and when the next may go.

The carrier queues what comes faster, for hours, and refuses it in the end (21611, 30001). What
waits with us instead can still be overtaken by an answer, or be taken back by an opt-out.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import smsutil  # type: ignore[import-untyped]  # smsutil ships no type information

from router.carrier.addresses import channel_of, is_short_code, is_toll_free
from router.settings import Settings

USED = 0.93  # of a pace: the rest is for jitter on the way, that no second sees more (stalls aside)
CLOSEST = 0.975  # of a pace: how close texts may follow each other that were late for their turn
AHEAD = timedelta(milliseconds=200)  # how early a text is claimed for its turn
MOST_SEGMENTS = 50  # of a text, more than any has
FAR_OFF = timedelta(minutes=5)  # a turn so far off was taken by a clock that was wrong


@dataclass(slots=True)
class Turns:
    """Hands out the turns of one sender in order: `free_at` is when the next begins."""

    rate: float  # segments a second; 0: no pace
    free_at: datetime

    @classmethod
    def after(cls, rate: float, at: datetime, taken_until: datetime | None) -> Self:
        """Turns from `at` on, or from where the last ones end; unless that is FAR_OFF, and further
        than any text takes.
        """
        if not rate or taken_until is None or taken_until < at:
            return cls(rate, at)
        furthest = max(FAR_OFF, timedelta(seconds=MOST_SEGMENTS / rate / USED))
        return cls(rate, taken_until if taken_until - at <= furthest else at)

    def take(self, body: str, to: str) -> tuple[datetime, float]:
        """The turn of one more text, and how many seconds the next must keep away from it."""
        turn = self.free_at
        if not self.rate:
            return turn, 0.0
        seconds = segments(body, to) / self.rate
        self.free_at += timedelta(seconds=seconds / USED)
        return turn, seconds / CLOSEST

    def again_in(self, at: datetime) -> float | None:
        """In how many seconds the next turn is near enough; None where it is."""
        seconds = (self.free_at - AHEAD - at).total_seconds()
        return seconds if seconds > 0 else None

    def most(self, limit: int) -> int:
        """How many texts, `limit` at most, can have a turn within AHEAD."""
        if not self.rate:
            return limit
        return min(limit, math.ceil(self.rate * AHEAD.total_seconds()) + 1)


def pace_of(settings: Settings, address: str) -> float:
    """Segments a second that may leave from our number at `address`; 0: as fast as it goes."""
    if channel_of(address) != "sms":
        return settings.pace_channel
    if is_short_code(address):
        return settings.pace_short_code
    if is_toll_free(address):
        return settings.pace_toll_free
    return settings.pace_long_code


def segments(body: str, to: str) -> int:
    """Into how many parts the network splits a text; one on a channel that has no parts.

    >>> segments("a" * 160, "+15550100"), segments("a" * 161, "+15550100")
    (1, 2)
    """
    if channel_of(to) != "sms":
        return 1
    parts: int = len(smsutil.split(body).parts)
    return max(1, parts)
