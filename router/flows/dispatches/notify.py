"""Whom a decision tells: rows for notices to staff and for webhooks, in its own transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select
from sqlmodel import col

from router.flows.held import Held
from router.store.ids import new_id
from router.store.rows import AnyRow, table
from router.store.tables import Dispatch, Staff
from rules.decision import CallWebhook, NoticeBy, Notify
from rules.model import Rulebook

ONE_WITHIN = timedelta(minutes=5)  # a chatty guest pages nobody twenty times
NO_MOBILE = "no mobile number"

_INSERT = insert(table(Dispatch))


@dataclass(frozen=True, slots=True)
class _Recipient:
    """Somebody to tell, by the id of their account; `lacks` says what they have none of. Where
    `error` is said already, nobody can be told at all.
    """

    id: str
    lacks: frozenset[NoticeBy] = frozenset()
    error: str | None = None


def notify(held: Held, book: Rulebook, wish: Notify, message_id: str) -> None:
    """Have people told that the rule wants them to look at this thread, because of one text.

    At most once a person, way, thread and rule in five minutes. Who cannot be told is kept as
    failed, so that it is seen.
    """
    told = _told_lately(held, wish.rule)
    rows = [
        _row(held, wish.rule, message_id)
        | {"kind": kind, "recipient": person.id, "wanted": wish.team or wish.staff}
        | _fate(person, kind)
        for person in _recipients(held, book, wish)
        for kind in dict.fromkeys(wish.by)
        if (kind, person.id) not in told
    ]
    if rows:
        held.connection.execute(_INSERT, rows)


def call_webhook(held: Held, call: CallWebhook, message_id: str) -> None:
    """Have a webhook told of one text."""
    row = _row(held, call.rule, message_id)
    state = {"kind": "webhook", "recipient": call.name, "state": "queued"}
    held.connection.execute(_INSERT, row | state)


def _told_lately(held: Held, rule: str) -> set[tuple[str, str]]:
    rows = held.connection.execute(
        select(col(Dispatch.kind), col(Dispatch.recipient)).where(
            col(Dispatch.tenant_id) == held.tenant_id,
            col(Dispatch.thread_id) == held.thread_id,
            col(Dispatch.rule) == rule,
            col(Dispatch.created_at) > held.at - ONE_WITHIN,
        )
    )
    return {(row.kind, row.recipient) for row in rows}


def _recipients(held: Held, book: Rulebook, wish: Notify) -> list[_Recipient]:
    """Those of the team who are on shift, or all where its strategy is `everyone` or nobody is on
    shift: nobody being told is worse.
    """
    if wish.team is None:
        wanted = wish.staff or ""
        found = [row for row in _staff(held) if row.handle == wanted]
        missing = _Recipient(wanted, error=f"there is no account {wanted}")
    else:
        members = [row for row in _staff(held) if wish.team in row.teams]
        team = book.teams.get(wish.team)
        found = members if team and team.strategy == "everyone" else _on_shift(members)
        missing = _Recipient(wish.team, error=f"the team {wish.team} has no members")
    return [_recipient(row) for row in found] or [missing]


def _staff(held: Held) -> Sequence[AnyRow]:
    columns = (
        col(Staff.id),
        col(Staff.handle),
        col(Staff.teams),
        col(Staff.on_shift),
        col(Staff.mobile).is_(None).label("no_mobile"),
    )
    wanted = select(*columns).where(col(Staff.tenant_id) == held.tenant_id)
    return held.connection.execute(wanted.order_by(col(Staff.handle))).all()


def _on_shift(members: Iterable[AnyRow]) -> list[AnyRow]:
    everyone = list(members)
    return [row for row in everyone if row.on_shift] or everyone


def _recipient(row: AnyRow) -> _Recipient:
    return _Recipient(row.id, frozenset({"sms"}) if row.no_mobile else frozenset())


def _fate(person: _Recipient, kind: NoticeBy) -> dict[str, str | None]:
    error = person.error or (NO_MOBILE if kind in person.lacks else None)
    return {"state": "failed" if error else "queued", "error": error}


def _row(held: Held, rule: str, message_id: str) -> dict[str, object]:
    return {
        "tenant_id": held.tenant_id,
        "id": new_id(),
        "thread_id": held.thread_id,
        "message_id": message_id,
        "rule": rule,
        "number": held.number,
        "attempt": 0,
        "created_at": held.at,
        "updated_at": held.at,
    }
