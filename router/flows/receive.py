"""A text comes in: stored, understood, decided and answered in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, exists, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from keywords.reading import Meaning, Reading
from router.carrier.addresses import bare_number, is_machine
from router.carrier.api import Inbound
from router.carrier.webhook import channel_of
from router.flows.apply import apply
from router.flows.carrier_words import carrier_word, heed
from router.flows.consent.doubt import hear_answer
from router.flows.consent.outdated import without_outdated
from router.flows.consent.scopes import carrier_scope, topics_in
from router.flows.consent.suppressed import read_scopes, scopes_of
from router.flows.consent.ways import is_unconfirmed
from router.flows.consent.wishes import mark_free_at_carrier
from router.flows.held import Held, hold_address, person_of, save
from router.flows.membership import enrolled_in, full_codes
from router.flows.outbox import ANSWER
from router.flows.privacy.confirm import AWAITS_CODE, confirm, pending_request
from router.flows.record import record_decision
from router.flows.restoring.withheld import withhold_answers
from router.flows.ripples import CALM, Ripples
from router.flows.rulebooks.live import Live, NotCompiled, RulebookLost
from router.flows.senders import Sender, ask_receiver, find_receiver, read_receiver
from router.flows.turn import Turn
from router.flows.world import World
from router.store.ids import new_id
from router.store.rows import AnyRow, table
from router.store.sealing import TenantKeys
from router.store.statement import Question, Statement
from router.store.tables import Contact, Message, Number, Tombstone
from rules.decide import decide
from rules.decision import Facts
from rules.enrolling import codes_at_stake
from rules.hearing import read

AFTER_FIRST = 2  # the next place in a thread whose first text is being dealt with


@dataclass(frozen=True, slots=True)
class Received:
    """What became of an inbound text. All three are answered 200: none gains by being repeated."""

    status: Literal["stored", "duplicate", "unknown_number"]
    ripples: Ripples = CALM


_BEFORE = Statement(
    select(
        (
            exists().where(
                col(Message.tenant_id) == bindparam("tenant"), col(Message.sid) == bindparam("sid")
            )
            | exists().where(
                col(Tombstone.tenant_id) == bindparam("tenant"),
                col(Tombstone.sid_hash) == bindparam("sid_hash"),
            )
        ).label("known"),
        scopes_of(bindparam("tenant"), bindparam("person")).label("suppressed"),
        exists()
        .where(
            col(Contact.tenant_id) == bindparam("tenant"),
            col(Contact.person) == bindparam("person"),
        )
        .label("is_known"),
        exists().where(col(Number.address) == bindparam("address")).label("is_ours"),
        exists().where(*AWAITS_CODE).label("awaits_code"),
    )
)
COMPILED_AT_MOST = 3  # revisions that go live one after the other while a text is taken in
_STORE = Statement(insert(table(Message)))


def receive(world: World, inbound: Inbound) -> Received:
    """Take in one text exactly once, however often and in whatever order it is delivered.

    Raises DatabaseDown where nothing could be committed, RulebookLost where nothing can be decided;
    nothing is acknowledged then.
    """
    for _ in range(COMPILED_AT_MOST):
        try:
            return _take_in(world, inbound)
        except NotCompiled as cold:  # outside of the transaction, so that no text waits for it
            world.compile(cold.tenant_id, cold.revision)
    return _take_in(world, inbound)


def _take_in(world: World, inbound: Inbound) -> Received:
    try:
        return _try(world, inbound)
    except IntegrityError:  # the same person's first text was stored while this one was read
        return _try(world, inbound)


def _try(world: World, inbound: Inbound) -> Received:
    at = world.now()
    ready = _expect(world, inbound)
    with world.store.write() as connection:
        opened = _open(world, connection, inbound, at, ready)
        if opened is None:
            return Received("unknown_number")
        ready, held, before = opened
        if before.known:
            return Received("duplicate")
        held.suppressed = read_scopes(before.suppressed)
        held.is_stranger = not before.is_known
        said_at = min(inbound.sent_at or at, at)
        turn = Turn(
            world=world,
            held=held,
            sender=ready.sender,
            live=ready.live,
            message_id=_insert(held, inbound),
            inbound=inbound,
            said_at=said_at,
            reading=without_outdated(held, ready.reading, said_at),
            carrier_word=carrier_word(ready.sender, inbound),
            from_machine=before.is_ours or is_machine(inbound.from_address),
            awaits_code=before.awaits_code and not held.first_contact,
        )
        ripples = _understand(turn)
        if inbound.received_late:
            withhold_answers(held, turn.message_id, said_at)
        save(held)
    shown = Ripples(threads=frozenset({(held.tenant_id, held.thread_id)}))
    return Received("stored", ripples | shown)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a text means to whoever it is for."""

    sender: Sender
    keys: TenantKeys
    live: Live
    reading: Reading


