"""Texts that came by a detour (the spool, the carrier's log) are taken in, each person's in order.

A text that cannot be taken in for a reason that passes holds back what the same person wrote to the
same number afterwards, and nothing of anybody else; where the number's rulebook does not load, all
that was written to it. One that is broken holds back nothing for long.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import case, exists, select
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.receive import Received, receive
from router.flows.ripples import CALM, Ripples
from router.flows.rulebooks.live import RulebookLost
from router.flows.senders import find_receiver
from router.flows.watermarks import CLOCKS_DIFFER
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.tables import PrivacyRequest

PATIENCE = timedelta(minutes=10)  # so long a fault of which nothing is known may be one that passes

log = structlog.get_logger()


@dataclass(slots=True)
class Detour:
    """One round over what came late, oldest first.

    `dealt_with`: how many, `taken_in`: how many of these were stored; `lost`: how many wait for a
    rulebook that does not load.
    """

    world: World
    ripples: Ripples = CALM
    dealt_with: int = 0
    taken_in: int = 0
    lost: int = 0
    _held_back: set[tuple[str, str]] = field(default_factory=set)
    _without_book: set[str] = field(default_factory=set)  # addresses of ours

    def take_in(self, text: Inbound) -> bool:
        """Take a text in, unless an earlier one of the same person waits; whether it is dealt with,
        as is one that its writer has had erased since.

        Raises DatabaseDown: nothing more can be done in this round.
        """
        if text.to_address in self._without_book:
            self.lost += 1
            return False
        if (text.from_address, text.to_address) in self._held_back:
            return False
        try:
            received = None if was_erased(self.world, text) else receive(self.world, text)
        except DatabaseDown:
            raise
        except RulebookLost:
            self.lost += 1
            self._without_book.add(text.to_address)
        except Exception as error:  # noqa: BLE001 (whatever it is, other people's texts must go on)
            log.warning("late_text_not_taken_in", sid=text.sid, error=type(error).__name__)
            if text.sent_at is not None and self.world.now() - text.sent_at < PATIENCE:
                self.hold_back(text)
        else:
            self.dealt_with += 1
            if received is not None:
                self._note(text, received)
            return True
        return False

    def _note(self, text: Inbound, received: Received) -> None:
        self.ripples |= received.ripples
        self.taken_in += received.status == "stored"
        if received.status == "unknown_number":
            log.warning("inbound_to_unknown_number", sid=text.sid)

    def hold_back(self, text: Inbound) -> None:
        """What this person wrote afterwards waits for the next round."""
        self._held_back.add((text.from_address, text.to_address))


def was_erased(world: World, text: Inbound) -> bool:
    """Whether its writer has had everything erased that they had written by then: until the code,
    or, where a clock that was ahead noted that, until they asked for it.
    """
    if text.sent_at is None:
        return False
    asked, confirmed = col(PrivacyRequest.created_at), col(PrivacyRequest.confirmed_at)
    with world.store.read() as connection:
        sender = find_receiver(connection, text.to_address, text.service_sid)
        if sender is None:
            return False
        lookup = world.keys(connection, sender.tenant_id).lookup("address", text.from_address)
        until = case((confirmed <= world.now() + CLOCKS_DIFFER, confirmed), else_=asked)
        later = exists().where(
            col(PrivacyRequest.tenant_id) == sender.tenant_id,
            col(PrivacyRequest.lookup) == lookup,
            confirmed.is_not(None),
            until > text.sent_at,
        )
        return connection.execute(select(later)).scalar_one()
