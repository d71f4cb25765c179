"""Recorded traffic: found in pages, and read a page at a time, sealed as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import col

from router.flows.privacy.remains import ERASED
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, DECISION_OF_MESSAGE, AnyRow, AnySelect
from router.store.tables import Audit, Contact, DecisionRecord, Message, PrivacyRequest, Thread

PAGE_TEXTS = 500
_LOOKED_AT = 20 * PAGE_TEXTS


@dataclass(frozen=True, slots=True)
class Page:
    """So many texts, from one message id to another, both included."""

    first: str
    last: str
    texts: int


_WRITTEN_SINCE = (
    col(DecisionRecord.tenant_id) == bindparam("tenant"),
    col(Message.created_at) >= bindparam("since"),
)
_IDS: AnySelect = (
    select(col(DecisionRecord.message_id))
    .join(Message, DECISION_OF_MESSAGE)
    .where(*_WRITTEN_SINCE, col(DecisionRecord.message_id) > bindparam("after"))
    .order_by(col(DecisionRecord.message_id))
    .limit(_LOOKED_AT)
)
_TEXTS: AnySelect = (
    select(
        col(Message.id),
        col(Message.thread_id),
        col(Message.created_at),
        col(Message.body),
        col(DecisionRecord.revision),
        col(DecisionRecord.inputs),
        col(DecisionRecord.keyword),
        col(DecisionRecord.language),
        col(DecisionRecord.rule),
        col(DecisionRecord.section),
        col(DecisionRecord.line),
        col(DecisionRecord.code),
        col(DecisionRecord.held_by),
    )
    .join_from(DecisionRecord, Message, DECISION_OF_MESSAGE)
    .where(
        *_WRITTEN_SINCE,
        col(DecisionRecord.message_id).between(bindparam("first"), bindparam("last")),
    )
    .order_by(col(DecisionRecord.message_id).desc())
)
_BEING_ERASED: AnySelect = (
    select(col(Thread.id))
    .join(Contact, CONTACT_OF_THREAD)
    .join(
        PrivacyRequest,
        (col(PrivacyRequest.tenant_id) == col(Contact.tenant_id))
        & (col(PrivacyRequest.lookup) == col(Contact.lookup)),
    )
    .where(
        col(PrivacyRequest.tenant_id) == bindparam("tenant"),
        col(PrivacyRequest.state) == "confirmed",
    )
)
_ERASURES = select(col(Audit.detail)).where(
    col(Audit.tenant_id) == bindparam("tenant"),
    col(Audit.at) >= bindparam("since"),
    col(Audit.action) == ERASED,
)


def find_pages(world: World, tenant_id: str, since: datetime) -> list[Page]:
    """The texts written since then, newest first, in pages. Many short transactions."""
    return list(_pages(world, tenant_id, since))[::-1]


def _pages(world: World, tenant_id: str, since: datetime) -> Iterator[Page]:
    after = ""
    while True:
        wanted = {"tenant": tenant_id, "since": since, "after": after}
        with world.store.read() as connection:
            ids: Sequence[str] = connection.execute(_IDS, wanted).scalars().all()
        for start in range(0, len(ids), PAGE_TEXTS):
            page = ids[start : start + PAGE_TEXTS]
            yield Page(page[0], page[-1], len(page))
        if len(ids) < _LOOKED_AT:
            return
        after = ids[-1]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a page, and the threads among theirs whose people are being erased."""

    rows: Sequence[AnyRow]
    being_erased: frozenset[str]


def read_page(world: World, tenant_id: str, since: datetime, page: Page) -> Sheet:
    """One page as it is now, newest first: what was erased since it was found is not in it."""
    wanted = {"tenant": tenant_id, "since": since, "first": page.first, "last": page.last}
    with world.store.read() as connection:
        erased = connection.execute(_BEING_ERASED, {"tenant": tenant_id}).scalars()
        being_erased = frozenset(erased)
        return Sheet(connection.execute(_TEXTS, wanted).all(), being_erased)


def count_erased(world: World, tenant_id: str, since: datetime) -> int:
    """How many texts were removed by erasures since then, whenever they were written."""
    with world.store.read() as connection:
        details = connection.execute(_ERASURES, {"tenant": tenant_id, "since": since}).scalars()
        return sum(int(detail["texts"]) for detail in details)
