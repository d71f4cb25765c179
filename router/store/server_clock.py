"""Whether this machine's clock goes with the database server's.

Leases and graces are times that one machine writes and another compares with its own clock.
Machines that share a PostgreSQL are each held against its server's clock, so that no two of them
are further apart than twice what is allowed. A SQLite's machine is the only one.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from router.now import real_now

MOST_ASTRAY = timedelta(seconds=30)


def clock_ahead(connection: Connection) -> timedelta:
    """How far this machine's clock is ahead of the server's; zero on SQLite."""
    if connection.dialect.name == "sqlite":
        return timedelta()
    before = real_now()
    theirs: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return before + (real_now() - before) / 2 - theirs


def is_astray(connection: Connection) -> bool:
    """Whether this machine's clock may decide nothing about what another machine has begun."""
    return abs(clock_ahead(connection)) > MOST_ASTRAY
