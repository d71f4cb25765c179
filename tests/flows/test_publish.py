"""Rulebooks go live as a whole or not at all."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from router.flows.letter import Letter, reply
from router.flows.publish import Published, publish_file, publish_folder
from router.flows.rulebooks.files import hash_of
from router.flows.rulebooks.history import find_revision
from router.flows.rulebooks.standing import all_standings
from router.flows.staff import StaffIdentity
from router.flows.tenants import banner
from router.flows.world import World
from router.store.tables import RuleFile
from tests.flows.conftest import BOOK, EVENTS, TENANT, Person


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
    assert told.files[0].findings == refused.findings
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
    assert [finding.partition("BH302 ")[2] for finding in inn.findings] == [
        f"number '{name}' is in grand-hotel.yaml, the rulebook of grand-hotel, already: "
        "remove it from one of the two"
        for name in ("main", "events")
    ]
    line = BOOK.split("  main: ")[0].count("\n") + 1
    assert inn.findings[0].startswith(f"inn.yaml:{line}:")


def test_a_number_that_stays_keeps_its_opaque_id(
    hotel: World, save_book: Callable[..., None], alice: Person
) -> None:
    before = alice.texts("towels").ripples.senders
    save_book(BOOK + "\n# another comment\n")
    publish(hotel)
    assert alice.texts("towels").ripples.senders == before


def test_a_tenant_keeps_its_id(hotel: World, save_book: Callable[..., None], alice: Person) -> None:
    save_book(BOOK.replace("tenant: grand-hotel", "tenant: other"))
    (refused,) = publish(hotel)
    assert refused.status == "refused"
    assert "a tenant keeps its id" in refused.findings[0]
    save_book(BOOK)
    assert publish(hotel)[0].status == "mended"
    alice.texts("towels")
    assert alice.replies() == ["towels-coming"]


def test_a_number_may_move_to_another_tenant_in_either_order(
    hotel: World, save_book: Callable[..., None]
) -> None:
    inn = BOOK.replace("tenant: grand-hotel", "tenant: an-inn").replace("0100", "0200")
    save_book(inn, "an-inn.yaml")
    assert publish(hotel)[0].status == "refused"
    save_book(BOOK.replace("+16125550199", "+16125550299"))
    publish(hotel)
    assert [one.status for one in publish(hotel)] == ["live", "unchanged"]


def test_one_messaging_service_in_two_rulebooks_is_refused(
    hotel: World, save_book: Callable[..., None]
) -> None:
    service = 'main: {address: "+16125550100", service: MG00000000000000000000000000000001}'
    ours = BOOK.replace('main: "+16125550100"', service)
    save_book(ours)
    publish(hotel)
    theirs = ours.replace("tenant: grand-hotel", "tenant: inn").replace("+16125550", "+16125560")
    save_book(theirs, "inn.yaml")
    assert "service" in publish(hotel)[1].findings[0]


def test_what_waits_on_a_number_that_leaves_says_so_and_holds_nothing_up(
    hotel: World, save_book: Callable[..., None], alice: Person, clerk: StaffIdentity
) -> None:
    alice.texts("towels", to=EVENTS)
    save_book(BOOK.replace("  events:", "  # events:").replace("[main, events]", "[main]"))
    save_book(
        (hotel.settings.rules_dir / "grand-hotel.yaml")
        .read_text()
        .replace("to: events", "to: main")
    )
    assert publish(hotel)[0].status == "live", publish(hotel)[0].findings
    assert (alice.messages[-1]["state"], alice.messages[-1]["reason"]) == (
        "canceled",
        "number left the rulebook",
    )
    assert reply(hotel, clerk, alice.thread["id"], Letter("hello")).refusal


def test_a_fault_in_one_file_holds_up_no_other(
    hotel: World, save_book: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    save_book(BOOK + "\n# new\n")
    other = BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("+16125550", "+16125560")
    save_book(other, "inn.yaml")
    save_book("rules: grand-hotel.yaml\ncases: []\n", "grand-hotel.test.yaml")
    monkeypatch.setattr("router.flows.rulebooks.checking.run_tests", fail)
    hotel_file, inn = publish(hotel)
    assert (hotel_file.status, inn.status) == ("refused", "live")
    assert "report" in hotel_file.findings[0]


def test_what_is_known_of_a_broken_file_of_nobody_is_that_it_is_there(
    hotel: World, save_book: Callable[..., None]
) -> None:
    save_book("tenant: unheard-of\nnonsense: [", "new.yaml")
    save_book("tenant: grand-hotel\nnonsense: [", "second.yaml")
    publish(hotel)
    standings, strays = all_standings(hotel)
    assert [(found.file, found.state) for found in strays] == [("new.yaml", "refused")]
    assert [found.file for found in standings[0].files] == ["second.yaml"]


def test_since_when_disk_and_live_rulebook_differ_is_since_the_first_broken_edit(
    hotel: World, save_book: Callable[..., None], advance: Callable[..., None]
) -> None:
    since = []
    for edit in ("nonsense: [", "more nonsense: ["):
        save_book(edit)
        publish(hotel)
        told = banner(hotel, TENANT)
        assert told is not None
        since.append(told.files[0].since)
        advance(minutes=5)
    assert since[0] == since[1]
    assert told.revision == 1


def test_a_file_that_may_not_be_read_is_told_and_read_once_it_may(hotel: World) -> None:
    file = hotel.settings.rules_dir / "grand-hotel.yaml"
    text = file.read_bytes()
    file.write_bytes(b"\xff\xfe")
    assert publish(hotel)[0].is_news
    assert not publish(hotel)[0].is_news
    told = banner(hotel, TENANT)
    assert told is not None
    assert told.files[0].state == "unreadable"
    file.write_bytes(text)
    assert publish(hotel)[0].status == "mended"
    assert banner(hotel, TENANT) is None


def test_a_file_kept_with_line_ends_of_windows_is_kept_as_it_is(hotel: World) -> None:
    windows = BOOK.replace("\n", "\r\n").encode()
    file = hotel.settings.rules_dir / "grand-hotel.yaml"
    file.write_bytes(windows)
    assert publish(hotel)[0].status == "live"
    with hotel.store.read() as connection:
        assert find_revision(connection, TENANT, 2).text.encode() == windows


def test_what_was_refused_is_looked_at_again_by_a_newer_program(
    hotel: World, save_book: Callable[..., None]
) -> None:
    save_book("nonsense: [")
    publish(hotel)
    with hotel.store.write() as connection:  # as if the version before had refused this text
        hashed = hash_of(BOOK + "# new", None)
        connection.execute(update(RuleFile).values(hash=hashed))
    save_book(BOOK + "# new")
    folder = hotel.settings.rules_dir
    assert publish_file(hotel, folder, "grand-hotel.yaml").status == "refused"
    assert publish_file(hotel, folder, "grand-hotel.yaml", is_fresh=True).status == "live"
