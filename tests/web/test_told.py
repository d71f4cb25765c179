"""Who else was told of a text: in the thread, in `show`, in the figures."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import insert

from router.flows.dispatches.told import Told
from router.flows.world import World
from router.store.ids import new_id
from router.store.tables import Dispatch
from router.web.told_words import told_lines
from tests.web.desk import Desk
from tests.web.visitor import GUEST

AT = datetime(2026, 11, 22, 10, 2, tzinfo=UTC)


@pytest.fixture
def tell(businesses: World, desk: Desk) -> None:
    """Of the guest's text zoe was told, somebody was not, and a webhook fails."""
    known = desk.known
    message_id = known["messages"][0]["id"]
    fates = [
        ("sms", "zoe", "done", None),
        ("sms", "adam", "failed", "no mobile number"),
        ("webhook", "pms", "queued", "it answers 500"),
    ]
    with businesses.store.write() as connection:
        for kind, recipient, state, error in fates:
            connection.execute(
                insert(Dispatch).values(
                    tenant_id="grand-hotel",
                    id=new_id(),
                    kind=kind,
                    recipient=recipient,
                    thread_id=known["thread"]["id"],
                    message_id=message_id,
                    rule="emergency",
                    number="+16125550100",
                    state=state,
                    attempt=1,
                    error=error,
                    created_at=AT,
                    updated_at=AT,
                )
            )


@pytest.mark.usefixtures("tell")
def test_it_stands_beside_the_text_in_show_and_in_the_figures(desk: Desk, app: Flask) -> None:
    page = desk.page
    for line in (
        "zoe was told by SMS, ",
        "adam was not told by SMS: no mobile number, ",
        "webhook pms is tried again: it answers 500, ",
    ):
        assert line in page
    assert page.count("10:02</time></span>") == 3
    listed = desk.known["dispatches"]
    assert [(one["kind"], one["to"], one["state"], one["error"]) for one in listed] == [
        ("sms", "zoe", "done", None),
        ("sms", "adam", "failed", "no mobile number"),
        ("webhook", "pms", "queued", "it answers 500"),
    ]
    assert {one["message"] for one in listed} == {desk.known["messages"][0]["id"]}
    figures = app.test_client().get("/metrics").text
    assert 'bellhop_dispatches{kind="sms",state="failed"} 1.0' in figures
    assert 'bellhop_dispatches{kind="webhook",state="queued"} 1.0' in figures
    assert not any(word in figures for word in ("zoe", "pms", GUEST))


def told(who: str, kind: str = "sms", state: str = "done", error: str | None = None) -> Told:
    return Told("1", kind, who, "emergency", "m", state, 1, error, AT, AT)


@pytest.mark.parametrize(
    ("all_told", "words"),
    [
        ([told("dave")], ["dave was told by SMS"]),
        ([told("dave"), told("erin", "email")], ["dave was told by SMS", "erin was told by mail"]),
        (
            [told(name, "push") for name in "abcde"],
            ["a, b, c and 2 more were told on their devices"],
        ),
        ([told("dave", state="queued")], ["dave is being told by SMS"]),
        (
            [told("dave", state="unknown", error="the program ended")],
            ["dave may have been told by SMS: the program ended"],
        ),
        ([told("pms", "webhook")], ["webhook pms was told"]),
        (
            [told("pms", "webhook", "failed", "it answers 404")],
            ["webhook pms failed: it answers 404"],
        ),
        ([told("pms", "webhook", "queued")], ["webhook pms is being told"]),
    ],
)
def test_the_words(all_told: list[Told], words: list[str]) -> None:
    assert [line.words for line in told_lines(all_told)] == words
