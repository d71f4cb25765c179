"""Health: which part is down, in words, and figures without persons."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlmodel import col

from router.flows.restoring.age import beat
from router.flows.world import World, open_world
from router.now import real_now
from router.settings import Settings
from router.store import server_clock
from router.store.backup import copy_sqlite
from router.store.tables import Number
from router.web import readiness
from router.web.readiness import CHECKS
from tests.parts.later_schema import later_schema
from tests.web.visitor import GUEST, HOTEL, Carrier


def test_a_process_that_answers_lives(app: Flask) -> None:
    assert app.test_client().get("/health/live").json == {"status": "ok"}


def test_all_parts_are_ready(app: Flask) -> None:
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 200
    parts = ("database", "schema", "age", "redis", "ledger", "disk", "rulebooks")
    assert answer.json is not None
    assert {answer.json[part] for part in parts} == {"ok"}
    assert answer.json["rule_files"] == "ok"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_clock_that_is_astray_is_told_and_makes_nothing_unready(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_clock, "real_now", lambda: real_now() - timedelta(minutes=2))
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["time"].startswith("astray: -1")


def test_a_schema_of_a_later_version_is_ready(app: Flask, businesses: World) -> None:
    """As the processes of the version before find it while machines are upgraded."""
    with later_schema(businesses.store):
        answer = app.test_client().get("/health/ready")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["schema"] == "ok"


def test_who_is_missing_is_told_and_makes_nothing_unready(app: Flask, businesses: World) -> None:
    answer = app.test_client().get("/health/ready").json
    assert answer is not None
    assert answer["ready"] is True
    assert "none listens" in answer["worker"]
    assert "none has gone round" in answer["clock"]


def test_a_clock_that_goes_round_is_seen_until_it_stands_still(
    make_app: Callable[..., Flask], businesses: World, advance: Callable[..., None]
) -> None:
    def told() -> str:
        answer = make_app(businesses).test_client().get("/health/ready").json
        assert answer is not None
        return str(answer["clock"])

    beat(businesses)
    assert told() == "ok"
    advance(seconds=31)
    assert "none has gone round since" in told()


def test_a_number_whose_account_is_refused_is_named(app: Flask, businesses: World) -> None:
    with businesses.store.write() as connection:
        where = (col(Number.tenant_id) == "clinic", col(Number.name) == "main")
        stopped = {"paused_code": 20003, "paused_until": businesses.now() + timedelta(minutes=5)}
        connection.execute(update(Number).where(*where).values(stopped))
    answer = app.test_client().get("/health/ready").json
    assert answer is not None
    assert "main of clinic (code 20003)" in answer["senders"]
    assert answer["ready"] is True


def test_asked_often_the_parts_are_asked_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert readiness.LOOKED_AT_FOR_SECONDS == 1
    monkeypatch.setattr(readiness, "LOOKED_AT_FOR_SECONDS", 60.0)
    asked: list[World] = []
    monkeypatch.setitem(CHECKS, "database", asked.append)
    client = app.test_client()
    assert {client.get("/health/ready").status_code for _ in range(20)} == {200}
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("given", "part", "word"),
    [
        ({"database_url": "postgresql://nobody@127.0.0.1:1/nothing"}, "database", "DATABASE_URL"),
        ({"redis_url": "unix:///nowhere/s"}, "redis", "REDIS_URL"),
        ({"ledger_path": "/proc/nowhere/ledger.jsonl"}, "ledger", "LEDGER_PATH"),
        ({}, "schema", "bellhop db upgrade"),
    ],
)
def test_a_part_that_is_down_is_named(
    make_settings: Callable[..., Settings],
    make_app: Callable[..., Flask],
    given: dict[str, str],
    part: str,
    word: str,
) -> None:
    world = open_world(make_settings(**given))
    answer = make_app(world).test_client().get("/health/ready")
    world.store.close()
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["ready"] is False
    assert word in answer.json[part]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_file_that_was_replaced_is_told_and_takes_no_text(
    carrier: Carrier, app: Flask, businesses: World
) -> None:
    database = Path(businesses.store.engine.url.database or "")
    assert carrier.text("hello", MessageSid="SM7").status_code == 200
    copy_sqlite(database, database.with_name("copy.sqlite"))
    database.with_name("copy.sqlite").replace(database)
    assert carrier.text("hello", MessageSid="SM8").status_code == 503
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "start this process again" in answer.json["database"]


def test_figures_count_and_name_nobody(carrier: Carrier, app: Flask, businesses: World) -> None:
    carrier.text("a secret", MessageSid="SM7")
    carrier.text("a secret", MessageSid="SM7")
    carrier.post_raw("/twilio/inbound", b"From=1", "forged")
    figures = app.test_client().get("/metrics").text
    assert 'bellhop_inbound_total{outcome="stored"} 1.0' in figures
    assert 'bellhop_inbound_total{outcome="duplicate"} 1.0' in figures
    assert 'bellhop_refused_signatures_total{webhook="inbound"} 1.0' in figures
    assert 'bellhop_webhook_seconds_count{webhook="inbound"} 3.0' in figures
    assert not any(word in figures for word in (GUEST, HOTEL, "secret"))


def test_nobody_waits_behind_a_look_at_a_database_that_stands_still(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "LONGEST_LOOK_SECONDS", 0.1)
    looks, may_end = threading.Event(), threading.Event()

    def stand_still(_world: World) -> None:
        looks.set()
        assert may_end.wait(30)

    monkeypatch.setitem(CHECKS, "database", stand_still)
    first = threading.Thread(target=lambda: app.test_client().get("/health/ready"))
    first.start()
    assert looks.wait(30)
    answer = app.test_client().get("/health/ready")
    may_end.set()
    first.join()
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"].startswith("down")
