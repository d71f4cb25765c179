"""One person, one flow, one death: what the flow works on, and what came of it."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from router.carrier.api import Inbound, Outgoing
from router.flows.assign.queue import drain_queues
from router.flows.privacy.erase import erase
from router.flows.receive import receive
from router.flows.release import release_due
from router.flows.senders import find_sender
from router.flows.sending.claims import Claim, claim
from router.flows.sending.outcomes import record_all
from router.flows.sending.settle import settle, unsettled
from router.flows.show import show
from router.flows.staff import StaffIdentity
from router.flows.sweep import sweep
from router.flows.timers import fire_due
from router.flows.world import World
from router.now import MovableNow
from tests.storm.boundaries import Watcher
from tests.storm.crashes.desk import Desk

TENANT = "grand-hotel"
NUMBER = "+16125550100"
ROUNDS = 5
SETTLED = frozenset({"accepted", "sent", "delivered"})
CODE = re.compile(r"\b\d{6}\b")


class Death(BaseException):
    """The process ends here; whatever catches exceptions does not catch it."""


@dataclass
class Fate(Watcher):
    """Counts the boundaries that are passed while it is `armed`, and has the process die at one."""

    dies_at: int | None = None
    passed: int = 0
    armed: bool = False

    def step(self) -> None:
        """One more boundary."""
        if not self.armed:
            return
        self.passed += 1
        if self.passed == self.dies_at:
            self.armed = False
            raise Death

    before = committing = committed = step

    def has_read(self) -> None:
        """What only reads leaves nothing behind."""


@dataclass
class Scene:
    """A person who writes to the hotel, at the world and the carrier of all scenes."""

    world: World
    now: MovableNow
    desk: Desk
    staff: StaffIdentity
    phone: str
    _texts: itertools.count = field(default_factory=lambda: itertools.count(1))  # type: ignore[type-arg]  # of ints

    def text(self, body: str) -> Inbound:
        """What they write next."""
        return Inbound(f"SM{self.phone[1:]}x{next(self._texts)}", self.phone, NUMBER, None, body)

    def texts(self, body: str) -> None:
        """They write it, and it is taken in."""
        receive(self.world, self.text(body))

    def later(self, **by: float) -> None:
        """Time passes."""
        self.now.advance(timedelta(**by))

    def code(self) -> str:
        """The code that they were sent."""
        found = CODE.search(" ".join(one["body"] for one in self.messages))
        assert found, "no code was sent"
        return found[0]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What stands in their thread."""
        return list((show(self.world, TENANT, self.phone) or {}).get("messages", []))

    @property
    def thread_id(self) -> str:
        """Their thread's id."""
        return str((show(self.world, TENANT, self.phone) or {})["thread"]["id"])

    def send(self) -> None:
        """Send what is due, in this very thread."""
        for sender_id in sweep(self.world).senders:
            while self._send_some(sender_id):
                pass

    def _send_some(self, sender_id: str) -> bool:
        with self.world.store.read() as connection:
            sender = find_sender(connection, sender_id)
        if sender is None:
            return False
        claims = claim(self.world, sender, 32)
        record_all(self.world, [(one, self.desk.send(_outgoing(one))) for one in claims.messages])
        return bool(claims.messages or claims.put_aside)

    def settle(self) -> None:
        """Look up what is in doubt."""
        for sender_id in unsettled(self.world):
            settle(self.world, self.desk, sender_id)

    def erase(self) -> None:
        """Go on with every erasure."""
        for tenant_id, request_id in sweep(self.world).erasures:
            erase(self.world, self.desk, tenant_id, request_id)

    def recover(self) -> None:
        """What clock and worker do by themselves, for as long as anything may be left to do."""
        chores: tuple[Callable[[], object], ...] = (
            self.settle,
            self.send,
            lambda: release_due(self.world),
            lambda: fire_due(self.world),
            lambda: drain_queues(self.world),
            self.erase,
        )
        for _ in range(ROUNDS):
            self.later(minutes=3)
            for chore in chores:
                chore()

    def outcome(self) -> dict[str, Any]:
        """What came of it, as far as anybody could tell."""
        found = show(self.world, TENANT, self.phone)
        taken = sorted(one.body for one in self.desk.log if one.to == self.phone)
        codes = [CODE.sub("######", body) for body in taken]
        if found is None or "consent" not in found:
            asked = found["privacy_requests"] if found else []
            return {"taken": codes, "requests": [one["state"] for one in asked]}
        return {
            "taken": codes,
            "messages": [_told(one) for one in found["messages"]],
            "out": found["consent"]["opted_out"],
            "groups": found["groups"],
            "requests": [one["state"] for one in found["privacy_requests"]],
            "timers": len(found["timers"]),
            "team": found["thread"]["team"],
        }


def _told(message: dict[str, Any]) -> tuple[Any, ...]:
    state = "sent" if message["state"] in SETTLED else message["state"]
    return message["direction"], message["template"], state


def _outgoing(claimed: Claim) -> Outgoing:
    return Outgoing(claimed.to, claimed.number, claimed.body, None, "", claimed.deadline)
