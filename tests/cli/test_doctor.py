"""What `bellhop doctor` finds, part by part: what is wrong is told with what to do about it."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import insert

from router.cli.diagnosis import check_database, check_redis
from router.cli.finding import Finding
from router.cli.host_diagnosis import check_disk, check_ledger, check_settings, check_spool
from router.cli.outbox_diagnosis import check_clock_process, check_outbox
from router.flows.restoring.age import beat, check_age
from router.flows.world import World, open_world
from router.settings import Settings
from router.store.high_water import HighWater
from router.store.rows import table
from router.store.server_setup import ServerSetup
from router.store.tables import Message, Tenant
from tests.parts.later_schema import later_schema
from tests.parts.postgresql import PostgreSQL
from tests.parts.valkey import TestValkey

Make = Callable[..., Settings]
REAL = {"public_url": "https://sms.example.com", "simulator": False, "pace_long_code": 1}


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def wrong(findings: list[Finding]) -> list[str]:
    """What is said of what is wrong; each says what to do."""
    assert findings
    assert all(one.ok or one.do for one in findings)
    return [one.says for one in findings if not one.ok]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, []),
        ({"public_url": "http://sms.example.com"}, ["PUBLIC_URL is not https"]),
        ({"simulator": True}, ["SIMULATOR is on"]),
        ({"public_url": "http://127.0.0.1:8000", "simulator": True}, []),
        ({"pace_long_code": 0, "pace_channel": 500}, ["PACE_LONG_CODE", "PACE_CHANNEL"]),
        ({"settle_after_seconds": 5}, ["SETTLE_AFTER_SECONDS"]),
    ],
)
def test_settings_that_do_not_fit_an_installation(
    make_settings: Make, given: dict[str, object], words: list[str]
) -> None:
    world = open_world(make_settings(**(REAL | given)))
    said = wrong(check_settings(world))
    assert len(said) == len(words)
    assert all(word in told for word, told in zip(words, said, strict=True))
    world.store.close()


def test_a_database_that_keeps_what_it_commits_is_well(world: World) -> None:
    assert wrong(check_database(world)) == []


def test_a_schema_of_a_later_version_is_said_and_no_fault(world: World) -> None:
    with later_schema(world.store):
        (found,) = check_database(world)
    assert found.ok
    assert "a newer schema than this program's" in found.says


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_loses_commits_is_told(world: World) -> None:
    """As the tests' own does, which is made for speed."""
    assert wrong(check_database(world)) == [
        "postgresql has fsync=off",
        "postgresql has synchronous_commit=off",
        "postgresql has full_page_writes=off",
    ]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_replica_that_commits_do_not_wait_for_is_remarked(
    world: World, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    """pg_receivewal follows the server as a replica does."""
    command = [postgresql.programs / "pg_receivewal", "-h", postgresql.folder, "-U", "postgres"]
    with subprocess.Popen([*command, "-D", tmp_path, "--no-sync"]) as replica:
        said = ""
        until = time.monotonic() + 20
        while "replicas" not in said and time.monotonic() < until:
            said = " ".join(one.says for one in check_database(world) if one.ok)
        replica.terminate()
    assert "synchronous_standby_names is empty" in said
    assert "max_connections" not in said


def test_fewer_connections_than_one_machine_may_take_are_few() -> None:
    assert ServerSetup(100, 0, is_synchronous=False).has_few_connections
    assert not ServerSetup(200, 0, is_synchronous=False).has_few_connections


def test_a_redis_that_throws_keys_away_is_told(make_settings: Make, own_valkey: TestValkey) -> None:
    world = open_world(make_settings(redis_url=own_valkey.url))
    (found,) = check_redis(world)
    assert found.says.startswith("Valkey ")
    with Redis.from_url(own_valkey.url) as client:
        client.config_set("maxmemory", "100mb")
        client.config_set("maxmemory-policy", "allkeys-lru")
    (said,) = wrong(check_redis(world))
    assert "allkeys-lru" in said
    world.store.close()


def test_a_clock_that_stands_still_is_told(world: World, advance: Callable[..., None]) -> None:
    assert wrong(check_clock_process(world)) != []
    beat(world)
    assert wrong(check_clock_process(world)) == []
    advance(minutes=1)
    (said,) = wrong(check_clock_process(world))
    assert "since" in said


@on_both
def test_what_waits_too_long_is_told(world: World, advance: Callable[..., None]) -> None:
    assert wrong(check_outbox(world)) == []
    for state in ("queued", "unknown", "review", "delivered"):
        _message(world, state)
    advance(minutes=20)
    assert [said.split(" texts")[1][:20] for said in wrong(check_outbox(world))] == [
        " of t wait to be sen", " of t may have been "
    ]  # fmt: skip
    advance(days=1)
    assert len(wrong(check_outbox(world))) == 3


def test_a_database_older_than_it_was_is_told_with_the_way_out(world: World) -> None:
    beat(world)
    check_age(world)
    assert wrong(check_ledger(world)) == []
    HighWater(world.settings.ledger).note(world.now() + timedelta(hours=1))
    found = check_ledger(world)
    (said,) = wrong(found)
    assert "had come to" in said
    assert "bellhop db restored" in found[-1].do


def test_a_ledger_that_knows_more_than_the_database_is_told(world: World) -> None:
    with world.store.write() as connection:
        tenant = {"id": "t", "name": "T", "data_key": b"", "lookup_key": b""}
        connection.execute(insert(table(Tenant)), tenant | {"created_at": world.now()})
    world.ledger.append(world.now(), "t", "suppressed", b"somebody")
    world.ledger.append(world.now(), "t", "suppressed", b"lifted since")
    world.ledger.append(world.now(), "t", "lifted", b"lifted since")
    (said,) = wrong(check_ledger(world))
    assert said.startswith("1 opt-outs of this machine's ledger")


def test_texts_that_stay_in_the_spool_are_told(world: World) -> None:
    assert wrong(check_spool(world)) == []
    folder = world.settings.data_dir / "spool"
    folder.mkdir(parents=True)
    (folder / "0.sealed").touch()
    assert wrong(check_spool(world)) == []
    os.utime(folder / "0.sealed", (0, 0))
    (said,) = wrong(check_spool(world))
    assert said.startswith("1 texts wait")


def test_a_disk_that_is_nearly_full_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings.data_dir.mkdir(exist_ok=True)
    assert check_disk(world)[0].says.endswith("of the disk")
    full = shutil.disk_usage(Path("/"))._replace(total=10**12, free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    assert wrong(check_disk(world)) == ["100 MB are left in DATA_DIR, 0% of the disk"]


def _message(world: World, state: str) -> None:
    now = world.now()
    with world.store.write() as connection:
        connection.execute(
            insert(table(Message)),
            {"tenant_id": "t", "id": state, "thread_id": state, "seq": 1, "direction": "out",
             "number": "+1", "kind": "reply", "priority": 1, "state": state, "body": b"",
             "attempt": 0, "attempted_at": now, "late": False, "created_at": now,
             "updated_at": now},
        )  # fmt: skip
