"""Rulebooks go live: a file is checked whole, and becomes a revision or is refused as a whole.

A refused file leaves the last good revision working; the refusal is kept for the banner. The
numbers of a live rulebook are the senders that texts are received at.
"""

from pathlib import Path
from typing import Literal

from router.flows.rulebooks.checking import check, tenant_named
from router.flows.rulebooks.clashes import find_clashes
from router.flows.rulebooks.files import (
    Candidate,
    Missing,
    Moving,
    Unreadable,
    book_names,
    look_at,
    read_candidate,
)
from router.flows.rulebooks.found_files import found_file, note_live
from router.flows.rulebooks.in_force import (
    in_force,
    known_files,
    of_file,
    put_in_force,
    take_turn,
    was_in_force,
)
from router.flows.rulebooks.live import Live
from router.flows.rulebooks.published import Published
from router.flows.rulebooks.refusals import miss, refuse
from router.flows.world import World
from rules.model import Rulebook

__all__ = ["Published", "publish_file", "publish_folder"]


def publish_folder(world: World, folder: Path) -> list[Published]:
    """Look at every rulebook of a folder and publish those that changed. Safe to run twice.

    Known files that are missing come last. A folder that cannot be read has none.
    """
    try:
        names = book_names(folder)
    except Unreadable:
        names = []
    found = [publish_file(world, folder, name) for name in names]
    with world.store.read() as connection:
        known = known_files(connection)
    return found + [publish_file(world, folder, name) for name in sorted(known - {*names})]


def publish_file(
    world: World,
    folder: Path,
    file: str,
    *,
    is_patient: bool = False,
    is_fresh: bool = False,
    is_untouched: bool = False,
) -> Published:
    """Look at one file and publish it if it changed. Safe to run twice, and by two at once.

    `is_patient`: it changed a moment ago, so that what is wrong with it is not told yet.
    `is_fresh`: what was refused before is looked at once more: the program may have changed.
    `is_untouched`: it was in force already and nobody has saved it since: what has replaced it
    there stays.
    """
    try:
        candidate = read_candidate(folder, file)
    except Moving:
        return Published(file, None, "pending")
    except (Missing, Unreadable) as error:
        if is_patient:
            return Published(file, None, "pending")
        if isinstance(error, Missing):
            return miss(world, file)
        return refuse(world, file, "unreadable", (str(error),))
    known = _known(world, candidate, is_fresh)
    if known is None and is_untouched:
        known = _stale(world, candidate)
    return known or _judge(world, folder, candidate, is_patient)


def _known(world: World, candidate: Candidate, is_fresh: bool) -> Published | None:
    """The file as it is in force or was refused already; None where it is news."""
    with world.store.read() as connection:
        ours = of_file(connection, candidate.file)
        before = found_file(connection, candidate.file)
    number = ours.number if ours else None
    hashed = candidate.hash
    if ours is not None and ours.hash == hashed:
        if before is not None and before.state == "live":
            return Published(candidate.file, ours.tenant_id, "unchanged", number)
        return None
    if before is None or is_fresh or (before.state, before.hash) != ("refused", hashed):
        return None
    return Published(candidate.file, before.tenant_id, "refused", number, before.findings)


def _stale(world: World, candidate: Candidate) -> Published | None:
    """The file as an earlier revision of what is in force; None where it is none."""
    with world.store.read() as connection:
        ours = of_file(connection, candidate.file)
        if ours is None or not was_in_force(connection, ours, candidate.hash):
            return None
    return Published(candidate.file, ours.tenant_id, "stale", ours.number)


def _judge(world: World, folder: Path, candidate: Candidate, is_patient: bool) -> Published:
    mended = _mend(world, candidate)
    if mended is not None:
        return mended
    if is_patient and not candidate.text.endswith("\n"):
        return Published(candidate.file, None, "pending")  # it may end in the middle of a save
    checked = check(candidate)
    if checked.book is None:
        return _refuse(world, candidate, "refused", checked.findings, is_patient)
    published = _go_live(world, folder, candidate, checked.book)
    if isinstance(published, Published):
        return published
    return _refuse(world, candidate, "clashing", published, is_patient)


def _mend(world: World, candidate: Candidate) -> Published | None:
    """The file says once more what is in force: nothing is to be published."""
    with world.store.write(alone=True) as connection:
        take_turn(connection)
        ours = of_file(connection, candidate.file)
        if ours is None or ours.hash != candidate.hash:
            return None
        note_live(connection, ours.tenant_id, candidate.file, ours.hash, world.now())
    return Published(candidate.file, ours.tenant_id, "mended", ours.number, is_news=True)


def _go_live(
    world: World, folder: Path, candidate: Candidate, book: Rulebook
) -> Published | tuple[str, ...]:
    """What became of it, or what it clashes with."""
    with world.store.write(alone=True) as connection:
        take_turn(connection)
        if look_at(folder, candidate.file) != candidate.look:
            return Published(candidate.file, None, "pending")  # it has changed since it was read
        live = in_force(connection, book.tenant)
        if live is not None and (live.file, live.hash) == (candidate.file, candidate.hash):
            return Published(candidate.file, book.tenant, "unchanged", live.number)
        clashes = find_clashes(connection, folder, candidate.file, book)
        if not clashes:
            number = put_in_force(world, connection, candidate, book)
    if clashes:
        return clashes
    world.adopt(book.tenant, Live(book, candidate.file, number))
    return Published(candidate.file, book.tenant, "live", number, is_news=True)


def _refuse(
    world: World,
    candidate: Candidate,
    state: Literal["refused", "clashing"],
    findings: tuple[str, ...],
    is_patient: bool,
) -> Published:
    if is_patient:
        return Published(candidate.file, None, "pending")
    return refuse(
        world,
        candidate.file,
        state,
        findings,
        hashed=candidate.hash,
        author=candidate.author,
        named=tenant_named(candidate.text),
    )
