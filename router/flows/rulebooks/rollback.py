"""The way back: an earlier revision becomes the file on disk and the rulebook in force, at once."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.audit import Detail, note
from router.flows.people.staff_named import missing_author
from router.flows.rulebooks.checking import check
from router.flows.rulebooks.clashes import find_clashes
from router.flows.rulebooks.files import (
    Candidate,
    Missing,
    Moving,
    Unreadable,
    look_at,
    read_candidate,
    tests_of,
    write_whole,
)
from router.flows.rulebooks.found_files import note_live
from router.flows.rulebooks.history import (
    Kept,
    NoSuchRevision,
    find_before,
    find_revision,
)
from router.flows.rulebooks.in_force import InForce, in_force, put_in_force, take_turn
from router.flows.show import NoSuchTenant
from router.flows.world import World
from router.store.tables import Revision
from rules.model import Rulebook


class WrongAuthor(LookupError):
    """Nobody of the tenant's staff has that handle; the message says which there are."""


class Overtaken(Exception):
    """Something else was published meanwhile: look again, then go back."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What came of it. `revision` is in force now, with the content of `restores`.

    `findings`: why nothing was changed. `was_live`: the content was in force already, so that only
    the file was put back. `kept_as`: where the edit is that lay in the file's place and was no
    revision.
    """

    file: str
    restores: int
    revision: int | None = None
    findings: tuple[str, ...] = ()
    was_live: bool = False
    kept_as: str | None = None


def roll_back(world: World, tenant_id: str, by: str, to: int | None = None) -> RolledBack:
    """Go back to revision `to`, else to the one before what is in force; file and tests alike.

    Nothing changes where it does not load or pass its tests under today's program. Raises
    NoSuchTenant, NoSuchRevision, WrongAuthor, Overtaken, and OSError where RULES_DIR cannot be
    written.
    """
    folder = world.settings.rules_dir
    with world.store.read() as connection:
        live = in_force(connection, tenant_id)
        if live is None:
            raise NoSuchTenant(tenant_id)
        for problem in missing_author(connection, tenant_id, by):
            raise WrongAuthor(f"{problem.problem}: {problem.hint}")
        wanted = _wanted(connection, live, to)
    candidate = _candidate(folder, live.file, wanted, by)
    checked = check(candidate)
    if checked.book is None:
        return RolledBack(live.file, wanted.number, live.number, checked.findings)
    return _swap(world, live, candidate, checked.book, wanted.number)


def _wanted(connection: Connection, live: InForce, to: int | None) -> Kept:
    """Going back twice goes back two: a rollback stands where what it restores stood."""
    if to is not None:
        return find_revision(connection, live.tenant_id, to)
    place = find_revision(connection, live.tenant_id, live.number)
    while place.restores is not None:
        place = find_revision(connection, live.tenant_id, place.restores)
    before = find_before(connection, live.tenant_id, place.number)
    while before is not None and before.hash == live.hash:
        before = find_before(connection, live.tenant_id, before.number)
    if before is None:
        raise NoSuchRevision(f"{live.tenant_id} has no revision before {place.number}")
    return before


def _candidate(folder: Path, file: str, wanted: Kept, by: str) -> Candidate:
    """The revision as the file that is to be. Tests that were not kept stay as they are on disk."""
    tests = wanted.tests
    if not wanted.knows_tests:
        beside = folder / tests_of(file)
        tests = beside.read_text("utf-8") if beside.exists() else None
    return Candidate(file, wanted.text, tests, by, look_at(folder, file))


def _swap(
    world: World, live: InForce, candidate: Candidate, book: Rulebook, restores: int
) -> RolledBack:
    """The files are written while no other publication can look: disk and database agree after."""
    folder = world.settings.rules_dir
    with world.store.write(alone=True) as connection:
        take_turn(connection)
        if in_force(connection, live.tenant_id) != live:
            raise Overtaken(f"another revision of {live.tenant_id} went live just now")
        clashes = find_clashes(connection, folder, candidate.file, book)
        if clashes:
            return RolledBack(candidate.file, restores, live.number, clashes)
        kept_as = _keep_edit(connection, folder, live)
        write_whole(folder / candidate.file, candidate.text)
        write_whole(folder / tests_of(candidate.file), candidate.tests)
        if candidate.hash == live.hash:
            at = world.now()
            note_live(connection, live.tenant_id, live.file, live.hash, at)
            said: dict[str, Detail] = {"revision": live.number, "file": live.file}
            note(connection, live.tenant_id, at, candidate.author, "rules.put_back", **said)
            return RolledBack(live.file, restores, live.number, (), True, kept_as)
        number = put_in_force(world, connection, candidate, book, restores)
    return RolledBack(candidate.file, restores, number, (), False, kept_as)


def _keep_edit(connection: Connection, folder: Path, live: InForce) -> str | None:
    """Copy what lies in the file's place where no revision has it: somebody's work."""
    try:
        edit = read_candidate(folder, live.file)
    except (Missing, Moving, Unreadable):
        return None
    known = select(col(Revision.number)).where(
        col(Revision.tenant_id) == live.tenant_id, col(Revision.hash) == edit.hash
    )
    if connection.execute(known).first() is not None:
        return None
    write_whole(folder / f"{live.file}.replaced", edit.text)
    if edit.tests is not None:
        write_whole(folder / f"{tests_of(live.file)}.replaced", edit.tests)
    return f"{live.file}.replaced"
