"""Whom each strategy picks."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from router.flows.assign.ask import Ask
from router.flows.assign.pick import Choice, Member, choose
from rules.model import Team

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
DESK = frozenset({"desk"})


def member(handle: str, load: int = 0, turn: int = 0, *teams: str) -> Member:
    return Member(handle, handle, frozenset(teams) or DESK, load, {"desk": turn} if turn else {})


def picked(
    strategy: str,
    members: Sequence[Member],
    *,
    capacity: int | None = None,
    last: str | None = None,
    released_by: str | None = None,
    rather_not: str | None = None,
) -> str | None:
    """The handle; None where nobody is free."""
    team, ask = Team("desk", strategy, capacity=capacity), Ask("desk", NOON, None, released_by)
    choice = choose([team], ask, members, last_assignee=last, rather_not=rather_not)
    return choice.member.handle if choice and choice.member else None


@pytest.mark.parametrize(
    ("strategy", "members", "who"),
    [
        ("round-robin", [member("ann", 9, 1), member("ben", 0, 2)], "ann"),
        ("round-robin", [member("ann", 2), member("ben", 1)], "ben"),
        ("round-robin", [member("ann", 0, 1), member("new", 5)], "new"),
        ("least-busy", [member("ann", 2, 1), member("ben", 1, 2)], "ben"),
        ("least-busy", [member("ann", 1, 2), member("ben", 1, 1)], "ben"),
        ("least-busy", [member("ben"), member("ann")], "ann"),
        ("previous-then-least-busy", [member("ann", 1), member("ben")], "ben"),
    ],
)
def test_a_strategy_picks(strategy: str, members: Sequence[Member], who: str) -> None:
    assert picked(strategy, members) == who


def test_the_previous_person_comes_first_if_there_and_free() -> None:
    strategy, two = "previous-then-least-busy", [member("ann", 1), member("ben")]
    assert picked(strategy, two, last="ann") == "ann"
    assert picked(strategy, two, last="ann", capacity=1) == "ben"
    assert picked(strategy, two, last="gone") == "ben"


def test_nobody_is_picked_beyond_capacity_nor_from_another_team() -> None:
    assert picked("least-busy", [member("ann", 2), member("ben", 3)], capacity=2) is None
    assert picked("least-busy", [member("cleo", 0, 0, "spa")]) is None


def test_whoever_gave_a_thread_back_is_not_picked_for_it() -> None:
    assert picked("least-busy", [member("ann")], released_by="ann") is None
    assert picked("least-busy", [member("ann"), member("ben", 1)], released_by="ann") == "ben"


def test_whoever_left_a_thread_unanswered_is_picked_only_where_nobody_else_is_free() -> None:
    assert picked("least-busy", [member("ann"), member("ben", 5)], rather_not="ann") == "ben"
    assert picked("least-busy", [member("ann")], rather_not="ann") == "ann"


def test_everyone_means_the_whole_team_however_busy() -> None:
    team, ask = Team("desk", "everyone", capacity=1), Ask("desk", NOON)
    assert choose([team], ask, [member("ann", 7)]) == Choice("desk", None)
    assert choose([team], ask, [member("cleo", 0, 0, "spa")]) is None


def test_a_rule_s_strategy_goes_along_to_the_backup() -> None:
    line = [Team("spa", "least-busy"), Team("desk", "everyone")]
    own, named = Ask("spa", NOON), Ask("spa", NOON, "round-robin")
    assert choose(line, own, [member("ann")]) == Choice("desk", None)
    assert choose(line, named, [member("ann")]) == Choice("desk", member("ann"))
