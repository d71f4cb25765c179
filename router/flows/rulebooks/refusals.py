"""Files that do not go live: told to whose they are, kept for the history, noted for the audit."""

from sqlalchemy import Connection, delete, insert, select
from sqlmodel import col

from router.flows.audit import note
from router.flows.rulebooks.checking import cut
from router.flows.rulebooks.found_files import (
    FileState,
    FoundFile,
    forget,
    found_file,
    note_not_live,
)
from router.flows.rulebooks.in_force import in_force, of_file, take_turn
from router.flows.rulebooks.published import Published
from router.flows.world import World
from router.store.ids import new_id
from router.store.tables import RefusedEdit

MOST_KEPT = 50  # of each tenant

_EDITS = frozenset({"refused", "clashing"})


def refuse(
    world: World,
    file: str,
    state: FileState,
    findings: tuple[str, ...],
    *,
    hashed: str = "",
    author: str = "clock",
    named: str | None = None,
) -> Published:
    """Leave what is in force as it is, and keep that this file is something else.

    `named`: the tenant that the file itself names; it is told where the file is nobody's live one.
    """
    at = world.now()
    with world.store.write() as connection:
        take_turn(connection)
        theirs = of_file(connection, file) or (in_force(connection, named) if named else None)
        tenant_id = theirs.tenant_id if theirs else None
        found = FoundFile(file, tenant_id, state, hashed, tuple(cut(findings)), at)
        is_news = note_not_live(connection, found)
        if is_news and tenant_id and state in _EDITS:
            _keep(connection, tenant_id, found, author)
    number = theirs.number if theirs else None
    return Published(file, tenant_id, "refused", number, findings, is_news=is_news)


def miss(world: World, file: str) -> Published:
    """A file is not there: its tenant is told, if it is what is in force; else it is forgotten."""
    with world.store.read() as connection:
        theirs, known = of_file(connection, file), found_file(connection, file)
    if theirs is not None:
        said = f"{file} is no longer in RULES_DIR: put it back, or bring it back with a rollback"
        return refuse(world, file, "missing", (said,))
    if known is None:
        return Published(file, None, "gone")
    with world.store.write() as connection:
        take_turn(connection)
        known = forget(connection, file)
    return Published(file, known.tenant_id if known else None, "gone", is_news=known is not None)


def _keep(connection: Connection, tenant_id: str, found: FoundFile, author: str) -> None:
    connection.execute(
        insert(RefusedEdit).values(
            tenant_id=tenant_id,
            id=new_id(),
            at=found.since,
            file=found.file,
            hash=found.hash,
            author=author,
            findings=list(found.findings),
        )
    )
    theirs = col(RefusedEdit.tenant_id) == tenant_id
    newest = select(col(RefusedEdit.id)).where(theirs).order_by(col(RefusedEdit.id).desc())
    kept = newest.limit(MOST_KEPT).scalar_subquery()
    connection.execute(delete(RefusedEdit).where(theirs, col(RefusedEdit.id).not_in(kept)))
    note(
        connection,
        tenant_id,
        found.since,
        author,
        "rules.refused",
        file=found.file,
        hash=found.hash,
        findings=len(found.findings),
    )
