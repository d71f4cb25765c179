"""What staff needs to know of their business: its name, and whether its rulebook is as on disk."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from router.flows.rulebooks.found_files import FoundFile
from router.flows.rulebooks.standing import standing_of
from router.flows.world import World
from router.store.tables import Tenant


@dataclass(frozen=True, slots=True)
class Banner:
    """What is on disk is not what is in force. `files` are those that differ, each with its reason;
    `revision`, live since `published_at`, is what texts are decided by, unless it is `lost`: it
    does not load any more, and texts wait.
    """

    revision: int
    published_at: datetime
    files: tuple[FoundFile, ...]
    lost: str | None


def banner(world: World, tenant_id: str) -> Banner | None:
    """The banner to show while disk and live rulebook differ; None where they agree."""
    standing = standing_of(world, tenant_id)
    if standing is None or standing.is_in_step:
        return None
    return Banner(standing.revision, standing.published_at, standing.files, standing.lost)


def tenant_name(world: World, tenant_id: str) -> str:
    """The business's name as its rulebook says it."""
    with world.store.read() as connection:
        return connection.execute(
            select(col(Tenant.name)).where(col(Tenant.id) == tenant_id)
        ).scalar_one()
