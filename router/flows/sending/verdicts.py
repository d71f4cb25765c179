"""Whether a message that is due may leave: consent, doubt, purpose, quiet hours, in this order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.consent.events import standings_of
from router.flows.consent.places import places_of
from router.flows.consent.scopes import CARRIER, MARKETING
from router.flows.consent.standing import Purpose, Standing
from router.flows.outbox import EXEMPT, OWN_TEXT_COUNTS
from router.flows.privacy.request import CODE_LIVES, DELETE_CODE
from router.flows.senders import Sender
from router.flows.sending.outlived import find_outlived
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import Contact, Message, Suppression, Thread
from rules.decision import EVERYTHING, number_scope, topic_scope
from rules.times.quiet import next_allowed

CONFIRMATIONS = frozenset({"opt-out", "opt-out-topic"})
CONFIRMED_WITHIN = timedelta(minutes=5)
"""An opt-out is confirmed so soon or not at all: 47 CFR 64.1200(a)(12)."""

CLOSED_SINCE = (
    select(func.max(col(Suppression.since)))
    .where(
        col(Suppression.tenant_id) == col(Contact.tenant_id),
        col(Suppression.lookup) == col(Contact.person),
        or_(
            col(Suppression.scope) == EVERYTHING,
            col(Suppression.scope) == number_scope("") + col(Message.number),
            col(Suppression.scope) == CARRIER + col(Message.number),
            col(Suppression.scope) == topic_scope("") + col(Message.topic),
            col(Suppression.scope)
            == case((col(Message.purpose) == MARKETING, topic_scope(MARKETING))),
        ),
    )
    .scalar_subquery()
)
"""Since when the newest suppression forbids the message of the enclosing query; NULL: none does."""

_TWIN, _TWIN_THREAD = aliased(Contact), aliased(Thread)
IN_DOUBT_SINCE = (
    select(func.max(col(_TWIN_THREAD.doubt_since)))
    .join(
        _TWIN,
        (col(_TWIN.tenant_id) == col(_TWIN_THREAD.tenant_id))
        & (col(_TWIN.id) == col(_TWIN_THREAD.contact_id)),
    )
    .where(col(_TWIN.tenant_id) == col(Contact.tenant_id), col(_TWIN.person) == col(Contact.person))
    .correlate(Contact)
    .scalar_subquery()
)
"""Since when a text of the person, on whatever channel, may be an opt-out; NULL: none may."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a message does not leave now: its state and reason from now on."""

    state: Literal["suppressed", "canceled", "held", "failed"]
    reason: str
    not_before: datetime | None = None


OUTLIVED = Verdict("canceled", "opted_out")


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges messages of one sender at one time, within the transaction that claims them."""

    world: World
    connection: Connection
    keys: TenantKeys
    sender: Sender
    at: datetime

    def verdicts(self, rows: Sequence[AnyRow]) -> dict[str, Verdict | None]:
        """Of each message (its id): None where it may leave."""
        unasked = {
            row.person for row in rows if row.kind not in EXEMPT and not self._is_answer(row)
        }
        standings = standings_of(self.connection, self.sender.tenant_id, unasked)
        outlived = find_outlived(self.connection, self.sender.tenant_id, rows)
        return {
            row.id: OUTLIVED if row.id in outlived else self._verdict(row, standings)
            for row in rows
        }

    def _verdict(self, row: AnyRow, standings: Mapping[bytes, Standing]) -> Verdict | None:
        if row.kind in EXEMPT:
            return self._on_exempt(row)
        if row.closed_since is not None:
            return Verdict("suppressed", "opted_out")
        if row.blocked is not None:
            return Verdict("suppressed", "blocked")
        if row.doubt_since is not None and self._was_not_asked_for(row):
            return Verdict("held", "doubt")
        return None if self._is_answer(row) else self._on_unasked(row, standings[row.person])

    def _on_exempt(self, row: AnyRow) -> Verdict | None:
        """After an opt-out only its confirmation and answers to later words may go, in time; a code
        that has ended is no use.
        """
        if row.closed_since is not None and row.created_at < row.closed_since:
            return Verdict("suppressed", "opted_out")
        waited = self.at - row.created_at
        if row.template in CONFIRMATIONS and waited > CONFIRMED_WITHIN:
            return Verdict("canceled", "too_late")
        if row.template == DELETE_CODE and waited > CODE_LIVES:
            return Verdict("canceled", "too_late")
        return None

    def _was_not_asked_for(self, row: AnyRow) -> bool:
        """Whether it is said by itself, and not about what the person wrote since the doubt."""
        if row.kind not in {"reply", "question"}:
            return False
        return row.cause_id is None or row.created_at < row.doubt_since

    def _is_answer(self, row: AnyRow) -> bool:
        if row.purpose != "answer" or row.last_text_at is None:
            return False
        return bool(self.at - row.last_text_at <= OWN_TEXT_COUNTS)

    def _on_unasked(self, row: AnyRow, standing: Standing) -> Verdict | None:
        """A service text or marketing needs a consent that covers it, and keeps quiet hours."""
        purpose: Purpose = "service" if row.purpose == "answer" else row.purpose
        if not standing.allows(purpose):
            return Verdict("suppressed", "no_consent")
        book = self.world.live(self.connection, self.sender.tenant_id, self.sender.revision).book
        address = self.keys.open("contact.address", row.contact_id, row.address)
        opens = next_allowed(self.at, places_of(address, book.timezone), book.limits.quiet_hours)
        return Verdict("held", "quiet_hours", opens) if opens > self.at else None
