"""How a PostgreSQL server is set up: how many connections it takes, what a failover may lose."""

from dataclasses import dataclass

from router.store.engine import CONNECTIONS, Store

PROCESSES = 3  # web, worker and clock: the least there are


@dataclass(frozen=True, slots=True)
class ServerSetup:
    """`replicas`: how many follow it; `is_synchronous`: a commit waits for one of them."""

    most_connections: int
    replicas: int
    is_synchronous: bool

    @property
    def has_few_connections(self) -> bool:
        """Fewer than one process of each kind may ask for."""
        return self.most_connections < PROCESSES * CONNECTIONS


def read_server_setup(store: Store) -> ServerSetup | None:
    """None for SQLite. DatabaseDown where it is away."""
    if store.is_sqlite:
        return None
    with store.read() as connection:
        read = connection.exec_driver_sql
        return ServerSetup(
            int(read("SHOW max_connections").scalar_one()),
            read("SELECT count(*) FROM pg_stat_replication").scalar_one(),
            bool(read("SHOW synchronous_standby_names").scalar_one()),
        )
