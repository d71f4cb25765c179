"""The history of a rulebook: who published which revision when, and what each changed."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.rulebooks.files import hash_of, tests_of
from router.flows.rulebooks.in_force import in_force
from router.flows.show import NoSuchTenant
from router.flows.world import World
from router.store.tables import RefusedEdit, Revision


class NoSuchRevision(LookupError):
    """The tenant has no revision of that number, or none before it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A revision as it was kept. `who`: `file:OWNER` or a handle; `restores`: of a rollback."""

    number: int
    at: datetime
    who: str
    hash: str
    file: str
    text: str
    tests: str | None
    restores: int | None

    @property
    def knows_tests(self) -> bool:
        """Whether `tests` is all there was: an early version kept only their hash."""
        return self.tests is not None or self.hash == hash_of(self.text, None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history. `added` and `removed` count lines against the revision before."""

    number: int
    at: datetime
    who: str
    hash: str
    file: str
    added: int
    removed: int
    restores: int | None
    live: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """An edit that was not taken, and why."""

    at: datetime
    who: str
    hash: str
    file: str
    findings: tuple[str, ...]


_KEPT = select(
    col(Revision.number),
    col(Revision.published_at),
    col(Revision.author),
    col(Revision.hash),
    col(Revision.file),
    col(Revision.text),
    col(Revision.tests),
    col(Revision.restores),
)


def history(world: World, tenant_id: str, most: int = 50) -> list[Entry]:
    """The newest revisions, newest first. NoSuchTenant."""
    with world.store.read() as connection:
        live = in_force(connection, tenant_id)
        if live is None:
            raise NoSuchTenant(tenant_id)
        kept = _newest(connection, tenant_id, most + 1)
    before: list[Kept | None] = [*kept[1:], None]
    pairs = list(zip(kept, before, strict=True))[:most]
    return [_entry(one, earlier, live.number) for one, earlier in pairs]


def refused_edits(world: World, tenant_id: str) -> list[Refused]:
    """The edits that were not taken, newest first, as far as they are kept. NoSuchTenant."""
    with world.store.read() as connection:
        if in_force(connection, tenant_id) is None:
            raise NoSuchTenant(tenant_id)
        rows = connection.execute(
            select(
                col(RefusedEdit.at),
                col(RefusedEdit.author),
                col(RefusedEdit.hash),
                col(RefusedEdit.file),
                col(RefusedEdit.findings),
            )
            .where(col(RefusedEdit.tenant_id) == tenant_id)
            .order_by(col(RefusedEdit.id).desc())
        )
        return [Refused(*row[:4], tuple(row.findings)) for row in rows]


def diff(world: World, tenant_id: str, number: int) -> list[str]:
    """The lines of a unified diff from the revision before to this one, tests included.

    Raises NoSuchTenant, NoSuchRevision.
    """
    with world.store.read() as connection:
        if in_force(connection, tenant_id) is None:
            raise NoSuchTenant(tenant_id)
        one = find_revision(connection, tenant_id, number)
        earlier = find_before(connection, tenant_id, number)
    return list(_diff(earlier, one))


def find_revision(connection: Connection, tenant_id: str, number: int) -> Kept:
    """One revision. NoSuchRevision."""
    one = (col(Revision.tenant_id) == tenant_id, col(Revision.number) == number)
    row = connection.execute(_KEPT.where(*one)).one_or_none()
    if row is None:
        raise NoSuchRevision(f"{tenant_id} has no revision {number}")
    return Kept(*row)


def find_before(connection: Connection, tenant_id: str, number: int) -> Kept | None:
    """The revision before one; None before the first."""
    earlier = (col(Revision.tenant_id) == tenant_id, col(Revision.number) < number)
    newest = _KEPT.where(*earlier).order_by(col(Revision.number).desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else Kept(*row)


def _newest(connection: Connection, tenant_id: str, most: int) -> list[Kept]:
    theirs = _KEPT.where(col(Revision.tenant_id) == tenant_id)
    rows = connection.execute(theirs.order_by(col(Revision.number).desc()).limit(most))
    return [Kept(*row) for row in rows]


def _entry(one: Kept, earlier: Kept | None, live: int) -> Entry:
    changed = [line for line in _diff(earlier, one) if not line.startswith(("---", "+++"))]
    return Entry(
        number=one.number,
        at=one.at,
        who=one.who,
        hash=one.hash,
        file=one.file,
        added=sum(line.startswith("+") for line in changed),
        removed=sum(line.startswith("-") for line in changed),
        restores=one.restores,
        live=one.number == live,
    )


def _diff(earlier: Kept | None, one: Kept) -> Iterator[str]:
    text, tests = (earlier.text, earlier.tests or "") if earlier else ("", "")
    names = (earlier.file, tests_of(earlier.file)) if earlier else ("nothing", "nothing")
    since = f" (revision {earlier.number})" if earlier else ""
    now = f" (revision {one.number})"
    for name, new_name, old, new in (
        (names[0], one.file, text, one.text),
        (names[1], tests_of(one.file), tests, one.tests or ""),
    ):
        yield from difflib.unified_diff(
            old.splitlines(), new.splitlines(), name + since, new_name + now, lineterm=""
        )
