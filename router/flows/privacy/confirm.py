"""The code of a deletion comes back: the request is confirmed, and its receipt is on the way."""

import hmac
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from keywords.normalize import words
from keywords.reading import Meaning
from router.flows.held import Held, save_contact
from router.flows.outbox import Draft, cancel_waiting, queue
from router.flows.privacy.request import CODE_DIGITS
from router.flows.record import insert_record
from router.flows.ripples import Ripples
from router.flows.timers import end_escalations
from router.flows.turn import Turn
from router.store.rows import AnyRow
from router.store.tables import PrivacyRequest
from rules.inputs import pack_nothing
from rules.texts.builtin import answer, fill

MOST_TRIES = 5
BESIDE_A_CODE = frozenset(
    {"code", "codigo", "delete", "erase", "borrar", "eliminar", "supprimer", "effacer"}
)


AWAITS_CODE = (
    col(PrivacyRequest.tenant_id) == bindparam("tenant"),
    col(PrivacyRequest.lookup) == bindparam("lookup"),
    col(PrivacyRequest.state) == "asked",
    col(PrivacyRequest.code_expires_at) > bindparam("now"),
)
_PENDING = select(
    col(PrivacyRequest.id),
    col(PrivacyRequest.receipt),
    col(PrivacyRequest.language),
    col(PrivacyRequest.code_hash),
    col(PrivacyRequest.tries),
).where(*AWAITS_CODE)


def pending_request(held: Held) -> AnyRow | None:
    """The deletion of this contact that waits for its code, if one does."""
    wanted = {"tenant": held.tenant_id, "lookup": held.lookup, "now": held.at}
    return held.connection.execute(_PENDING, wanted).one_or_none()


def confirm(turn: Turn, request: AnyRow) -> Ripples | None:
    """Take the text as the code where it looks like one; None where it is an ordinary text."""
    given, held = _code_in(turn.inbound.body), turn.held
    if given is None or turn.reading.meaning not in {Meaning.NONE, Meaning.DELETE}:
        return None
    expected = held.keys.lookup("code", request.id + given)
    ripples = Ripples(senders=frozenset({turn.sender.id}))
    if hmac.compare_digest(expected, request.code_hash):
        _accept(turn, request)
        ripples |= Ripples(erasures=frozenset({(held.tenant_id, request.id)}))
    else:
        _refuse(turn, request)
    insert_record(turn, pack_nothing(), keyword=Meaning.DELETE.value, language=request.language)
    return ripples


def _code_in(body: str) -> str | None:
    """The code, where the text is nothing else: "482 913", "code 482913", "DELETE 482913"."""
    said = words(body)
    digits = "".join(word for word in said if word.isdecimal())
    others = {word for word in said if not word.isdecimal()}
    if len(digits) == CODE_DIGITS and digits.isascii() and others <= BESIDE_A_CODE:
        return digits
    return None


def _accept(turn: Turn, request: AnyRow) -> None:
    """From now on nothing that was known of the person flows into a decision or an answer: not
    what a dialog has heard, either, which ends.
    """
    held = turn.held
    cancel_waiting(held, "erasure")
    end_escalations(held)
    held.attributes, held.groups, held.language = {}, frozenset(), None
    held.state = replace(held.state, dialog=None, prompt=None, tags=frozenset())
    save_contact(held)
    body = answer(turn.live.book, "delete-done", request.language)
    message_id = _answer(turn, "delete-done", fill(body, {"receipt": request.receipt}))
    at = turn.said_at  # what they wrote since, and comes by a detour, stays
    _update(held, request, state="confirmed", confirmed_at=at, receipt_message_id=message_id)


def _refuse(turn: Turn, request: AnyRow) -> None:
    tries = request.tries + 1
    state = "expired" if tries >= MOST_TRIES else "asked"
    _answer(
        turn, "delete-code-wrong", answer(turn.live.book, "delete-code-wrong", request.language)
    )
    _update(turn.held, request, state=state, tries=tries)


def _answer(turn: Turn, template: str, body: str) -> str:
    (message_id,) = queue(turn.held, [Draft(body, "code", template, cause_id=turn.message_id)])
    return message_id


def _update(held: Held, request: AnyRow, **values: Any) -> None:
    held.connection.execute(
        update(PrivacyRequest)
        .where(
            col(PrivacyRequest.tenant_id) == held.tenant_id, col(PrivacyRequest.id) == request.id
        )
        .values(**values)
    )
