"""The person behind an address: found anew for contacts that were stored before there were any."""

from sqlalchemy import Connection, exists, select, update
from sqlmodel import col

from router.flows.consent.scopes import CARRIER
from router.flows.held import person_of
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import ConsentEvent, Contact, Suppression, Tenant


def find_persons(world: World) -> int:
    """Give every contact its person, and take along what is known of their consent; how many
    contacts that changed. Running it again changes nothing.
    """
    changed = 0
    with world.store.write() as connection:
        for tenant_id in connection.execute(select(col(Tenant.id))).scalars().all():
            keys = world.keys(connection, tenant_id)
            for row in _unplaced(connection, tenant_id):
                address = keys.open("contact.address", row.id, row.address)
                changed += _place(world, connection, keys, row, person_of(keys, address))
    return changed


def _unplaced(connection: Connection, tenant_id: str) -> list[AnyRow]:
    return list(
        connection.execute(
            select(col(Contact.id), col(Contact.person), col(Contact.address)).where(
                col(Contact.tenant_id) == tenant_id, col(Contact.person) == col(Contact.lookup)
            )
        )
    )


def _place(
    world: World, connection: Connection, keys: TenantKeys, row: AnyRow, person: bytes
) -> int:
    if row.person == person:
        return 0
    ours = col(Contact.tenant_id) == keys.tenant_id
    connection.execute(update(Contact).where(ours, col(Contact.id) == row.id).values(person=person))
    connection.execute(
        update(ConsentEvent)
        .where(
            col(ConsentEvent.tenant_id) == keys.tenant_id, col(ConsentEvent.lookup) == row.person
        )
        .values(lookup=person)
    )
    _move_suppressions(world, connection, keys, row.person, person)
    return 1


def _move_suppressions(
    world: World, connection: Connection, keys: TenantKeys, before: bytes, person: bytes
) -> None:
    """What stands for the person already stays; the old rows stay too, and harm nobody."""
    mine = (col(Suppression.tenant_id) == keys.tenant_id, col(Suppression.lookup) == before)
    for scope, how, since in connection.execute(
        select(col(Suppression.scope), col(Suppression.how), col(Suppression.since)).where(*mine)
    ).all():
        same = exists().where(
            col(Suppression.tenant_id) == keys.tenant_id,
            col(Suppression.lookup) == person,
            col(Suppression.scope) == scope,
        )
        if connection.execute(select(same)).scalar_one():
            continue
        connection.execute(
            update(Suppression)
            .where(*mine, col(Suppression.scope) == scope)
            .values(lookup=person, how=how, since=since)
        )
        if not scope.startswith(CARRIER):
            world.ledger.append(since, keys.tenant_id, "suppressed", person, scope)
