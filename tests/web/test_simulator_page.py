"""The simulator's page: there in the demo only, and it explains what the router did."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask

from router.flows.trace import written_rule
from router.flows.world import World
from tests.web.visitor import GUEST, HOTEL, Carrier


@pytest.fixture
def app(make_app: Callable[..., Flask], businesses: World) -> Flask:
    """The app with a simulator mounted."""
    return make_app(businesses, simulator=Blueprint("carrier_simulator", __name__))


def _why(app: Flask, sender: str = GUEST) -> str:
    query = {"from": sender, "to": HOTEL}
    return app.test_client().get("/simulator/why", query_string=query).text


def test_without_a_simulator_there_is_no_page(
    make_app: Callable[..., Flask], businesses: World
) -> None:
    client = make_app(businesses).test_client()
    assert client.get("/simulator").status_code == 404
    assert client.get("/simulator/why").status_code == 404


def test_the_phone_offers_every_business_s_numbers(app: Flask) -> None:
    page = app.test_client().get("/simulator").text
    assert "The Grand Hotel · main" in page
    assert "The Clinic · main" in page
    assert "SUMMIT26" in page


def test_each_text_is_explained_by_rule_place_and_answer(app: Flask, carrier: Carrier) -> None:
    carrier.text("The shower is <b>broken</b>")
    page = _why(app)
    assert "<b>maintenance</b>" in page
    assert "grand-hotel.yaml:" in page
    assert "- assign: {team: engineering}" in page
    assert "someone-looks" in page
    assert "duty manager" in page
    assert "&lt;b&gt;broken" in page


def test_words_above_every_rule_are_explained_too(app: Flask, carrier: Carrier) -> None:
    carrier.text("please stop texting me")
    page = _why(app)
    assert "asks to stop" in page
    assert "opted out" in page


def test_what_staff_should_look_at_is_named(app: Flask, carrier: Carrier) -> None:
    carrier.text("wrong number")
    assert "Opt-out?" in _why(app)


@pytest.mark.parametrize("sender", ["+19999999999", "", "rubbish"])
def test_who_never_wrote_has_nothing_to_explain(app: Flask, sender: str) -> None:
    assert "Send a text" in _why(app, sender)


def test_a_rule_is_quoted_up_to_the_next_one() -> None:
    routes = "routes:\n  - id: a\n    do:\n      - tag: x\n\n  - id: b\n    do: []\n"
    text = routes + "fallback:\n  do: []\n"
    assert written_rule(text, 2) == "- id: a\n  do:\n    - tag: x"
    assert written_rule(text, 8) == "fallback:\n  do: []"
    assert written_rule(text, None) == written_rule(text, 99) == ""
