"""A carrier in memory, for flows that die: it takes all that it is sent, unless told otherwise."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from router.carrier.api import (
    Accepted,
    Deleted,
    Inbound,
    Listed,
    Media,
    NumberWebhooks,
    Outcome,
    Outgoing,
)


@dataclass(frozen=True, slots=True)
class End:
    """What a send ends with, whether the text was taken or not."""

    outcome: Outcome
    is_taken: bool = False


@dataclass(slots=True)
class PlainCarrier:
    """`log` is all that it has. `bars`: whom it refuses, and how; `ends`: what the next sends end
    with, in either way. `step` is told before and after it takes a text.
    """

    now: Callable[[], datetime]
    step: Callable[[str], None]
    log: dict[str, Listed] = field(default_factory=dict)
    bars: dict[str, Outcome] = field(default_factory=dict)
    ends: deque[End] = field(default_factory=deque)
    _count: int = 0

    def send(self, outgoing: Outgoing) -> Outcome:
        """See Carrier."""
        self.step("before the carrier has a text")
        if outgoing.to in self.bars:
            return self.bars[outgoing.to]
        end = self.ends.popleft() if self.ends else None
        if end and not end.is_taken:
            return end.outcome
        sid = self._enter(outgoing.from_address, outgoing.to, outgoing.body)
        self.step("after the carrier has a text")
        return end.outcome if end else Accepted(sid, "queued")

    def hear(self, from_address: str, to: str, body: str) -> Inbound:
        """Somebody texts us; nobody has delivered it yet."""
        sid = self._enter(from_address, to, body, "inbound")
        return Inbound(sid, from_address, to, None, body)

    def _enter(self, from_address: str, to: str, body: str, direction: str = "outbound-api") -> str:
        self._count += 1
        sid = f"SM{self._count:032d}"
        status = "received" if direction == "inbound" else "delivered"
        at = self.now().replace(microsecond=0)
        self.log[sid] = Listed(sid, to, from_address, body, at, status, direction)
        return sid

    def list_sent(self, to: str, from_address: str, since: datetime) -> list[Listed]:
        """See Carrier."""
        pair = (to, from_address)
        return [
            each
            for each in self._newest_first(since)
            if (each.to, each.from_address) == pair and each.direction != "inbound"
        ]

    def find_listed(self, sid: str, to: str, from_address: str) -> Listed | None:
        """See Carrier."""
        found = self.log.get(sid)
        return found if found and (found.to, found.from_address) == (to, from_address) else None

    def list_received(self, since: datetime) -> list[Listed]:
        """See Carrier."""
        return [each for each in self._newest_first(since) if each.direction == "inbound"]

    def list_written(self, from_address: str, since: datetime) -> list[Listed]:
        """See Carrier."""
        received = self.list_received(since)
        return [each for each in received if each.from_address == from_address]

    def _newest_first(self, since: datetime) -> list[Listed]:
        earliest = since.replace(microsecond=0)
        return [each for each in reversed(self.log.values()) if each.created_at >= earliest]

    def list_media(self, sid: str) -> tuple[Media, ...]:
        """See Carrier."""
        return ()

    def fetch(self, sid: str) -> Listed | None:
        """See Carrier."""
        return self.log.get(sid)

    def redact(self, sid: str) -> None:
        """See Carrier."""
        if sid in self.log:
            self.log[sid] = replace(self.log[sid], body="")

    def delete(self, sid: str) -> Deleted:
        """See Carrier."""
        self.log.pop(sid, None)
        return "gone"

    def check_account(self) -> str | None:
        """See Carrier."""
        return None

    def numbers_webhooks(self, *, short_codes: bool = False) -> list[NumberWebhooks]:
        """See Carrier."""
        return []
