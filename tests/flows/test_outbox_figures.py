"""The figures of the outbox: what waits, how long, and nothing of a person."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import insert

from router.flows.outbox_figures import read_outbox_figures
from router.flows.restoring.age import beat
from router.flows.world import World, open_world
from router.settings import Settings
from router.store.rows import table
from router.store.tables import Message
from router.web.figures import make_registry, render
from tests.flows.conftest import TENANT, Person


def put(world: World, number: int, **given: object) -> dict[str, object]:
    now = world.now()
    return {
        "tenant_id": TENANT, "id": f"{number:026d}", "thread_id": f"{number}", "seq": 1,
        "direction": "out", "number": "+1", "kind": "reply", "priority": 1, "state": "queued",
        "body": b"", "attempt": 0, "late": False, "created_at": now, "updated_at": now,
        "not_before": None, "attempted_at": None,
    } | given  # fmt: skip


def insert_messages(world: World, *rows: dict[str, object]) -> None:
    with world.store.write() as connection:
        connection.execute(insert(table(Message)), list(rows))


def test_the_oldest_that_is_due_gives_the_age(hotel: World) -> None:
    now, minute = hotel.now(), timedelta(minutes=1)
    long_ago = now - 60 * minute
    insert_messages(
        hotel,
        put(hotel, 1, updated_at=now - minute, created_at=long_ago),  # held until a minute ago
        put(hotel, 2, updated_at=long_ago, not_before=now + minute),  # not due yet
        put(hotel, 3, state="unknown", attempted_at=now - 2 * minute),
        put(hotel, 4, state="held", updated_at=long_ago),
        put(hotel, 5, state="review", updated_at=now - 3 * minute),
        put(hotel, 6, state="delivered", updated_at=long_ago),
    )
    waiting = {one.state: (one.count, one.since) for one in read_outbox_figures(hotel).waiting}
    assert waiting == {
        "queued": (2, now - minute),
        "unknown": (1, now - 2 * minute),
        "held": (1, None),
        "review": (1, now - 3 * minute),
    }
    insert_messages(hotel, put(hotel, 7, attempt=1, created_at=now - 5 * minute))
    (queued,) = [one for one in read_outbox_figures(hotel).waiting if one.state == "queued"]
    assert queued.since == now - 5 * minute, "what was tried counts from its beginning"


def test_opt_outs_of_the_day_are_told_by_how(alice: Person, bob: Person) -> None:
    alice.texts("STOP")
    bob.texts("please stop texting me")
    found = read_outbox_figures(alice.world)
    assert found.opt_outs == {(TENANT, "keyword"): 1, (TENANT, "sentence"): 1}


def test_all_of_it_is_told_to_prometheus_and_nobody_stands_in_it(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts("HELP")
    alice.texts("towels")
    beat(alice.world)
    advance(seconds=30)
    told = render(make_registry(alice.world)).decode()
    for line in (
        'bellhop_messages{state="queued",tenant="grand-hotel"} ',
        "bellhop_spool_files 0.0",
        "# HELP bellhop_sends_total",
    ):
        assert line in told
    for figure in (
        'bellhop_message_age_seconds{state="queued",tenant="grand-hotel"}',
        'bellhop_age_seconds{of="clock"}',
    ):
        found = re.search(rf"^{re.escape(figure)} (\S+)$", told, re.MULTILINE)
        assert found
        assert 30 <= float(found[1]) < 90
    assert not any(word in told for word in (alice.address, "towels", "+16125550100"))


def test_a_database_that_is_away_hides_no_other_figure(
    make_settings: Callable[..., Settings],
) -> None:
    world = open_world(make_settings(database_url="postgresql://nobody@127.0.0.1:1/nothing"))
    world.meters.sent("reply", "accepted", 0.1)
    told = render(make_registry(world))
    assert b'bellhop_sends_total{kind="reply",outcome="accepted"} 1.0' in told
    assert b"bellhop_spool_files" in told
    world.store.close()
