"""The story behind "why here": every rule of the text's own rulebook, for the staff it is for."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from router.flows.publish import publish_folder
from router.flows.show import show
from router.flows.world import World
from router.store.tables import DecisionRecord
from tests.web.visitor import CLINIC, FRAGMENT, GUEST, Carrier, Visitor

PathOf = Callable[..., str]


@pytest.fixture
def path_of(businesses: World) -> PathOf:
    """The address of the story of a person's nth text."""

    def find(place: int = 0, tenant: str = "grand-hotel", end: str = "") -> str:
        shown = show(businesses, tenant, GUEST) or {}
        ids = [each["id"] for each in shown["messages"] if each["direction"] == "in"]
        return f"/inbox/open/{shown['thread']['id']}/why/{end or ids[place]}"

    return find


def test_every_rule_is_told_with_its_conditions_and_its_lines(
    carrier: Carrier, alice: Visitor, path_of: PathOf
) -> None:
    carrier.text("The shower is broken, and towels please")
    page = alice.get(path_of()).text
    assert page.startswith("<!doctype html>")
    for said in (
        "The shower is broken, and towels please",
        "maintenance",
        "Would have, came later",  # towels
        "1 did not match:</b> emergency",
        "2 did not match:</b> small-repairs-by-night, small-repairs",
        "the text has &#39;towel&#39;",
        "- id: maintenance",
        "match: {message_has: $broken}",
        "say someone-looks (reply, en): Sorry about that.",
        "takes whatever nothing else took",
    ):
        assert said in page, said
    assert "This version of Bellhop decides this text differently" not in page


def test_the_thread_leads_there_and_a_script_gets_the_part_alone(
    carrier: Carrier, alice: Visitor, path_of: PathOf
) -> None:
    carrier.text("The shower is broken")
    thread = path_of().partition("/why/")[0]
    assert f'href="{path_of()}"' in alice.get(thread).text
    part = alice.get(path_of(), headers=FRAGMENT).text
    assert part.lstrip().startswith("<article")
    assert "maintenance" in part


def test_what_a_dialog_held_back_is_told(carrier: Carrier, alice: Visitor, path_of: PathOf) -> None:
    for said in ("SUMMIT26", "YES", "Towels"):
        carrier.text(said)
    page = alice.get(path_of(2)).text
    assert "dialog summit-signup: it takes the text" in page
    assert "Held back" in page
    assert "save full_name" in page


def test_a_later_rulebook_does_not_change_an_earlier_story(
    carrier: Carrier, alice: Visitor, path_of: PathOf, businesses: World
) -> None:
    carrier.text("Towels please")
    file = businesses.settings.rules_dir / "grand-hotel.yaml"
    file.write_text(file.read_text().replace("- id: towels\n", "- id: linen\n"))
    publish_folder(businesses, businesses.settings.rules_dir)
    carrier.text("Towels please")
    assert "- id: towels" in alice.get(path_of(0)).text
    assert "- id: linen" in alice.get(path_of(1)).text


def test_a_story_that_does_not_hold_any_more_says_so(
    carrier: Carrier, alice: Visitor, path_of: PathOf, businesses: World
) -> None:
    carrier.text("Towels please")
    with businesses.store.write() as connection:
        connection.execute(update(DecisionRecord).values(rule="other", team="other-team"))
    page = alice.get(path_of()).text
    assert "This version of Bellhop decides this text differently" in page
    assert "<b>other</b>" in page


def test_a_record_of_an_earlier_version_says_what_is_known(
    carrier: Carrier, alice: Visitor, path_of: PathOf, businesses: World
) -> None:
    carrier.text("Towels please")
    with businesses.store.write() as connection:
        keys = businesses.keys(connection, "grand-hotel")
        message_id = path_of().rpartition("/")[2]
        old = {"reading": {"class": "none", "reason": ""}, "facts": {"to": "main"}}
        sealed = keys.seal_json("decision.inputs", message_id, old)
        connection.execute(update(DecisionRecord).values(inputs=sealed))
    page = alice.get(path_of()).text
    assert "an earlier version of Bellhop" in page
    assert "towels" in page


def test_what_we_sent_has_no_story(
    carrier: Carrier, alice: Visitor, path_of: PathOf, stored: Callable[..., list[dict[str, Any]]]
) -> None:
    carrier.text("Towels please")
    sent = next(each["id"] for each in stored() if each["direction"] == "out")
    assert alice.get(path_of(end=sent)).status_code == 404


def test_nobody_else_sees_it(
    carrier: Carrier, alice: Visitor, bob: Visitor, path_of: PathOf, visit: Callable[[], Visitor]
) -> None:
    carrier.text("Towels please")
    carrier.text("my results please", to=CLINIC)
    hotel, clinic = path_of(), path_of(tenant="clinic")
    assert (alice.get(hotel).status_code, bob.get(clinic).status_code) == (200, 200)
    foreign = hotel.replace(hotel.rpartition("/")[2], clinic.rpartition("/")[2])
    paths = [clinic, foreign, path_of(end="nonsense"), path_of(end="01aaaaaaaaaaaaaaaaaaaaaaaa")]
    assert [alice.get(path).status_code for path in paths] == [404] * 4
    assert visit().get(hotel).status_code == 302
    assert visit().get(hotel, headers=FRAGMENT).status_code == 401
