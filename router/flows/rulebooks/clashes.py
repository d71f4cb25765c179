"""What a rulebook wants that another one has already: its tenant, its file, a number, a service."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from router.flows.numbers import Taken, find_taken
from router.flows.rulebooks.in_force import InForce, all_in_force
from rules.model import Rulebook


def find_clashes(
    connection: Connection, folder: Path, file: str, book: Rulebook
) -> tuple[str, ...]:
    """All of it, each with its place and both files; empty where there is room."""
    others = {one.tenant_id: one for one in all_in_force(connection)}
    return (
        *_of_files(others, folder, file, book),
        *(_of_number(file, one, others) for one in find_taken(connection, book)),
    )


def _of_files(others: dict[str, InForce], folder: Path, file: str, book: Rulebook) -> Iterator[str]:
    for one in others.values():
        if one.file == file and one.tenant_id != book.tenant:
            yield (
                f"{file}:1:1: this file is the rulebook of {one.tenant_id}: a tenant keeps its id; "
                f"write the one of {book.tenant} into a file of its own"
            )
    ours = others.get(book.tenant)
    if ours is not None and ours.file != file and (folder / ours.file).exists():
        yield (
            f"{file}:1:1: tenant {book.tenant} has its rulebook in {ours.file} already: "
            "remove one of the two"
        )


def _of_number(file: str, taken: Taken, others: dict[str, InForce]) -> str:
    owner = others.get(taken.tenant_id)
    where = f"{owner.file}, the rulebook of {taken.tenant_id}," if owner else taken.tenant_id
    what = "the service of number" if taken.is_service else "number"
    return (
        f"{file}:{taken.number.line}:{taken.number.col}: BH302 {what} '{taken.number.name}' is in "
        f"{where} already: remove it from one of the two"
    )
