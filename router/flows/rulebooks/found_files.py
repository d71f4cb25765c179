"""Files as the clock last found them: the rows that banner, doctor and figures are told from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from router.store.rows import AnyRow
from router.store.tables import RuleFile

FileState = Literal["live", "refused", "clashing", "unreadable", "missing"]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file. `hash` is of what was looked at; `since` how long it has been live, or not."""

    file: str
    tenant_id: str | None
    state: FileState
    hash: str
    findings: tuple[str, ...]
    since: datetime


_FOUND = select(
    col(RuleFile.file),
    col(RuleFile.tenant_id),
    col(RuleFile.state),
    col(RuleFile.hash),
    col(RuleFile.findings),
    col(RuleFile.since),
).order_by(col(RuleFile.file))


def found_file(connection: Connection, file: str) -> FoundFile | None:
    """What is known of a file; None where no clock has seen it."""
    row = connection.execute(_FOUND.where(col(RuleFile.file) == file)).one_or_none()
    return None if row is None else _read(row)


def found_files(connection: Connection) -> list[FoundFile]:
    """Every file that is known."""
    return [_read(row) for row in connection.execute(_FOUND)]


def out_of_step(connection: Connection, tenant_id: str) -> list[FoundFile]:
    """The tenant's files that are not what is in force."""
    theirs = (col(RuleFile.tenant_id) == tenant_id, col(RuleFile.state) != "live")
    return [_read(row) for row in connection.execute(_FOUND.where(*theirs))]


def note_live(connection: Connection, tenant_id: str, file: str, hashed: str, at: datetime) -> None:
    """This file is what is in force."""
    _put(connection, FoundFile(file, tenant_id, "live", hashed, (), at))


def note_not_live(connection: Connection, found: FoundFile) -> bool:
    """This file is not what is in force; whether that is news. It keeps since when it is so."""
    before = found_file(connection, found.file)
    since = before.since if before and before.state != "live" else found.since
    values = (found.tenant_id, found.state, found.hash, found.findings)
    if before and (before.tenant_id, before.state, before.hash, before.findings) == values:
        return False
    _put(connection, FoundFile(found.file, *values, since))
    return True


def forget(connection: Connection, file: str) -> FoundFile | None:
    """A file is gone that was nobody's live one; what was known of it."""
    found = found_file(connection, file)
    connection.execute(delete(RuleFile).where(col(RuleFile.file) == file))
    return found


def forget_earlier_file(connection: Connection, tenant_id: str, file: str) -> None:
    """The tenant's rulebook is in `file` from now on: one that it was in before is not missed."""
    connection.execute(
        delete(RuleFile).where(
            col(RuleFile.tenant_id) == tenant_id,
            col(RuleFile.file) != file,
            col(RuleFile.state).in_(("live", "missing")),
        )
    )


def _put(connection: Connection, found: FoundFile) -> None:
    values = {
        "tenant_id": found.tenant_id,
        "state": found.state,
        "hash": found.hash,
        "findings": list(found.findings),
        "since": found.since,
    }
    changed = connection.execute(
        update(RuleFile).where(col(RuleFile.file) == found.file).values(**values)
    )
    if not changed.rowcount:
        connection.execute(insert(RuleFile).values(file=found.file, **values))


def _read(row: AnyRow) -> FoundFile:
    findings: Sequence[str] = row.findings
    state = cast("FileState", row.state)
    return FoundFile(row.file, row.tenant_id, state, row.hash, tuple(findings), row.since)
