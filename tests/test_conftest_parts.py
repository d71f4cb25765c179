"""The shared fixtures themselves: each kind of database is there, migrated and empty."""

from sqlalchemy import func, select

from router.flows.world import World
from router.store import schema
from router.store.tables import Tenant


def test_a_world_begins_migrated_and_empty(world: World) -> None:
    assert schema.is_current(world.store)
    with world.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(Tenant)).scalar_one() == 0
