"""Timers: rows that fall due once, however many clocks look at them."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from router.flows.assign.place import give
from router.flows.consent.doubt import take_silence
from router.flows.each import each
from router.flows.held import Held, hold_thread, save
from router.flows.outbox import Draft, queue
from router.flows.ripples import CALM, Ripples
from router.flows.rulebooks.standing import lost_tenants
from router.flows.senders import bell_of
from router.flows.snooze import wake
from router.flows.timer_rows import cancel_timers, start_timer
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.statement import Statement
from router.store.tables import Timer
from rules.decision import Assign, Escalate
from rules.limits import count_reply
from rules.model import Rulebook
from rules.moves import escalated, flagged, woken

BATCH = 100

_WAITING = Statement(
    select(col(Timer.id)).where(
        col(Timer.tenant_id) == bindparam("tenant"),
        col(Timer.thread_id) == bindparam("thread"),
        col(Timer.rule) == bindparam("rule"),
        col(Timer.state) == "waiting",
    )
)


def set_escalation(held: Held, escalation: Escalate) -> None:
    """Wait for staff to answer; `fire_due` acts when nobody has. A rule waits once a thread."""
    if not held.first_contact and _waits_already(held, escalation.rule):
        return
    payload = {
        "to": asdict(escalation.to),
        "text": escalation.say and escalation.say.text,
        "template": escalation.say and escalation.say.template,
    }
    start_timer(held, "escalate", held.at + escalation.after, payload, escalation.rule)


def end_escalations(held: Held) -> None:
    """Staff has answered or closed the thread: nobody else need come."""
    cancel_timers(held, "escalate")


def _waits_already(held: Held, rule: str) -> bool:
    wanted = {"tenant": held.tenant_id, "thread": held.thread_id, "rule": rule}
    return _WAITING.first(held.connection, wanted) is not None


def fire_due(world: World) -> Ripples:
    """Fire what is due, each timer in a transaction of its own."""
    now = world.now()
    with world.store.read() as connection:
        lost = lost_tenants(world, connection)  # theirs wait, and hold up nobody else's
        due = connection.execute(
            select(col(Timer.tenant_id), col(Timer.id))
            .where(col(Timer.state) == "waiting", col(Timer.due_at) <= now)
            .where(col(Timer.tenant_id).not_in(lost))
            .order_by(col(Timer.due_at))
            .limit(BATCH)
        ).all()

    def fire(tenant_id: str, timer_id: str) -> Ripples:
        return _fire(world, tenant_id, timer_id, now)

    return each(((row.tenant_id, row.id) for row in due), fire)


def _fire(world: World, tenant_id: str, timer_id: str, now: datetime) -> Ripples:
    with world.store.write() as connection:
        timer = _find(connection, tenant_id, timer_id)
        if timer is None:
            return CALM
        keys = world.keys(connection, tenant_id)
        held = hold_thread(connection, keys, timer.thread_id, now)  # locked before its timers are
        if held is None or not _take(connection, tenant_id, timer_id):
            return CALM
        book = world.live_book(connection, tenant_id)
        payload = keys.open_json("timer.payload", timer_id, timer.payload)
        match timer.kind:
            case "silence":
                take_silence(world.ledger, held, payload["text"], book.timezone.key)
                is_news = False
            case "wake":
                is_news = wake(held, book)
            case _:
                is_news = _escalate(held, payload, book)
        save(held, active=is_news)
        return Ripples(
            senders=bell_of(connection, tenant_id, held.number),
            threads=frozenset({(tenant_id, held.thread_id)}),
        )


def _find(connection: Connection, tenant_id: str, timer_id: str) -> AnyRow | None:
    return connection.execute(
        select(col(Timer.thread_id), col(Timer.kind), col(Timer.payload)).where(
            col(Timer.tenant_id) == tenant_id, col(Timer.id) == timer_id
        )
    ).one_or_none()


def _take(connection: Connection, tenant_id: str, timer_id: str) -> bool:
    """Whether it is this transaction that fires the timer."""
    taken = connection.execute(
        update(Timer)
        .where(
            col(Timer.tenant_id) == tenant_id,
            col(Timer.id) == timer_id,
            col(Timer.state) == "waiting",
        )
        .values(state="fired")
    )
    return bool(taken.rowcount)


def _escalate(held: Held, payload: dict[str, Any], book: Rulebook) -> bool:
    """Move the thread, unless it is closed; whether it was moved. One that was put aside is not any
    more, since nobody has answered it.
    """
    to, before = Assign(**payload["to"]), held.state
    if before.state == "closed":
        return False
    held.state = escalated(woken(before), to)
    give(held, before, book, to, rather_not=held.assignee)
    if payload["text"] and bell_of(held.connection, held.tenant_id, held.number):
        recent, allowed = count_reply(held.state.recent, held.at, book.limits)
        held.state = replace(held.state, recent=recent)
        if not allowed:
            held.state = flagged(held.state, "limit")
        queue(held, [Draft(payload["text"], "reply", payload["template"], withheld=not allowed)])
    return True
