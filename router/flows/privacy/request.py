"""A privacy request is opened: recorded with its due date, and a deletion asks for its code."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import col

from router.flows.held import Held
from router.flows.outbox import FIRST, Draft, cancel_template
from router.store.ids import ALPHABET, new_id
from router.store.tables import PrivacyRequest
from rules.decision import AskPrivacy
from rules.model import Rulebook
from rules.texts.builtin import fill

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=15)
DELETE_CODE = "delete"  # the template that tells the code
RECEIPT_LETTERS = 8
SATURDAY = 5
ANSWER_WITHIN = timedelta(days=28)  # never later than GDPR 12(3)'s month, whichever month it is


def open_request(held: Held, ask: AskPrivacy, book: Rulebook) -> Draft:
    """Record the request and return its answer; an earlier deletion's code is void from now on."""
    request_id, receipt = new_id(), new_receipt()
    is_deletion = ask.kind == "delete"
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    if is_deletion and not held.first_contact:
        _void_earlier(held)
    held.connection.execute(
        insert(PrivacyRequest).values(
            tenant_id=held.tenant_id,
            id=request_id,
            receipt=receipt,
            kind=ask.kind,
            lookup=held.lookup,
            language=ask.say.language,
            state="asked" if is_deletion else "open",
            code_hash=held.keys.lookup("code", request_id + code) if is_deletion else None,
            code_expires_at=held.at + CODE_LIVES if is_deletion else None,
            created_at=held.at,
            due_at=answer_by(held.at, book),
        )
    )
    body = fill(ask.say.text, {"code": code, "receipt": receipt})
    if is_deletion:
        return Draft(body, "code", ask.say.template, priority=FIRST)
    return Draft(body, "compliance", ask.say.template)


def answer_by(at: datetime, book: Rulebook) -> datetime:
    """When a request of the instant `at` is to be answered: by law, or sooner if the rulebook says.

    Business days are counted without holidays, which could only put the day off.
    """
    promised = book.privacy.respond_days
    if promised is None:
        return at + ANSWER_WITHIN
    if not book.privacy.in_business_days:
        return at + min(ANSWER_WITHIN, timedelta(days=promised))
    day = at.astimezone(book.timezone)
    while promised:
        day += timedelta(days=1)
        promised -= day.weekday() < SATURDAY
    return min(at + ANSWER_WITHIN, day.astimezone(UTC))


def new_receipt() -> str:
    """A number to quote, that says nothing: R- and eight letters or digits."""
    return "R-" + "".join(secrets.choice(ALPHABET) for _ in range(RECEIPT_LETTERS)).upper()


def _void_earlier(held: Held) -> None:
    held.connection.execute(
        update(PrivacyRequest)
        .where(
            col(PrivacyRequest.tenant_id) == held.tenant_id,
            col(PrivacyRequest.lookup) == held.lookup,
            col(PrivacyRequest.state) == "asked",
        )
        .values(state="expired")
    )
    cancel_template(held, DELETE_CODE, "too_late")
