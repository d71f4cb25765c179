"""PostgreSQL's connections: what is sent without waiting, and servers that have gone."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.exc import IntegrityError

from router.flows.world import World
from router.store import postgresql
from router.store.engine import DatabaseDown, Store
from router.store.tables import Thread
from tests.store.test_statement import FIND, KEY, MAKE, ROW

pytestmark = pytest.mark.parametrize("database", ["postgresql"])


def _hang_up(store: Store, pid: int) -> None:
    """What a restart of the server does to a connection that lies idle."""
    with store.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def _backend(store: Store) -> int:
    with store.write() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_that_lay_idle_while_the_server_went_is_replaced(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "FRESH_SECONDS", 0)
    store = Store(world.settings.database_url)
    before = _backend(store)
    _hang_up(world.store, before)
    assert _backend(store) != before
    store.close()


def test_one_that_was_just_used_costs_one_transaction_at_most(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "FRESH_SECONDS", 60)
    store = Store(world.settings.database_url)
    _hang_up(world.store, _backend(store))
    with pytest.raises(DatabaseDown):
        _backend(store)
    assert _backend(store)
    store.close()


def test_what_was_sent_is_seen_by_whoever_asks_in_the_ordinary_way(world: World) -> None:
    with world.store.write() as connection:
        MAKE.run(connection, ROW)
        assert connection.execute(text("SELECT number FROM thread")).scalar_one() == ROW["number"]
        MAKE.run(connection, ROW | {"id": "thread2", "contact_id": "contact2"})
        assert FIND.first(connection, KEY) is not None
    with world.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM thread")).scalar_one() == 2


@pytest.mark.parametrize("is_ordinary", [False, True])
def test_an_error_of_what_was_sent_is_raised_by_what_is_waited_for_next(
    world: World, *, is_ordinary: bool
) -> None:
    def make_twice() -> None:
        with world.store.write() as connection:
            MAKE.run(connection, ROW, ROW)
            if is_ordinary:
                connection.execute(text("SELECT 1"))
            FIND.first(connection, KEY)

    with pytest.raises(IntegrityError):
        make_twice()
    with world.store.read() as connection:
        assert FIND.first(connection, KEY) is None


def test_an_error_that_was_swallowed_is_no_commit(world: World) -> None:
    def swallow() -> None:
        with world.store.write() as connection:
            connection.execute(insert(Thread).values(ROW))
            with suppress(IntegrityError):
                connection.execute(insert(Thread).values(ROW))

    with pytest.raises(DatabaseDown):
        swallow()
    with world.store.read() as connection:
        assert FIND.first(connection, KEY) is None


def test_nobody_commits_what_another_was_interrupted_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(world.settings.database_url, pool_size=1)
    with monkeypatch.context() as patch, suppress(KeyError), store.write() as connection:
        MAKE.run(connection, ROW)
        patch.setattr(store.engine.dialect, "do_commit", lambda _connection: {}["interrupted"])
    with store.write() as connection:
        MAKE.run(connection, ROW | {"id": "thread2", "contact_id": "contact2"})
    with store.read() as connection:
        assert connection.execute(text("SELECT id FROM thread")).scalars().all() == ["thread2"]
    store.close()


def test_a_scrub_takes_as_long_as_it_takes_and_what_comes_after_it_has_its_limits(
    world: World,
) -> None:
    limits = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
    said: list[str] = []
    event.listen(
        world.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: said.append(statement),
    )
    assert world.store.scrub()
    assert said == ["SET statement_timeout = 0", "SET lock_timeout = 0", "VACUUM"]
    with world.store.write() as connection:
        assert tuple(connection.execute(text(limits)).one()) == ("30s", "5s")


@pytest.fixture
def stand_still() -> Iterator[Callable[[int], None]]:
    """Stops a backend (by its pid) as a disk that hangs would, until the test is over."""
    stopped: list[int] = []

    def stop(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        stopped.append(pid)

    yield stop
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


def test_a_connection_to_a_server_that_stands_still_is_found_out_when_it_is_taken(
    world: World, monkeypatch: pytest.MonkeyPatch, stand_still: Callable[[int], None]
) -> None:
    store = Store(world.settings.database_url)
    stand_still(pid := _backend(store))
    with monkeypatch.context() as impatient:
        impatient.setattr(postgresql, "FRESH_SECONDS", 0)
        impatient.setattr(postgresql, "BUSY_SECONDS", 0.5)
        assert _backend(store) != pid
    store.close()


@pytest.mark.parametrize("is_pipelined", [True, False])
def test_a_server_that_stands_still_is_not_waited_for_for_ever(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    stand_still: Callable[[int], None],
    *,
    is_pipelined: bool,
) -> None:
    store = Store(world.settings.database_url)
    stand_still(pid := _backend(store))
    with monkeypatch.context() as impatient:
        impatient.setattr(postgresql, "FRESH_SECONDS", 3600)
        impatient.setattr(postgresql.PipelinedConnection, "silent_seconds", 0.5)
        with pytest.raises(DatabaseDown):
            _write(store, is_pipelined)
    assert _backend(store) != pid
    with store.read() as connection:
        assert FIND.first(connection, KEY) is None
    store.close()


def _write(store: Store, is_pipelined: bool) -> None:
    with store.write() as connection:
        if is_pipelined:
            MAKE.run(connection, ROW)
        else:
            connection.execute(insert(Thread).values(ROW))


def test_what_takes_long_by_nature_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(world.settings.database_url)
    with store.read() as connection:
        monkeypatch.setattr(postgresql.PipelinedConnection, "silent_seconds", 0.5)
        postgresql.wait_for_statements(connection)
        connection.execute(text("SELECT pg_sleep(1)"))
    store.close()


def test_a_host_that_acknowledges_nothing_is_given_up_within_seconds(world: World) -> None:
    with world.store.read() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, postgresql.PipelinedConnection)
        told = driver.info.get_parameters()
    assert int(told["tcp_user_timeout"]) == postgresql.GONE_SECONDS * 1000
    silence = [int(told[f"keepalives_{name}"]) for name in ("idle", "interval", "count")]
    assert silence[0] + silence[1] * silence[2] <= postgresql.GONE_SECONDS + 1
