"""What is in force, and putting a rulebook there: its revision, numbers and file, in one step."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from router.flows.audit import Detail, note
from router.flows.numbers import renumber
from router.flows.rulebooks.files import Candidate
from router.flows.rulebooks.found_files import forget_earlier_file, found_files, note_live
from router.flows.world import World
from router.store.tables import Revision, Tenant
from rules.model import Rulebook

IS_LIVE = (col(Revision.tenant_id) == col(Tenant.id)) & (
    col(Revision.number) == col(Tenant.live_revision)
)
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtext("bellhop/publish")))
_IN_FORCE = select(
    col(Tenant.id), col(Revision.number), col(Revision.file), col(Revision.hash)
).join(Revision, IS_LIVE)


@dataclass(frozen=True, slots=True)
class InForce:
    """A tenant's live revision, without its text."""

    tenant_id: str
    number: int
    file: str
    hash: str


def take_turn(connection: Connection) -> None:
    """Let one publication in after the other, whatever process or tenant it is of, until commit."""
    if connection.dialect.name == "postgresql":  # SQLite lets one writer in anyway
        connection.execute(_ONE_AT_A_TIME)


def all_in_force(connection: Connection) -> list[InForce]:
    """The live revision of every tenant."""
    return [InForce(*row) for row in connection.execute(_IN_FORCE)]


def known_files(connection: Connection) -> set[str]:
    """The files of what is in force, and all that a clock has seen and not yet missed."""
    seen = {found.file for found in found_files(connection)}
    return seen | {one.file for one in all_in_force(connection)}


def in_force(connection: Connection, tenant_id: str) -> InForce | None:
    """A tenant's live revision; None where there is no such tenant."""
    row = connection.execute(_IN_FORCE.where(col(Tenant.id) == tenant_id)).one_or_none()
    return None if row is None else InForce(*row)


def of_file(connection: Connection, file: str) -> InForce | None:
    """The live revision that came from this file; None where it is nobody's."""
    row = connection.execute(_IN_FORCE.where(col(Revision.file) == file)).first()
    return None if row is None else InForce(*row)


def was_in_force(connection: Connection, live: InForce, hashed: str) -> bool:
    """Whether the tenant's live revision has replaced one of this content."""
    earlier = select(col(Revision.number)).where(
        col(Revision.tenant_id) == live.tenant_id,
        col(Revision.number) < live.number,
        col(Revision.hash) == hashed,
    )
    return live.hash != hashed and connection.execute(earlier.limit(1)).first() is not None


def put_in_force(
    world: World,
    connection: Connection,
    candidate: Candidate,
    book: Rulebook,
    restores: int | None = None,
) -> int:
    """Make a checked rulebook the live one and return its revision's number.

    The caller holds the turn and has seen that it clashes with nothing. `restores` is the revision
    that a rollback goes back to.
    """
    at = world.now()
    _make_tenant(world, connection, book)
    number = _next_number(connection, book.tenant)
    connection.execute(
        insert(Revision).values(
            tenant_id=book.tenant,
            number=number,
            file=candidate.file,
            hash=candidate.hash,
            text=candidate.text,
            tests=candidate.tests,
            author=candidate.author,
            restores=restores,
            published_at=at,
        )
    )
    connection.execute(
        update(Tenant)
        .where(col(Tenant.id) == book.tenant)
        .values(name=book.name, live_revision=number)
    )
    renumber(connection, book, at)
    forget_earlier_file(connection, book.tenant, candidate.file)
    note_live(connection, book.tenant, candidate.file, candidate.hash, at)
    said: dict[str, Detail] = {"revision": number, "file": candidate.file, "hash": candidate.hash}
    action = "rules.published"
    if restores is not None:
        action, said["restores"] = "rules.rolled_back", restores
    note(connection, book.tenant, at, candidate.author, action, **said)
    return number


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


def _next_number(connection: Connection, tenant_id: str) -> int:
    highest = select(func.max(col(Revision.number))).where(col(Revision.tenant_id) == tenant_id)
    return (connection.execute(highest).scalar() or 0) + 1
