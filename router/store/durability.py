"""Whether what a database has committed survives a power cut, by its own settings."""

from collections.abc import Mapping
from types import MappingProxyType

from router.store.engine import Store

# of PostgreSQL, with the values that lose what was committed, or break the database
LOSSY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "fsync": frozenset({"off"}),
        "synchronous_commit": frozenset({"off"}),
        "full_page_writes": frozenset({"off"}),
        "transaction_read_only": frozenset({"on"}),
    }
)
WAL, FULL = "wal", 2


def settings_that_lose(store: Store) -> list[str]:
    """Those that do, as `name=value`; none: all is well. DatabaseDown where it is away."""
    with store.read() as connection:
        if store.is_sqlite:
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
            found = {"journal_mode": journal == WAL, "synchronous": synchronous >= FULL}
            said = {"journal_mode": journal, "synchronous": synchronous}
            return [f"{name}={said[name]}" for name, is_safe in found.items() if not is_safe]
        values = {
            name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in LOSSY
        }
    return [f"{name}={value}" for name, value in values.items() if value in LOSSY[name]]
