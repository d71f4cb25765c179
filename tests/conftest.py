"""Fixtures that all tests share: databases, Valkey, settings, a world."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher

from router.flows import passwords
from router.flows.rulebooks import checking
from router.flows.world import World, open_world
from router.jobs.process import offset_file
from router.now import MovableNow
from router.settings import Settings, load_settings
from router.store import schema
from router.store.engine import Store
from router.store.ids import new_id
from router.store.sealing import new_key
from tests.parts import run_wide
from tests.parts.postgresql import PartMissing, PostgreSQL
from tests.parts.stores import Stores
from tests.parts.valkey import TestValkey

OPTIONAL = "optional part missing: "
LONGEST = (
    "tests/storm/",
    "tests/journey/",
    "tests/cli/test_demo.py",
    "tests/test_bench.py",
    "tests/jobs/",
    "tests/web/browser/",
)

hypothesis.settings.register_profile("any machine", deadline=None)  # how fast is for the benches
hypothesis.settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the run makes its folder; xdist's workers inherit it."""
    if not hasattr(config, "workerinput"):
        run_wide.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers of the run."""
    if not hasattr(config, "workerinput"):
        run_wide.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, lest one process of the run is left alone with it."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly, and count, what was skipped because a part is not there."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if OPTIONAL in reason:
            counts[reason.partition(OPTIONAL)[2]] += 1
    told = "; ".join(f"{reason}: {count} tests" for reason, count in counts.items()) or "none"
    terminalreporter.section("optional parts")
    terminalreporter.line(f"skipped optional parts: {told}", yellow=bool(counts))


def skip_part(reason: str) -> None:
    """Skip the test that runs, as one whose optional part is not there."""
    pytest.skip(f"{OPTIONAL}{reason}")


@pytest.fixture(scope="session", autouse=True)
def costly_hasher() -> Iterator[PasswordHasher]:
    """What hashes passwords outside the tests; inside them a hash costs next to nothing."""
    costly = passwords.HASHER
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield costly
    passwords.HASHER = costly


@pytest.fixture(scope="session", autouse=True)
def _loaded_once() -> Iterator[None]:
    """A text that is published again is not read again: it is the same rulebook every time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checking, "load", lru_cache(maxsize=64)(checking.load))
        yield


@pytest.fixture(scope="session")
def postgresql() -> PostgreSQL:
    """The run's PostgreSQL; skips where there is none."""
    try:
        return run_wide.shared_postgresql()
    except PartMissing as missing:
        skip_part(f"PostgreSQL ({missing})")
        raise


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest migration, to copy."""
    file = tmp_path_factory.mktemp("template") / "bellhop.sqlite"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of each test stands, one after the other."""
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture(scope="session")
def postgresql_url(postgresql: PostgreSQL) -> str:
    """A PostgreSQL database at the newest migration, which the tests use one after the other."""
    url = _create(postgresql, f"test_{new_id()}")
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def stores() -> Iterator[Stores]:
    """The stores of the databases that tests use in turn."""
    kept = Stores()
    yield kept
    kept.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which kind of database: a test that uses it, even indirectly, runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database: str) -> str:
    """A migrated database without a row."""
    if database == "sqlite":
        folder: Path = request.getfixturevalue("sqlite_folder")
        for left in folder.iterdir():
            left.unlink()
        copied = shutil.copy(request.getfixturevalue("sqlite_template"), folder)
        return f"sqlite:///{copied}"
    url: str = request.getfixturevalue("postgresql_url")
    request.getfixturevalue("stores").clear(url)
    return url


@pytest.fixture
def empty_database_url(
    request: pytest.FixtureRequest, database: str, tmp_path: Path
) -> Iterator[str]:
    """A fresh database of the test's own, without a table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = f"empty_{new_id()}"
    yield _create(server, name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def session_valkey() -> Iterator[TestValkey]:
    """A Valkey for all tests of one process."""
    server = TestValkey()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def redis_url(session_valkey: TestValkey) -> str:
    """The URL of a Valkey that is empty."""
    session_valkey.empty()
    return session_valkey.url


@pytest.fixture
def own_valkey() -> Iterator[TestValkey]:
    """A Valkey of the test's own, to freeze and kill."""
    server = TestValkey()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def make_settings(tmp_path: Path, redis_url: str) -> Callable[..., Settings]:
    """Makes settings that touch nothing outside the test; keyword arguments override."""
    rules_dir, data_dir = tmp_path / "rules", tmp_path / "var"
    rules_dir.mkdir(exist_ok=True)
    data_dir.mkdir(exist_ok=True)
    master_key, secret_key = new_key(), new_key()

    def make(**given: Any) -> Settings:
        defaults: dict[str, Any] = {
            "data_dir": data_dir,
            "rules_dir": rules_dir,
            "redis_url": redis_url,
            "public_url": "http://127.0.0.1:8000",
            "twilio_account_sid": "AC" + "0" * 32,
            "twilio_auth_token": "token-of-the-tests",
            "twilio_api_url": "http://127.0.0.1:1",
            "secret_key": secret_key,
            "master_key": master_key,
            "simulator": True,
            "pace_long_code": 0,  # tests of pacing say their own
            "_env_file": None,
        }
        return load_settings(**(defaults | given))

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    """Settings on a fresh database of each kind."""
    return make_settings(database_url=database_url)


@pytest.fixture
def now(settings: Settings) -> MovableNow:
    """The time of the test's world: moved with `now.advance(timedelta(...))`."""
    return MovableNow(offset_file(settings))


@pytest.fixture
def world(settings: Settings, now: MovableNow, stores: Stores) -> Iterator[World]:
    """A world on a fresh database of each kind."""
    opened = replace(open_world(settings, now), store=stores.lend(settings.database_url))
    yield opened
    if opened.store.is_sqlite:  # its file will be another
        opened.store.close()


@pytest.fixture
def advance(now: MovableNow) -> Callable[..., None]:
    """Moves the world's time: `advance(minutes=10)`."""

    def move(**by: float) -> None:
        now.advance(timedelta(**by))

    return move


def _migrate(url: str) -> None:
    store = Store(url)
    schema.upgrade(store)
    store.close()


def _create(server: PostgreSQL, name: str) -> str:
    _execute(server, f"CREATE DATABASE {name}")
    return server.database_url(name)


def _execute(server: PostgreSQL, statement: str) -> None:
    with psycopg.connect(
        f"host={server.folder} user=postgres dbname=postgres", autocommit=True
    ) as connection:
        connection.execute(statement)
