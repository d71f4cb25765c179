"""What staff records about a person's consent: all of it with who, when and why.

An opt-out may be given by any means (47 CFR 64.1200(a)(10)): by phone, in person, or in a text that
only a person understands. It is recorded here, and a mistaken one is corrected, with a reason.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from router.flows.acting import Acted, act_on
from router.flows.consent import wishes
from router.flows.consent.doubt import end_doubt, text_in_doubt
from router.flows.consent.events import Evidence
from router.flows.consent.scopes import MARKETING
from router.flows.consent.ways import ways_out
from router.flows.held import Held, save_contact
from router.flows.outbox import FIRST, Draft, cancel_waiting, queue
from router.flows.senders import bell_of
from router.flows.sending.verdicts import CONFIRMED_WITHIN
from router.flows.staff import StaffIdentity
from router.flows.timers import end_escalations
from router.flows.world import World
from rules.decision import EVERYTHING, number_scope, topic_scope
from rules.texts import builtin

ONE_TAP = "a text in doubt was one"
WHY_MISSING = "Say why, in a few words: it is kept with the record."
OPTED_OUT_ALREADY = "This person has opted out already."
NOT_OPTED_OUT = "This person has not opted out."
THEIR_OWN_WORD = "They texted a word that means STOP: only their own START brings texts back."
OBJECTED = "They have objected to marketing: only their own START brings it back."
LONGEST_NOTE = 500

Agreed = Literal["service", "marketing"]


def record_opt_out(world: World, staff: StaffIdentity, thread_id: str, note: str) -> Acted:
    """The person opted out by phone, in person, or in a text in doubt (then `note` may be empty).

    It is confirmed by text where the text in doubt is not older than five minutes.
    """

    def act(held: Held) -> str | None:
        in_doubt = held.doubt_since is not None
        confirmed = in_doubt and _is_fresh(held)
        if _is_out(held):
            end_doubt(held, release=False)
            return None if in_doubt else OPTED_OUT_ALREADY
        said = note.strip() or (ONE_TAP if in_doubt else "")
        if refusal := _why_not(said):
            return refusal
        evidence = replace(_by(world, staff, held, said), text=text_in_doubt(held))
        wishes.opt_out(world.ledger, held, evidence)
        end_doubt(held, release=False)
        if confirmed and bell_of(held.connection, held.tenant_id, held.number):
            queue(held, [_confirmation(world, held)])
        return None

    return act_on(world, staff, thread_id, act)


def correct_opt_out(world: World, staff: StaffIdentity, thread_id: str, reason: str) -> Acted:
    """An opt-out was recorded by mistake; never one that the person gave by a word of their own."""

    def act(held: Held) -> str | None:
        if not _is_out(held):
            return NOT_OPTED_OUT
        if not can_correct(held):
            return THEIR_OWN_WORD
        if refusal := _why_not(reason):
            return refusal
        for scope in _out_scopes(held):
            wishes.lift(world.ledger, held, scope)
            wishes.record(held, "corrected", _by(world, staff, held, reason.strip()), scope)
        return None

    return act_on(world, staff, thread_id, act)


def can_correct(held: Held) -> bool:
    """Whether there is an opt-out that staff may take back: we know what it rests on, and none of
    it is a word of the person's own.
    """
    ways = ways_out(held) if _is_out(held) else []
    return bool(ways) and "keyword" not in ways


def keep(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """A text in doubt was no opt-out: what waited is sent after all."""

    def act(held: Held) -> str | None:
        if held.doubt_since is not None:
            evidence = replace(_by(world, staff, held, None), text=text_in_doubt(held))
            wishes.record(held, "kept", evidence)
            end_doubt(held, release=True)
        return None

    return act_on(world, staff, thread_id, act)


def record_consent(
    world: World, staff: StaffIdentity, thread_id: str, scope: Agreed, note: str
) -> Acted:
    """The person agreed to service texts, or to marketing, as `note` says."""

    def act(held: Held) -> str | None:
        if _is_out(held):
            return OPTED_OUT_ALREADY if can_correct(held) else THEIR_OWN_WORD
        if scope == MARKETING and topic_scope(MARKETING) in held.suppressed:
            return OBJECTED
        if refusal := _why_not(note):
            return refusal
        wishes.opt_in(world.ledger, held, _by(world, staff, held, note.strip()), (scope,))
        return None

    return act_on(world, staff, thread_id, act)


def clear_flags(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """Staff has seen why the thread was flagged; a text in doubt stays until it is decided."""

    def act(held: Held) -> None:
        held.state = replace(held.state, flags=held.state.flags & {"doubt"})

    return act_on(world, staff, thread_id, act)


def block(world: World, staff: StaffIdentity, thread_id: str, reason: str) -> Acted:
    """What this sender writes is kept and reaches nobody; STOP and privacy words still act. What
    was going on with them ends.
    """

    def act(held: Held) -> str | None:
        if refusal := _why_not(reason):
            return refusal
        said = {"by": staff.handle, "at": held.at.isoformat(), "reason": reason.strip()}
        held.blocked = held.keys.seal_json("contact.blocked", held.contact_id, said)
        save_contact(held)
        held.state = replace(held.state, dialog=None, prompt=None)
        end_escalations(held)
        cancel_waiting(held, "blocked")
        wishes.record(held, "blocked", _by(world, staff, held, reason.strip()))
        return None

    return act_on(world, staff, thread_id, act)


def unblock(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """What this sender writes is routed again."""

    def act(held: Held) -> str | None:
        if held.blocked is not None:
            held.blocked = None
            save_contact(held)
            wishes.record(held, "unblocked", _by(world, staff, held, None))
        return None

    return act_on(world, staff, thread_id, act)


def _is_out(held: Held) -> bool:
    return bool(_out_scopes(held))


def _out_scopes(held: Held) -> frozenset[str]:
    return held.suppressed & {EVERYTHING, number_scope(held.number)}


def _is_fresh(held: Held) -> bool:
    since = held.at - held.doubt_since if held.doubt_since else timedelta.max
    return since <= CONFIRMED_WITHIN


def _confirmation(world: World, held: Held) -> Draft:
    book = world.live_book(held.connection, held.tenant_id)
    text = builtin.answer(book, "opt-out", held.language or book.languages[0])
    return Draft(text, "compliance", "opt-out", priority=FIRST)


def _by(world: World, staff: StaffIdentity, held: Held, note: str | None) -> Evidence:
    zone = world.live_book(held.connection, held.tenant_id).timezone.key
    return Evidence("staff", number=held.number, author=staff.handle, note=note, zone=zone)


def _why_not(note: str) -> str | None:
    said = note.strip()
    if not said:
        return WHY_MISSING
    if len(said) > LONGEST_NOTE:
        return f"A note holds {LONGEST_NOTE} characters at most; this one has {len(said)}."
    return None
