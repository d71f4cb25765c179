"""The member of staff in whose name a file is imported."""

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.people.problems import Problem, at, unknown
from router.store.tables import Staff


def missing_author(connection: Connection, tenant_id: str, handle: str | None) -> list[Problem]:
    """A problem where there is no such member of staff; none where nobody is named."""
    if handle is None:
        return []
    rows = connection.execute(select(col(Staff.handle)).where(col(Staff.tenant_id) == tenant_id))
    handles = set(rows.scalars())
    if handle in handles:
        return []
    return [at(0, "--by", unknown("handle of a member of staff", handle, handles))]
