"""Whom a notice goes to, and how often."""

from collections.abc import Callable

from router.store.rows import AnyRow
from tests.flows.conftest import Person
from tests.flows.dispatches.conftest import Decided

Hire = Callable[..., str]
Rows = Callable[[], list[AnyRow]]
MOBILE = "+16125550188"


def test_those_on_shift_are_told(alice: Person, hire: Hire, decided: Decided, rows: Rows) -> None:
    dave = hire("dave", "engineering", mobile=MOBILE)
    hire("erin", "engineering", mobile=MOBILE, on_shift=False)
    hire("frank", "front-desk", mobile=MOBILE)
    alice.texts("the shower is broken")
    decided.notify(alice, team="engineering")
    assert [(row.recipient, row.kind, row.state) for row in rows()] == [(dave, "sms", "queued")]
    assert (rows()[0].rule, rows()[0].wanted) == ("emergency", "engineering")


def test_all_are_told_where_nobody_is_on_shift(
    alice: Person, hire: Hire, decided: Decided, rows: Rows
) -> None:
    both = {hire(name, "engineering", mobile=MOBILE, on_shift=False) for name in ("dave", "erin")}
    alice.texts("the shower is broken")
    decided.notify(alice, team="engineering")
    assert {row.recipient for row in rows()} == both


def test_a_team_of_everyone_is_told_whole(
    alice: Person, hire: Hire, decided: Decided, rows: Rows
) -> None:
    on = hire("dave", "duty-manager", mobile=MOBILE)
    off = hire("erin", "duty-manager", mobile=MOBILE, on_shift=False)
    alice.texts("smoke!")
    decided.notify(alice, team="duty-manager")
    assert {row.recipient for row in rows()} == {on, off}


def test_one_person_is_told_by_every_way_that_is_named(
    alice: Person, hire: Hire, decided: Decided, rows: Rows
) -> None:
    dave = hire("dave", mobile=MOBILE, on_shift=False)
    alice.texts("smoke!")
    decided.notify(alice, ("sms", "email", "push", "sms"), staff="dave")
    assert {row.recipient for row in rows()} == {dave}
    assert sorted(row.kind for row in rows()) == ["email", "push", "sms"]


def test_who_has_no_mobile_is_kept_as_not_told(
    alice: Person, hire: Hire, decided: Decided, rows: Rows
) -> None:
    hire("dave", "duty-manager")
    alice.texts("smoke!")
    decided.notify(alice, ("sms", "push"))
    assert {(row.kind, row.state, row.error) for row in rows()} == {
        ("sms", "failed", "no mobile number"),
        ("push", "queued", None),
    }


def test_nobody_to_tell_is_seen(alice: Person, decided: Decided, rows: Rows) -> None:
    alice.texts("smoke!")
    decided.notify(alice, staff="zoe")
    decided.notify(alice, team="engineering")
    assert [(row.recipient, row.state, row.error) for row in rows()] == [
        ("zoe", "failed", "there is no account zoe"),
        ("engineering", "failed", "the team engineering has no members"),
    ]


def test_a_chatty_guest_pages_nobody_twice_in_five_minutes(
    alice: Person, hire: Hire, decided: Decided, rows: Rows, advance: Callable[..., None]
) -> None:
    hire("dave", "duty-manager", mobile=MOBILE)
    for _ in range(3):
        alice.texts("smoke!")
        decided.notify(alice)
        advance(seconds=90)
    assert len(rows()) == 1
    advance(minutes=1)
    decided.notify(alice)
    assert len(rows()) == 2


def test_another_guest_another_rule_and_another_way_are_told_of(
    alice: Person, bob: Person, hire: Hire, decided: Decided, rows: Rows
) -> None:
    hire("dave", "duty-manager", mobile=MOBILE)
    alice.texts("smoke!")
    bob.texts("smoke!")
    decided.notify(alice)
    decided.notify(bob)
    decided.notify(alice, rule="vip")
    decided.notify(alice, ("push",))
    assert len(rows()) == 4


def test_a_webhook_is_told_of_every_text(alice: Person, decided: Decided, rows: Rows) -> None:
    for _ in range(3):
        alice.texts("smoke!")
        decided.webhook(alice)
    assert [(row.kind, row.recipient, row.state) for row in rows()] == [
        ("webhook", "pms", "queued")
    ] * 3
    assert len({row.message_id for row in rows()}) == 3
