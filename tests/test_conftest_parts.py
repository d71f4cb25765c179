"""The shared parts themselves: each kind of database is migrated and empty, ports are nobody's."""

import socket

from sqlalchemy import func, select

from router.flows.world import World
from router.store import schema
from router.store.tables import Tenant
from tests.parts.ports import free_port


def test_a_world_begins_migrated_and_empty(world: World) -> None:
    assert schema.standing(world.store) == "current"
    with world.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(Tenant)).scalar_one() == 0


def test_ports_lie_below_those_that_the_kernel_gives_and_none_comes_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        kernels = listening.getsockname()[1]
    drawn = [free_port() for _ in range(20)]
    assert max(drawn) < kernels
    assert len({*drawn}) == len(drawn)
