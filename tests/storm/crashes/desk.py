"""A carrier in memory that takes every text and keeps its log; dying is possible on both sides."""

import itertools
from collections.abc import Callable
from datetime import datetime

from router.carrier.api import (
    Accepted,
    Deleted,
    Inbound,
    Listed,
    Media,
    NumberWebhooks,
    Outgoing,
)
from router.now import Now


class Desk:
    """Implements `Carrier`. `step` is told before and after a text is taken."""

    def __init__(self, now: Now, step: Callable[[], None]) -> None:
        self._now = now
        self._step = step
        self._sids = itertools.count(1)
        self.log: list[Listed] = []

    def send(self, outgoing: Outgoing) -> Accepted:
        """Take it."""
        self._step()
        sid = f"SMout{next(self._sids):029x}"
        at = self._now().replace(microsecond=0)
        self.log.append(
            Listed(sid, outgoing.to, outgoing.from_address, outgoing.body, at, "sent", "outbound")
        )
        self._step()
        return Accepted(sid, "queued")

    def hear(self, text: Inbound) -> None:
        """A person wrote, and no webhook was answered."""
        at = self._now().replace(microsecond=0)
        sent = (text.to_address, text.from_address, text.body, at)
        self.log.append(Listed(text.sid, *sent, "received", "inbound"))

    def list_sent(self, to: str, from_address: str, since: datetime) -> list[Listed]:
        """See Carrier."""
        found = [one for one in self.log if (one.to, one.from_address) == (to, from_address)]
        return [one for one in reversed(found) if one.created_at >= since.replace(microsecond=0)]

    def is_listed(self, sid: str, to: str, from_address: str) -> bool:
        """See Carrier."""
        return self.fetch(sid) is not None

    def list_received(self, since: datetime) -> list[Listed]:
        """See Carrier."""
        return [one for one in reversed(self.log) if one.direction == "inbound"]

    def list_media(self, sid: str) -> tuple[Media, ...]:
        """See Carrier."""
        return ()

    def fetch(self, sid: str) -> Listed | None:
        """See Carrier."""
        return next((one for one in self.log if one.sid == sid), None)

    def redact(self, sid: str) -> None:
        """See Carrier."""

    def delete(self, sid: str) -> Deleted:
        """See Carrier."""
        self.log = [one for one in self.log if one.sid != sid]
        return "gone"

    def check_account(self) -> str | None:
        """See Carrier."""
        return None

    def numbers_webhooks(self) -> list[NumberWebhooks]:
        """See Carrier."""
        return []
