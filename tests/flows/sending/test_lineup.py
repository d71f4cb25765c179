"""Who is served next: fair between tenants, answers before bulk, no room wasted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from router.flows.outbox import ANSWER, BULK
from router.flows.sending.claims import Claim, Claims
from router.flows.sending.lineup import Lineup, Order

NOW = 1000.0
TODAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
AT_ONCE = 8


@pytest.fixture
def lineup() -> Lineup:
    return Lineup(AT_ONCE)


def claims(tenant: str, count: int, priority: int = BULK) -> Claims:
    one = Claim(tenant, f"{tenant}-1", None, "m", "t", "k", 1, "+1", "reply", None, priority,
                "+2", "hi", TODAY, 0.0, TODAY, TODAY, 0.0)  # fmt: skip
    return Claims((one,) * count)


def serve(lineup: Lineup, has: dict[str, int]) -> list[str]:
    """Serve until nobody is due; who was served, once for each text."""
    order: list[str] = []
    while (wanted := lineup.next(NOW)) is not None:
        tenant = wanted.sender_id.split("-")[0]
        count = min(wanted.limit, has[tenant])
        has[tenant] -= count
        got = claims(tenant, count)
        lineup.served(wanted, tenant, replace(got, had_all=count < wanted.limit), NOW)
        order += [tenant] * count
    return order


def test_a_sender_alone_gets_all_the_room_for_bulk(lineup: Lineup) -> None:
    lineup.wake("a-1")
    assert serve(lineup, {"a": 100}) == ["a"] * 2 * AT_ONCE


def test_tenants_share_the_room_whatever_they_have_waiting(lineup: Lineup) -> None:
    for sender in ("a-1", "b-1", "c-1"):
        lineup.wake(sender)
    served = serve(lineup, {"a": 1000, "b": 1000, "c": 3})
    assert served.count("c") == 3
    assert abs(served.count("a") - served.count("b")) <= 4


def test_a_tenant_with_many_numbers_gets_no_larger_share(lineup: Lineup) -> None:
    for sender in ("a-1", "a-2", "a-3", "b-1"):
        lineup.wake(sender)
        lineup.served(Order(sender, 0, False), sender[0], Claims(again_in=0.0, had_all=False), NOW)
        lineup.wake(sender)
    served = serve(lineup, {"a": 1000, "b": 1000})
    assert served.count("b") >= served.count("a") - 4


def test_what_is_woken_while_bulk_fills_the_room_is_asked_for_answers_only(lineup: Lineup) -> None:
    lineup.wake("a-1")
    serve(lineup, {"a": 1000})
    assert lineup.next(NOW) is None
    lineup.wake("b-1")
    order = lineup.next(NOW)
    assert order is not None
    assert (order.sender_id, order.answers_only) == ("b-1", True)


def test_an_answer_written_down_lets_the_next_of_its_thread_go_at_once(lineup: Lineup) -> None:
    lineup.wake("a-1")
    serve(lineup, {"a": 2 * AT_ONCE})
    lineup.written(claims("a", 1, ANSWER).messages)
    order = lineup.next(NOW)
    assert order is not None


def test_a_sender_that_has_no_more_leaves_and_one_that_was_woken_meanwhile_stays(
    lineup: Lineup,
) -> None:
    lineup.wake("a-1")
    order = lineup.next(NOW)
    assert order is not None
    lineup.wake("a-1")
    lineup.served(order, "a", Claims(), NOW)
    assert lineup.is_due(NOW)
    serve(lineup, {"a": 0})
    assert lineup.is_idle


def test_a_pace_puts_a_sender_off_until_its_turn(lineup: Lineup) -> None:
    lineup.wake("a-1")
    order = lineup.next(NOW)
    assert order is not None
    lineup.served(order, "a", Claims(again_in=1.0), NOW)
    assert lineup.next(NOW) is None
    assert lineup.next_turn(NOW) == NOW + 1
    assert lineup.next(NOW + 1) is not None


def test_whose_turn_has_come_while_there_is_no_room_waits_for_room_and_not_for_a_time(
    lineup: Lineup,
) -> None:
    lineup.wake("a-1")
    order = lineup.next(NOW)
    assert order is not None
    paced = replace(claims("a", 8 * AT_ONCE), again_in=1.0, had_all=False)
    lineup.served(order, "a", paced, NOW)
    assert not lineup.is_due(NOW + 2)
    assert lineup.next_turn(NOW + 2) is None
    lineup.written(claims("a", 8 * AT_ONCE - 1).messages)
    assert lineup.is_due(NOW + 2)


def test_a_paced_sender_whose_first_texts_were_put_aside_stays_in_the_line(lineup: Lineup) -> None:
    """Only two are read at a time of one that may send one a second."""
    lineup.wake("a-1")
    order = lineup.next(NOW)
    assert order is not None
    aside = Claims(put_aside=frozenset({"t1", "t2"}), had_all=False)
    lineup.served(order, "a", aside, NOW)
    assert lineup.is_due(NOW)
