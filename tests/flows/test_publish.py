"""Rulebooks go live as a whole or not at all."""

from collections.abc import Callable

from router.flows.publish import Published, publish_folder
from router.flows.tenants import banner
from router.flows.world import World
from tests.flows.conftest import BOOK, TENANT, Person


def publish(world: World) -> list[Published]:
    return publish_folder(world, world.settings.rules_dir)


def test_the_same_file_again_changes_nothing(hotel: World) -> None:
    assert publish(hotel)[0].status == "unchanged"


def test_a_broken_edit_leaves_the_last_good_one_working(
    hotel: World, save_book: Callable[..., None], alice: Person
) -> None:
    save_book(BOOK.replace("- reply: towels-coming", "- replay: towels-coming"))
    (refused,) = publish(hotel)
    assert refused.status == "refused"
    assert "grand-hotel.yaml:" in refused.findings[0]
    assert publish(hotel)[0].status == "refused", "a refused file is not looked at again"
    told = banner(hotel, TENANT)
    assert told is not None
    assert told.findings == refused.findings
    alice.texts("towels")
    assert alice.replies() == ["towels-coming"]


def test_a_mended_edit_is_live_and_the_banner_goes(
    hotel: World, save_book: Callable[..., None], alice: Person
) -> None:
    save_book("nonsense: [")
    publish(hotel)
    save_book(BOOK.replace("Towels are on the way.", "Towels coming up."))
    assert publish(hotel)[0].revision == 2
    assert banner(hotel, TENANT) is None
    alice.texts("towels")
    assert alice.messages[-1]["body"] == "Towels coming up."
    assert alice.messages[0]["decision"]["revision"] == 2


def test_going_back_to_the_live_text_takes_the_banner_away(
    hotel: World, save_book: Callable[..., None]
) -> None:
    save_book("nonsense: [")
    publish(hotel)
    save_book(BOOK)
    publish(hotel)
    assert banner(hotel, TENANT) is None


def test_a_file_whose_own_tests_fail_is_refused(
    hotel: World, save_book: Callable[..., None]
) -> None:
    save_book(
        "rules: grand-hotel.yaml\n"
        "cases:\n"
        "  - {name: impossible, say: towels, expect: {assign: engineering}}\n",
        "grand-hotel.test.yaml",
    )
    (refused,) = publish(hotel)
    assert refused.status == "refused"
    assert "grand-hotel.test.yaml:3" in refused.findings[0]


def test_a_broken_file_at_the_first_start_makes_no_tenant(
    world: World, save_book: Callable[..., None]
) -> None:
    save_book("tenant: grand-hotel\n")
    (refused,) = publish(world)
    assert (refused.status, refused.tenant) == ("refused", None)


def test_a_file_that_is_no_text_is_refused(hotel: World) -> None:
    (hotel.settings.rules_dir / "grand-hotel.yaml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in publish(hotel)[0].findings[0]


def test_one_number_in_two_rulebooks_is_refused(
    hotel: World, save_book: Callable[..., None]
) -> None:
    save_book(BOOK.replace("tenant: grand-hotel", "tenant: inn"), "inn.yaml")
    hotel_file, inn = publish(hotel)
    assert (hotel_file.status, inn.status) == ("unchanged", "refused")
    assert "grand-hotel already" in inn.findings[0]


def test_a_number_that_stays_keeps_its_opaque_id(
    hotel: World, save_book: Callable[..., None], alice: Person
) -> None:
    before = alice.texts("towels").ripples.senders
    save_book(BOOK + "\n# another comment\n")
    publish(hotel)
    assert alice.texts("towels").ripples.senders == before
