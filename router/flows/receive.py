"""A text comes in: stored, understood, decided and answered in one transaction."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from keywords.classify import classify
from router.carrier.api import Inbound
from router.carrier.webhook import channel_of
from router.flows.apply import apply
from router.flows.held import EVERYTHING, Held, hold_address, save
from router.flows.membership import enrolled_in, full_codes
from router.flows.outbox import ANSWER
from router.flows.privacy.confirm import AWAITS_CODE, confirm, pending_request
from router.flows.record import record_decision
from router.flows.ripples import CALM, Ripples
from router.flows.senders import find_receiver
from router.flows.turn import Turn
from router.flows.world import World
from router.store.ids import new_id
from router.store.rows import AnyRow, AnySelect, table
from router.store.tables import Message, Suppression, Tombstone
from rules.codes import fold_code
from rules.decide import decide
from rules.decision import Facts


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an inbound text. All three are answered 200: none gains by being repeated."""

    status: Literal["stored", "duplicate", "unknown_number"]
    ripples: Ripples = CALM


_BEFORE: AnySelect = select(
    (
        exists().where(
            col(Message.tenant_id) == bindparam("tenant"), col(Message.sid) == bindparam("sid")
        )
        | exists().where(
            col(Tombstone.tenant_id) == bindparam("tenant"),
            col(Tombstone.sid_hash) == bindparam("sid_hash"),
        )
    ).label("known"),
    exists()
    .where(
        col(Suppression.tenant_id) == bindparam("tenant"),
        col(Suppression.lookup) == bindparam("lookup"),
        col(Suppression.scope) == EVERYTHING,
    )
    .label("suppressed"),
    exists().where(*AWAITS_CODE).label("awaits_code"),
)
_STORE = insert(table(Message))


def receive(world: World, inbound: Inbound) -> Received:
    """Take in one text exactly once, however often and in whatever order it is delivered.

    Raises DatabaseDown where nothing could be committed; nothing is acknowledged then.
    """
    try:
        return _take_in(world, inbound)
    except IntegrityError:  # the same person's first text was stored while this one was read
        return _take_in(world, inbound)


def _take_in(world: World, inbound: Inbound) -> Received:
    at = world.now()
    with world.store.write() as connection:
        sender = find_receiver(connection, inbound.to_address, inbound.service_sid)
        if sender is None:
            return Received("unknown_number")
        keys = world.keys(connection, sender.tenant_id)
        held = hold_address(connection, keys, inbound.from_address, sender.address, at)
        before = _look_before(held, inbound.sid)
        if before.known:
            return Received("duplicate")
        held.opted_out = before.suppressed
        turn = Turn(
            world=world,
            held=held,
            sender=sender,
            live=world.live(connection, sender.tenant_id, sender.revision),
            message_id=_insert(held, inbound),
            inbound=inbound,
            reading=classify(inbound.body),
            awaits_code=before.awaits_code and not held.first_contact,
        )
        ripples = _understand(turn)
        save(held)
    shown = Ripples(threads=frozenset({(held.tenant_id, held.thread_id)}))
    return Received("stored", ripples | shown)


def _look_before(held: Held, sid: str) -> AnyRow:
    """Whether this text was stored or erased before (`known`), whether its sender is `suppressed`
    (an opt-out outlives an erasure), and whether a deletion `awaits_code`.
    """
    wanted = {
        "tenant": held.tenant_id,
        "sid": sid,
        "sid_hash": held.keys.lookup("sid", sid),
        "lookup": held.lookup,
        "now": held.at,
    }
    return held.connection.execute(_BEFORE, wanted).one()


def _insert(held: Held, inbound: Inbound) -> str:
    message_id = new_id()
    seal = held.keys.seal_json
    media = [[medium.url, medium.content_type] for medium in inbound.media]
    held.connection.execute(
        _STORE,
        {
            "tenant_id": held.tenant_id,
            "id": message_id,
            "thread_id": held.thread_id,
            "seq": held.take_seq(),
            "direction": "in",
            "number": held.number,
            "kind": "text",
            "priority": ANSWER,
            "attempt": 0,
            "state": "received",
            "body": held.keys.seal("message.body", message_id, inbound.body),
            "media": seal("message.media", message_id, media) if media else None,
            "sid": inbound.sid,
            "late": inbound.received_late,
            "created_at": held.at,
            "updated_at": held.at,
        },
    )
    return message_id


def _understand(turn: Turn) -> Ripples:
    """Decide, apply and record; a deletion's code is heard before everything else."""
    request = pending_request(turn.held) if turn.awaits_code else None
    if request is not None and (confirmed := confirm(turn, request)) is not None:
        return confirmed
    facts = _facts(turn)
    decision = decide(turn.live.book, turn.reading, turn.inbound.body, facts)
    ripples = apply(turn, decision)
    record_decision(turn, decision, facts)
    return ripples


def _facts(turn: Turn) -> Facts:
    held = turn.held
    prompt = held.state.prompt
    asked = {turn.live.book.codes.get(fold_code(turn.inbound.body)), prompt and prompt.code} - {
        None
    }
    known: dict[str, Any] = {}
    if asked:  # only then does a decision depend on who is in already
        codes = {code for code in asked if code}
        known = {"enrolled": enrolled_in(held), "full": full_codes(held, turn.live.book, codes)}
    return Facts(
        at=held.at,
        to=turn.sender.name,
        channel=channel_of(turn.inbound.from_address),
        language=held.language,
        opted_out=held.opted_out,
        first_contact=held.first_contact,
        groups=held.groups,
        attributes=held.attributes,
        thread=held.state,
        **known,
    )
