"""Rulebooks go live: a file is checked whole, and becomes a revision or is refused as a whole.

A refused file leaves the last good revision working; the refusal is kept for the banner. The
numbers of a live rulebook are the senders that texts are received at.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from router.flows.numbers import find_taken, renumber
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Revision, Tenant
from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.testing import run_tests

NOT_KEPT = ""  # the hash of a refusal that is looked at again: it was not this file's own fault


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one file. `tenant` is None where the file does not even say whose it is."""

    file: str
    tenant: str | None
    status: Literal["live", "unchanged", "refused"]
    revision: int | None = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    folder: Path
    file: str
    text: str
    tests: str | None

    @property
    def hash(self) -> str:
        whole = self.text + "\0" + (self.tests or "")
        return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


_LIVE_FILES = select(col(Tenant.id), col(Revision.file)).join(
    Revision,
    (col(Revision.tenant_id) == col(Tenant.id))
    & (col(Revision.number) == col(Tenant.live_revision)),
)


def publish_folder(world: World, folder: Path) -> list[Published]:
    """Look at every rulebook of a folder and publish those that changed. Safe to run twice."""
    files = sorted(path for path in folder.glob("*.yaml") if not path.name.endswith(".test.yaml"))
    return [_publish(world, path) for path in files]


def _publish(world: World, path: Path) -> Published:
    try:
        candidate = _read(path)
    except (OSError, UnicodeDecodeError) as error:
        why = f"{path.name}:1:1: cannot be read: {error}; save it as UTF-8 text"
        return _refuse(world, path.name, NOT_KEPT, (why,))
    known = _known(world, candidate)
    if known is not None:
        return known
    try:
        book, findings = _check(candidate)
    except Exception as error:  # noqa: BLE001 (a fault of ours: told here, and no other file waits)
        why = f"{path.name}:1:1: cannot be checked ({error!r}): please report this file as a fault"
        book, findings = None, (why,)
    if book is None:
        return _refuse(world, candidate.file, candidate.hash, findings)
    return _go_live(world, candidate, book)


def _read(path: Path) -> _Candidate:
    tests = path.with_suffix(".test.yaml")
    beside = tests.read_text("utf-8") if tests.exists() else None
    return _Candidate(path.parent, path.name, path.read_text("utf-8"), beside)


def _check(candidate: _Candidate) -> tuple[Rulebook | None, tuple[str, ...]]:
    """The rulebook where check, examples and tests pass; else what is wrong, all of it."""
    loaded = load(candidate.text, candidate.file)
    errors = tuple(str(one) for one in loaded.findings if one.severity == "error")
    if loaded.book is None or errors:
        return None, errors
    if candidate.tests is not None:
        name = candidate.file.removesuffix(".yaml") + ".test.yaml"
        failures = run_tests(loaded.book, candidate.tests, name).failures
        if failures:
            return None, tuple(str(failure) for failure in failures)
    return loaded.book, ()


def _known(world: World, candidate: _Candidate) -> Published | None:
    """The file as it is in force or was refused already; None where it is news."""
    with world.store.read() as connection:
        tenant = _tenant_of(connection, candidate.file)
        if tenant is None:
            return None
        if tenant.rejected_hash == candidate.hash:
            findings = tuple(tenant.rejected_findings or ())
            return Published(candidate.file, tenant.id, "refused", tenant.live_revision, findings)
        if tenant.hash == candidate.hash and tenant.rejected_hash is None:
            return Published(candidate.file, tenant.id, "unchanged", tenant.live_revision)
    return None


def _tenant_of(connection: Connection, file: str) -> AnyRow | None:
    """The tenant whose live rulebook is this file."""
    return connection.execute(
        select(
            col(Tenant.id),
            col(Tenant.live_revision),
            col(Tenant.rejected_hash),
            col(Tenant.rejected_findings),
            col(Revision.hash),
        )
        .join(
            Revision,
            (col(Revision.tenant_id) == col(Tenant.id))
            & (col(Revision.number) == col(Tenant.live_revision)),
        )
        .where(col(Revision.file) == file)
    ).first()


def _refuse(world: World, file: str, hashed: str, findings: tuple[str, ...]) -> Published:
    with world.store.write() as connection:
        tenant = _tenant_of(connection, file)
        if tenant is None:
            return Published(file, None, "refused", None, findings)
        connection.execute(
            update(Tenant)
            .where(col(Tenant.id) == tenant.id)
            .values(rejected_hash=hashed, rejected_findings=list(findings))
        )
    return Published(file, tenant.id, "refused", tenant.live_revision, findings)


def _go_live(world: World, candidate: _Candidate, book: Rulebook) -> Published:
    with world.store.write() as connection:
        clash = _clash(connection, candidate, book)
        if clash is None:
            _make_tenant(world, connection, book)
            number = _insert_revision(world, connection, candidate, book)
            renumber(connection, book)
            return Published(candidate.file, book.tenant, "live", number)
    return _refuse(world, candidate.file, NOT_KEPT, (clash,))  # the other file may make room


def _clash(connection: Connection, candidate: _Candidate, book: Rulebook) -> str | None:
    """What this rulebook wants that another one has: a number, a service, the tenant, the file."""
    for tenant_id, file in connection.execute(_LIVE_FILES):
        if tenant_id != book.tenant and file == candidate.file:
            return (
                f"{file}:1:1: this file is the rulebook of {tenant_id}: a tenant keeps its id; "
                f"write the one of {book.tenant} into a file of its own"
            )
        is_other = tenant_id == book.tenant and file != candidate.file
        if is_other and (candidate.folder / file).exists():
            return f"{candidate.file}:1:1: tenant {book.tenant} is the one of {file} already"
    taken = find_taken(connection, book)
    return f"{candidate.file}:1:1: {taken}" if taken else None


def _make_tenant(world: World, connection: Connection, book: Rulebook) -> None:
    exists = connection.execute(select(col(Tenant.id)).where(col(Tenant.id) == book.tenant)).first()
    if exists is None:
        data_key, lookup_key = world.vault.new_tenant_keys(book.tenant)
        connection.execute(
            insert(Tenant).values(
                id=book.tenant,
                name=book.name,
                data_key=data_key,
                lookup_key=lookup_key,
                created_at=world.now(),
            )
        )


def _insert_revision(
    world: World, connection: Connection, candidate: _Candidate, book: Rulebook
) -> int:
    highest = select(func.max(col(Revision.number))).where(col(Revision.tenant_id) == book.tenant)
    number: int = (connection.execute(highest).scalar() or 0) + 1
    connection.execute(
        insert(Revision).values(
            tenant_id=book.tenant,
            number=number,
            file=candidate.file,
            hash=candidate.hash,
            text=candidate.text,
            author="file",
            published_at=world.now(),
        )
    )
    connection.execute(
        update(Tenant)
        .where(col(Tenant.id) == book.tenant)
        .values(name=book.name, live_revision=number, rejected_hash=None, rejected_findings=None)
    )
    return number
