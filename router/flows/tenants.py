"""What staff needs to know of their business: its name, and whether its rulebook was refused."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from router.flows.world import World
from router.store.tables import Tenant


@dataclass(frozen=True, slots=True)
class Banner:
    """The rulebook on disk is not the one in force; `findings` say why it was refused."""

    findings: tuple[str, ...]


def banner(world: World, tenant_id: str) -> Banner | None:
    """The banner to show while disk and live rulebook differ; None where they agree."""
    with world.store.read() as connection:
        findings = connection.execute(
            select(col(Tenant.rejected_findings)).where(col(Tenant.id) == tenant_id)
        ).scalar_one_or_none()
    return Banner(tuple(findings)) if findings else None


def tenant_name(world: World, tenant_id: str) -> str:
    """The business's name as its rulebook says it."""
    with world.store.read() as connection:
        return connection.execute(
            select(col(Tenant.name)).where(col(Tenant.id) == tenant_id)
        ).scalar_one()
