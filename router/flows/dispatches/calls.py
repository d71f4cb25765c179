"""A webhook is told of a text: what it is sent is read at that moment, so that nobody who was
erased meanwhile is ever told of.
"""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, select
from sqlmodel import col

from router.couriers.outcome import Failed, Gone, Outcome, Retry
from router.flows.dispatches.claims import DispatchClaim
from router.flows.dispatches.means import Means
from router.flows.privacy.progress import is_being_erased
from router.store.rows import (
    CONTACT_OF_THREAD,
    DECISION_OF_MESSAGE,
    THREAD_OF_MESSAGE,
    AnyRow,
    AnySelect,
)
from router.store.sealing import TenantKeys
from router.store.tables import Contact, DecisionRecord, Message, Thread
from rules.model import Webhook

RECEIVED = "text.received"

_EVENT: AnySelect = (
    select(
        col(Message.id),
        col(Message.thread_id),
        col(Message.number),
        col(Message.body),
        col(Message.created_at),
        col(DecisionRecord.language).label("read_in"),
        col(Thread.tags),
        col(Contact.id).label("contact_id"),
        col(Contact.lookup),
        col(Contact.address),
        col(Contact.language),
        col(Contact.groups),
        col(Contact.attributes),
    )
    .join(Thread, THREAD_OF_MESSAGE)
    .join(Contact, CONTACT_OF_THREAD)
    .join(DecisionRecord, DECISION_OF_MESSAGE, isouter=True)
)


@dataclass(frozen=True, slots=True)
class _Call:
    webhook: Webhook
    secret: SecretStr
    body: bytes


def try_webhook(means: Means, claim: DispatchClaim) -> Outcome:
    """POST the text to the webhook; Gone where the text is not kept any more."""
    prepared = _prepare(means, claim)
    if not isinstance(prepared, _Call):
        return prepared
    return means.couriers.webhooks.call(
        prepared.webhook.url,
        prepared.secret.get_secret_value(),
        claim.id,
        prepared.body,
        means.world.now(),
    )


def _prepare(means: Means, claim: DispatchClaim) -> _Call | Outcome:
    world = means.world
    with world.store.read() as connection:
        webhook = world.live_book(connection, claim.tenant_id).webhooks.get(claim.recipient)
        if webhook is None:
            return Failed("the rulebook does not have it any more")
        row = _read(connection, claim)
        if row is None:
            return Gone()
        if is_being_erased(connection, claim.tenant_id, row.lookup):
            return Retry("the person is being erased")  # what the erasure leaves is told after it
        secret = world.settings.webhook_secret_of(webhook.secret)
        if secret is None:
            return Retry(f"{webhook.secret} is not set")
        event = _event(world.keys(connection, claim.tenant_id), claim, row)
    return _Call(webhook, secret, json.dumps(event, ensure_ascii=False).encode())


def _read(connection: Connection, claim: DispatchClaim) -> AnyRow | None:
    return connection.execute(
        _EVENT.where(col(Message.tenant_id) == claim.tenant_id, col(Message.id) == claim.message_id)
    ).one_or_none()


def _event(keys: TenantKeys, claim: DispatchClaim, row: AnyRow) -> dict[str, Any]:
    known = row.attributes
    return {
        "event": RECEIVED,
        "tenant": claim.tenant_id,
        "id": row.id,
        "thread": row.thread_id,
        "rule": claim.rule,
        "to": row.number,
        "from": keys.open("contact.address", row.contact_id, row.address),
        "body": keys.open("message.body", row.id, row.body),
        "language": row.read_in or row.language,
        "tags": sorted(row.tags),
        "groups": sorted(row.groups),
        "attributes": keys.open_json("contact.attributes", row.contact_id, known) if known else {},
        "at": row.created_at.isoformat(),
    }
