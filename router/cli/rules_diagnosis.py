"""The check of `bellhop doctor` that looks at rulebooks: on disk, in force, and between the two."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from router.cli.finding import Finding
from router.flows.rulebooks.files import (
    Missing,
    Moving,
    Unreadable,
    book_names,
    read_candidate,
)
from router.flows.rulebooks.found_files import FileState, FoundFile
from router.flows.rulebooks.standing import Standing, all_standings, looked_at
from router.flows.world import World
from router.now import real_now
from router.store.engine import DatabaseDown

LONGEST_WAIT = timedelta(seconds=15)  # that a clock may leave a saved file alone

SAYS: dict[FileState, str] = {
    "refused": "refused",
    "clashing": "clashes with another file",
    "unreadable": "unreadable",
    "missing": "missing",
}
DO: dict[FileState, str] = {
    "refused": "run `bellhop rules check` and `bellhop rules test` on it",
    "clashing": "remove one of the two",
    "unreadable": "make it readable for the user of `bellhop clock`",
    "missing": "put it back, or `bellhop rules rollback` to the revision in force",
}
DO_LOOK = "start: bellhop clock, with this RULES_DIR; all clocks need one shared RULES_DIR"
LOST = (
    "mend the file, or `bellhop rules rollback`, or go back to the version before: "
    "texts wait at the carrier and in the spool until then"
)


def check_rules(world: World) -> list[Finding]:
    """Files are there, tenants are live, and what is in force is what is on disk."""
    folder = world.settings.rules_dir
    try:
        files = book_names(folder)
    except Unreadable as error:
        return [Finding(False, str(error), "make it, or correct RULES_DIR")]
    if not files:
        return [Finding(False, f"no rulebook in {folder}", "put one there, or set RULES_DIR")]
    try:
        standings, strays = all_standings(world)
        unseen = list(_unseen(world, folder, files))
    except (DatabaseDown, SQLAlchemyError):
        return []  # said by the database's own check
    found = [_on_file(one) for one in strays] + unseen + list(_misnamed(folder))
    if not standings:
        do = "run `bellhop rules check` on the files, then start `bellhop clock`"
        return [Finding(False, "no rulebook is live yet", do), *found]
    live = ", ".join(f"{one.tenant_id} (revision {one.revision})" for one in standings)
    wrong = [finding for one in standings for finding in _on_tenant(one)]
    return [Finding(True, f"live: {live}"), *wrong, *found]


def _on_tenant(standing: Standing) -> Iterator[Finding]:
    if standing.lost is not None:
        said = f"what is in force does not load under this version: {standing.lost}"
        yield Finding(False, said, LOST)
    for found in standing.files:
        yield _on_file(found, standing)


def _on_file(found: FoundFile, standing: Standing | None = None) -> Finding:
    said = f"{found.file}: {SAYS[found.state]} since {found.since:%Y-%m-%d %H:%M} UTC"
    if standing is not None:
        said += f"; revision {standing.revision} of {standing.tenant_id} is in force"
    first = f": {found.findings[0]}" if found.findings else ""
    return Finding(False, said + first, DO[found.state])


def _unseen(world: World, folder: Path, files: list[str]) -> Iterator[Finding]:
    """Files that a clock should have looked at by now: none runs, or it looks elsewhere."""
    known = looked_at(world)
    for file in files:
        try:
            candidate = read_candidate(folder, file)
        except (Missing, Moving, Unreadable):
            continue
        saved_at = datetime.fromtimestamp((folder / file).stat().st_mtime, UTC)
        is_old = real_now() - saved_at > LONGEST_WAIT
        if known.get(file) != candidate.hash and is_old:
            said = f"no clock has looked at {file} since it was saved"
            yield Finding(False, said, DO_LOOK)


def _misnamed(folder: Path) -> Iterator[Finding]:
    for path in sorted(folder.glob("[!.]*.yml")):
        said = f"{path.name} is not read: rulebooks end in .yaml"
        yield Finding(False, said, f"rename it to {path.stem}.yaml")
