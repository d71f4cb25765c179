"""Who is in by which code."""

from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from router.flows.held import Held
from router.store.tables import Enrolled
from rules.model import Rulebook


def enrolled_in(held: Held) -> frozenset[str]:
    """The codes by which this contact is in."""
    rows = held.connection.execute(
        select(col(Enrolled.code)).where(
            col(Enrolled.tenant_id) == held.tenant_id, col(Enrolled.contact_id) == held.contact_id
        )
    )
    return frozenset(row.code for row in rows)


def full_codes(held: Held, book: Rulebook, codes: frozenset[str]) -> frozenset[str]:
    """Those of `codes` whose limit is reached."""
    limits = {code: book.enrollments[code].limit for code in codes if code in book.enrollments}
    limited = {code: limit for code, limit in limits.items() if limit is not None}
    if not limited:
        return frozenset()
    if held.connection.dialect.name == "postgresql":  # two at once would both find a place
        for code in sorted(limited):
            key = f"{held.tenant_id}/{code}"
            held.connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))
    counts = held.connection.execute(
        select(col(Enrolled.code), func.count())
        .where(col(Enrolled.tenant_id) == held.tenant_id, col(Enrolled.code).in_(limited))
        .group_by(col(Enrolled.code))
    )
    return frozenset(code for code, count in counts if count >= limited[code])


def enroll(held: Held, code: str, group: str) -> None:
    """Add the contact to the code's members and to its group."""
    held.connection.execute(
        insert(Enrolled).values(
            tenant_id=held.tenant_id, code=code, contact_id=held.contact_id, at=held.at
        )
    )
    held.groups = held.groups | {group}


def leave(held: Held, code: str, group: str) -> None:
    """Take the contact out of the code's members and out of its group."""
    held.connection.execute(
        delete(Enrolled).where(
            col(Enrolled.tenant_id) == held.tenant_id,
            col(Enrolled.code) == code,
            col(Enrolled.contact_id) == held.contact_id,
        )
    )
    held.groups = held.groups - {group}
