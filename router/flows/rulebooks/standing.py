"""How each tenant's rulebook stands: what is in force since when, and whether the disk says so."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.rulebooks.found_files import FoundFile, found_files, out_of_step
from router.flows.rulebooks.in_force import IS_LIVE
from router.flows.rulebooks.live import RulebookLost
from router.flows.world import World
from router.store.rows import AnyRow, AnySelect
from router.store.tables import Revision, Tenant

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Standing:
    """A tenant's rulebook. `files` are those that are not what is in force; `lost` says why the
    revision in force does not load any more (None: it does).
    """

    tenant_id: str
    revision: int
    file: str
    hash: str
    published_at: datetime
    files: tuple[FoundFile, ...]
    lost: str | None = None

    @property
    def is_in_step(self) -> bool:
        """Whether disk and live rulebook agree, and it works."""
        return not self.files and self.lost is None


_LIVE: AnySelect = select(
    col(Tenant.id),
    col(Revision.number),
    col(Revision.file),
    col(Revision.hash),
    col(Revision.published_at),
).join(Revision, IS_LIVE)


def standing_of(world: World, tenant_id: str) -> Standing | None:
    """How one tenant's rulebook stands; None where none was ever accepted."""
    with world.store.read() as connection:
        row = connection.execute(_LIVE.where(col(Tenant.id) == tenant_id)).one_or_none()
        if row is None:
            return None
        return _standing(world, connection, row, out_of_step(connection, tenant_id))


def all_standings(world: World) -> tuple[list[Standing], list[FoundFile]]:
    """How every rulebook stands, and the files of which it cannot be told whose they are."""
    with world.store.read() as connection:
        astray = [found for found in found_files(connection) if found.state != "live"]
        rows = connection.execute(_LIVE.order_by(col(Tenant.id))).all()
        standings = [
            _standing(world, connection, row, [f for f in astray if f.tenant_id == row.id])
            for row in rows
        ]
    return standings, [found for found in astray if found.tenant_id is None]


def lost_tenants(world: World, connection: Connection) -> set[str]:
    """Tenants whose rulebook in force does not load any more: nothing of theirs can be decided."""
    rows = connection.execute(select(col(Tenant.id), col(Tenant.live_revision))).all()
    return {
        tenant_id
        for tenant_id, revision in rows
        if revision is not None and world.why_lost(connection, tenant_id, revision)
    }


def looked_at(world: World) -> dict[str, str]:
    """The hash of every file as a clock last found it."""
    with world.store.read() as connection:
        return {found.file: found.hash for found in found_files(connection)}


def compile_live(world: World) -> None:
    """Have every rulebook in force compiled in this process before a text asks for it, as many as
    are kept.
    """
    with world.store.read() as connection:
        in_turn = select(col(Tenant.id), col(Tenant.live_revision)).order_by(col(Tenant.id))
        rows = connection.execute(in_turn).all()
    for tenant_id, revision in rows:
        if revision is None or world.has_met(tenant_id, revision):
            continue
        if not world.has_room_for(tenant_id):
            continue  # it would drive out one that is used: whoever needs this one compiles it
        try:
            world.compile(tenant_id, revision)
        except RulebookLost:
            log.error("rulebook_lost", tenant=tenant_id, revision=revision)  # noqa: TRY400 (its place says nothing)


def _standing(
    world: World, connection: Connection, row: AnyRow, files: list[FoundFile]
) -> Standing:
    lost = world.why_lost(connection, row.id, row.number)
    return Standing(row.id, row.number, row.file, row.hash, row.published_at, tuple(files), lost)
