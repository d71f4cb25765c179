"""The composer: what kind of text it sends, and what became of a text."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import col

from router.flows.publish import publish_folder
from router.flows.world import World
from router.store.tables import Message
from tests.web.desk import Desk
from tests.web.visitor import Carrier

SPA = "topics:\n  spa: {en: [spa news], es: [noticias del spa]}\n"


@pytest.fixture
def database() -> str:
    """The pages are the same on every database."""
    return "sqlite"


def test_after_a_day_a_text_needs_consent_and_says_so_first(
    desk: Desk, advance: Callable[..., None]
) -> None:
    assert 'value="answer" selected' in desk.page
    advance(hours=25)
    page = desk.page
    assert "Their last text is more than a day old" in page
    assert 'value="answer"' not in page
    assert 'value="service" selected' in page
    refused = desk.acts("reply", text="Your coat is here.", about="service")
    assert (refused.status_code, "Your coat is here." in refused.text) == (422, True)
    desk.acts("agreed", scope="service", note="asked at check-in")
    assert "more than a day old" not in desk.page
    assert desk.acts("reply", text="Your coat is here.", about="service").status_code == 200
    assert desk.known["messages"][-1]["purpose"] == "service"


def test_a_kind_of_text_is_chosen_and_kept_where_it_is_refused(desk: Desk) -> None:
    refused = desk.acts("reply", text="Half price!", about="marketing")
    assert (refused.status_code, 'value="marketing" selected' in refused.text) == (422, True)
    desk.acts("agreed", scope="marketing", note="signed a form")
    page = desk.acts("reply", text="Half price!", about="marketing").text
    assert "alice · Marketing" in page


@pytest.fixture
def spa(businesses: World) -> None:
    """The hotel writes about its spa, too."""
    book = businesses.settings.rules_dir / "grand-hotel.yaml"
    book.write_text(book.read_text().replace("topics:\n", SPA, 1))
    found = publish_folder(businesses, businesses.settings.rules_dir)
    assert "live" in {each.status for each in found}, found


@pytest.mark.usefixtures("spa")
def test_a_text_is_about_a_topic_of_the_rulebook(desk: Desk) -> None:
    assert "About: spa" in desk.page
    assert "About: marketing" not in desk.page  # that is a kind of its own
    desk.acts("agreed", scope="service", note="asked")
    page = desk.acts("reply", text="A new sauna.", about="about:spa").text
    assert "alice · About spa" in page
    last = desk.known["messages"][-1]
    assert (last["purpose"], last["topic"]) == ("service", "spa")
    assert desk.acts("reply", text="hi", about="about:weather").status_code == 400


@pytest.mark.usefixtures("spa")
def test_what_they_objected_to_cannot_be_chosen(desk: Desk, carrier: Carrier) -> None:
    carrier.text("STOP spa news")
    page = desk.page
    assert "Wants no texts about spa" in page
    assert "answers only; none about spa" in page
    assert 'value="about:spa" disabled' in page
    refused = desk.acts("reply", text="A new sauna.", about="about:spa")
    assert (refused.status_code, "They have objected" in refused.text) == (422, True)


def test_an_objection_to_marketing_is_not_overwritten_by_staff(
    desk: Desk, carrier: Carrier
) -> None:
    carrier.text("STOP ads")
    page = desk.page
    assert "Wants no marketing" in page
    assert 'value="marketing" disabled' in page
    assert "They agreed to marketing" not in page


@pytest.mark.parametrize("about", ["", "offers", "all"])
def test_a_kind_of_text_that_does_not_exist_is_refused(desk: Desk, about: str) -> None:
    assert desk.acts("reply", text="hi", about=about).status_code == 400


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("suppressed", "limit", "Held back: too many automatic replies"),
        ("suppressed", "no_consent", "no consent to texts of this kind"),
        ("held", "doubt", "a text of theirs may be an opt-out"),
        ("held", "quiet_hours", "Waits out the quiet hours where they are; it leaves at"),
        ("canceled", "too_late", "it would have come too late"),
    ],
)
def test_why_a_text_was_not_sent_stands_below_it(
    desk: Desk, businesses: World, state: str, reason: str, words: str
) -> None:
    desk.acts("reply", text="At seven.")
    until = businesses.now() if reason == "quiet_hours" else None
    with businesses.store.write() as connection:
        mine = col(Message.direction) == "out"
        connection.execute(
            update(Message).where(mine).values(state=state, reason=reason, not_before=until)
        )
    assert words in desk.page
