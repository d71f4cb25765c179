"""Health: which part is down, in words, and figures without persons."""

from collections.abc import Callable

import pytest
from flask import Flask

from router.flows.world import World, open_world
from router.settings import Settings
from tests.web.visitor import GUEST, HOTEL, Carrier


def test_a_process_that_answers_lives(app: Flask) -> None:
    assert app.test_client().get("/health/live").json == {"status": "ok"}


def test_all_parts_are_ready(app: Flask) -> None:
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 200
    parts = {"database": "ok", "schema": "ok", "redis": "ok", "ledger": "ok"}
    rulebooks = {"rulebooks": "ok", "rule_files": "ok"}
    assert answer.json == {"ready": True, **parts, **rulebooks}


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