def _expect(world: World, inbound: Inbound) -> _Ready | None:
    """The text made ready for whoever the last one to this number was for, before the transaction:
    nobody waits for it yet. None: none has come in this process, or their rulebook is gone.
    """
    known = world.receivers.get((inbound.to_address, inbound.service_sid))
    try:
        return _make_ready(world, inbound, *known) if known else None
    except (NotCompiled, RulebookLost):
        return None


def _make_ready(world: World, inbound: Inbound, sender: Sender, keys: TenantKeys) -> _Ready:
    live = world.compiled(sender.tenant_id, sender.revision)
    reading = heed(read(live.book, inbound.body), inbound.opt_out_type)
    return _Ready(sender, keys, live, reading)


def _open(
    world: World, connection: Connection, inbound: Inbound, at: datetime, ready: _Ready | None
) -> tuple[_Ready, Held, AnyRow] | None:
    """The text made ready for whoever it is for now, its thread, locked, and the row of `_BEFORE`.
    None: the number is nobody's.
    """
    to = inbound.to_address, inbound.service_sid
    if ready is None:
        sender = find_receiver(connection, *to)
    else:
        along = _ask_before(ready.keys, inbound, at), *ask_receiver(*to)
        number = ready.sender.address
        held, ((before,), *receivers) = hold_address(
            connection, ready.keys, inbound.from_address, number, at, *along
        )
        sender = read_receiver(receivers)
        if sender == ready.sender:
            return ready, held, before
    if sender is None:
        return None
    keys = world.keys(connection, sender.tenant_id)
    world.receivers[to] = sender, keys
    return _open(world, connection, inbound, at, _make_ready(world, inbound, sender, keys))


def _ask_before(keys: TenantKeys, inbound: Inbound, at: datetime) -> Question:
    """Whether this text was stored or erased before (`known`), where its sender is `suppressed` (an
    opt-out outlives an erasure) and whether they are `is_known` on any channel, whether it comes
    from a number of ours (`is_ours`), and whether a deletion `awaits_code`.
    """
    return _BEFORE, {
        "tenant": keys.tenant_id,
        "sid": inbound.sid,
        "sid_hash": keys.lookup("sid", inbound.sid),
        "lookup": keys.lookup("address", inbound.from_address),
        "person": person_of(keys, inbound.from_address),
        "address": bare_number(inbound.from_address),
        "now": at,
    }


def _insert(held: Held, inbound: Inbound) -> str:
    message_id = new_id()
    seal = held.keys.seal_json
    media = [[medium.url, medium.content_type] for medium in inbound.media]
    _STORE.run(
        held.connection,
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
    """Decide, apply and record; a deletion's code is heard before everything else.

    What was known before the text came is what it is decided by: a START that lifts the carrier's
    block is one of somebody who was blocked.
    """
    facts = _facts(turn)
    _note_whose(turn)
    request = pending_request(turn.held) if turn.awaits_code else None
    if request is not None and (confirmed := confirm(turn, request)) is not None:
        return confirmed
    decision = decide(turn.live.book, turn.reading, turn.inbound.body, facts)
    ripples = apply(turn, decision)
    record_decision(turn, decision, facts)
    return ripples


def _note_whose(turn: Turn) -> None:
    """Note what a text says by having come at all, whatever it means."""
    held = turn.held
    if turn.carrier_word == "START":
        mark_free_at_carrier(held)
    if turn.is_personal:
        held.last_text_at = max(turn.said_at, held.last_text_at or turn.said_at)
        if held.doubt_since and turn.reading.meaning is not Meaning.AMBIGUOUS:
            hear_answer(held)


def _is_blocked_at_carrier(turn: Turn) -> bool:
    blocks = carrier_scope(turn.held.number) in turn.held.suppressed
    return blocks and turn.carrier_word != "START"


def _facts(turn: Turn) -> Facts:
    held = turn.held
    book = turn.live.book
    codes = codes_at_stake(book, turn.inbound.body, held.state.prompt)
    known: dict[str, Any] = {}
    if codes:  # only then does a decision depend on who is in already
        known = {"enrolled": enrolled_in(held), "full": full_codes(held, book, codes)}
    return Facts(
        at=held.at,
        to=turn.sender.name,
        channel=channel_of(turn.inbound.from_address),
        language=held.language,
        opted_out=held.opted_out,
        topics_out=topics_in(held.suppressed),
        unconfirmed=turn.reading.meaning is Meaning.OPT_OUT and is_unconfirmed(held),
        carrier_blocks=_is_blocked_at_carrier(turn),
        machine=turn.from_machine,
        blocked=held.blocked is not None,
        first_contact=held.next_seq == AFTER_FIRST,
        groups=held.groups,
        attributes=dict(held.attributes),  # what the decision saves is no fact of it
        media=tuple(medium.content_type.lower() for medium in turn.inbound.media),
        draws_by=held.lookup.hex(),
        thread=held.state,
        **known,
    )
