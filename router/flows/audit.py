"""The audit: who did what, noted in the transaction that does it."""

from datetime import datetime

from sqlalchemy import Connection, insert

from router.store.ids import new_id
from router.store.rows import table
from router.store.tables import Audit

Detail = str | int | bool | None | list[str] | list[int]

_NOTE = insert(table(Audit))


def note(
    connection: Connection, tenant_id: str, at: datetime, actor: str, action: str, **detail: Detail
) -> None:
    """Keep that `actor` did `action` at `at`: a staff handle, `file:OWNER`, `os:USER`,
    `clock` or `worker`.

    `detail` holds plain identifiers and counts, never an address, a name or what a person wrote.
    The row is committed with what it tells of, or not at all. It is inserted unchained.
    """
    connection.execute(
        _NOTE,
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "at": at,
            "actor": actor,
            "action": action,
            "detail": detail,
        },
    )
