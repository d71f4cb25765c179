"""`bellhop show`: a contact as it is stored, opened for whoever holds the master key."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from router.flows.consent.events import events_of
from router.flows.dispatches.told import told_of
from router.flows.held import Held, look_at
from router.flows.world import World
from router.store.rows import DECISION_OF_MESSAGE, AnyRow
from router.store.tables import DecisionRecord, Message, PrivacyRequest, Tenant, Timer


class NoSuchTenant(LookupError):
    """No rulebook of this tenant has ever been accepted."""


def show(world: World, tenant_id: str, address: str) -> dict[str, Any] | None:
    """All that is kept about an address, as JSON; None where nothing is.

    Raises NoSuchTenant. Privacy requests outlive an erasure: they may be all that is left.
    """
    with world.store.read() as connection:
        if not connection.execute(
            select(col(Tenant.id)).where(col(Tenant.id) == tenant_id)
        ).first():
            raise NoSuchTenant(tenant_id)
        keys = world.keys(connection, tenant_id)
        held = look_at(connection, keys, address, world.now())
        lookup = keys.lookup("address", address)
        requests = connection.execute(
            select(PrivacyRequest)
            .where(col(PrivacyRequest.tenant_id) == tenant_id, col(PrivacyRequest.lookup) == lookup)
            .order_by(col(PrivacyRequest.created_at))
        ).all()
        asked = [_request(row) for row in requests]
        if held is None:
            return {"address": address, "privacy_requests": asked} if asked else None
        return _contact(held) | {"privacy_requests": asked}


def _contact(held: Held) -> dict[str, Any]:
    return {
        "id": held.contact_id,
        "address": held.address,
        "language": held.language,
        "consent": {
            "opted_out": held.opted_out,
            "suppressed": sorted(held.suppressed),
            "events": _consent(held),
        },
        "blocked": held.blocked is not None,
        "groups": sorted(held.groups),
        "attributes": held.attributes,
        "thread": _thread(held),
        "messages": _messages(held),
        "timers": _timers(held),
        "dispatches": _dispatches(held),
    }


def _thread(held: Held) -> dict[str, Any]:
    dialog, prompt = held.state.dialog, held.state.prompt
    return {
        "id": held.thread_id,
        "state": held.state.state,
        "team": held.state.team,
        "assignee": held.assignee,
        "claimed": held.state.claimed,
        "asked_team": held.ask.team if held.ask else None,
        "waiting_since": _iso(held.waiting_since),
        "tags": sorted(held.state.tags),
        "dialog": {"name": dialog.name, "step": dialog.step} if dialog else None,
        "prompt": prompt.code if prompt else None,
        "flagged": bool(held.state.flags),
        "flags": sorted(held.state.flags),
    }


def _consent(held: Held) -> list[dict[str, Any]]:
    return [
        {
            "what": event.what,
            "scope": event.scope,
            "how": event.evidence.how,
            "at": _iso(event.at),
            "zone": event.evidence.zone,
            "number": event.evidence.number,
            "evidence": event.evidence.text,
            "author": event.evidence.author,
            "note": event.evidence.note,
            "disclosure": event.evidence.disclosure,
            "disclosure_version": event.evidence.version,
        }
        for event in events_of(held.connection, held.keys, held.person)
    ]


def _messages(held: Held) -> list[dict[str, Any]]:
    rows = held.connection.execute(
        select(
            Message,
            col(DecisionRecord.keyword),
            col(DecisionRecord.rule),
            col(DecisionRecord.file),
            col(DecisionRecord.line),
            col(DecisionRecord.revision),
        )
        .join(
            DecisionRecord,
            DECISION_OF_MESSAGE,
            isouter=True,
        )
        .where(col(Message.tenant_id) == held.tenant_id, col(Message.thread_id) == held.thread_id)
        .order_by(col(Message.seq))
    ).all()
    return [_message(held, row) for row in rows]


def _message(held: Held, row: AnyRow) -> dict[str, Any]:
    decided = row.keyword is not None
    return {
        "id": row.id,
        "sid": row.sid,
        "direction": row.direction,
        "kind": row.kind,
        "purpose": row.purpose,
        "topic": row.topic,
        "template": row.template,
        "state": row.state,
        "number": row.number,
        "body": held.keys.open("message.body", row.id, row.body),
        "error": row.error_code,
        "reason": row.reason,
        "late": row.late,
        "author": row.author,
        "created_at": _iso(row.created_at),
        "decision": _decision(row) if decided else None,
    }


def _decision(row: AnyRow) -> dict[str, Any]:
    fields = ("keyword", "rule", "file", "line", "revision")
    return {field: getattr(row, field) for field in fields}


def _timers(held: Held) -> list[dict[str, Any]]:
    rows = held.connection.execute(
        select(Timer)
        .where(col(Timer.tenant_id) == held.tenant_id, col(Timer.thread_id) == held.thread_id)
        .order_by(col(Timer.due_at))
    ).all()
    return [
        {"id": row.id, "kind": row.kind, "state": row.state, "due_at": _iso(row.due_at)}
        for row in rows
    ]


def _dispatches(held: Held) -> list[dict[str, Any]]:
    return [
        {
            "id": told.id,
            "kind": told.kind,
            "to": told.who,
            "rule": told.rule,
            "message": told.message_id,
            "state": told.state,
            "attempt": told.attempt,
            "error": told.error,
            "created_at": _iso(told.created_at),
        }
        for told in told_of(held.connection, held.tenant_id, held.thread_id)
    ]


def _request(row: AnyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "receipt": row.receipt,
        "kind": row.kind,
        "state": row.state,
        "created_at": _iso(row.created_at),
        "due_at": _iso(row.due_at),
        "done_at": _iso(row.done_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
