"""Every revision is kept with who, when and what; any of them can be gone back to."""

import getpass
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from router.flows.publish import publish_folder
from router.flows.rulebooks.history import NoSuchRevision, diff, history, refused_edits
from router.flows.rulebooks.refusals import MOST_KEPT
from router.flows.rulebooks.rollback import WrongAuthor, roll_back
from router.flows.show import NoSuchTenant
from router.flows.staff import StaffIdentity
from router.flows.tenants import banner
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Audit, Revision
from tests.flows.conftest import BOOK, TENANT, Person

Save = Callable[..., None]
COMING_UP = BOOK.replace("Towels are on the way.", "Towels coming up.")
TESTS = "rules: grand-hotel.yaml\ncases:\n  - {name: a, say: towels, expect: {rule: towels}}\n"
TEST_FILE = "grand-hotel.test.yaml"


def publish(world: World) -> str:
    return publish_folder(world, world.settings.rules_dir)[0].status


def on_disk(world: World, name: str = "grand-hotel.yaml") -> str | None:
    file = world.settings.rules_dir / name
    return file.read_text() if file.exists() else None


def noted(world: World) -> list[AnyRow]:
    with world.store.read() as connection:
        wanted = select(col(Audit.actor), col(Audit.action), col(Audit.detail))
        return list(connection.execute(wanted.order_by(col(Audit.id))))


@pytest.fixture
def edited(hotel: World, save_book: Save, clerk: StaffIdentity) -> World:
    """Three revisions: the second has tests, the third words the towels otherwise."""
    save_book(TESTS, TEST_FILE)
    assert publish(hotel) == "live"
    save_book(COMING_UP)
    assert publish(hotel) == "live"
    return hotel


def test_history_says_who_what_and_how_much(edited: World) -> None:
    newest, with_tests, first = history(edited, TENANT)
    owner = f"file:{getpass.getuser()}"
    assert [one.number for one in (newest, with_tests, first)] == [3, 2, 1]
    assert {one.who for one in (newest, with_tests, first)} == {owner}
    assert (newest.added, newest.removed) == (1, 1)
    assert (with_tests.added, with_tests.removed) == (3, 0)
    assert (first.added, first.removed) == (len(BOOK.splitlines()), 0)
    assert [one.live for one in (newest, with_tests, first)] == [True, False, False]
    assert [one.number for one in history(edited, TENANT, 1)] == [3]


def test_a_diff_is_the_one_to_the_revision_before(edited: World) -> None:
    changed = diff(edited, TENANT, 3)
    assert changed[:2] == ["--- grand-hotel.yaml (revision 2)", "+++ grand-hotel.yaml (revision 3)"]
    assert [line[0] for line in changed if "Towels" in line] == ["-", "+"]
    tests = diff(edited, TENANT, 2)
    assert tests[1] == "+++ grand-hotel.test.yaml (revision 2)"
    assert tests[-1] == "+" + TESTS.splitlines()[-1]


def test_a_refused_edit_is_kept_once_with_its_findings(edited: World, save_book: Save) -> None:
    save_book("nonsense: [")
    publish(edited)
    publish(edited)
    (edit,) = refused_edits(edited, TENANT)
    assert (edit.file, edit.who) == ("grand-hotel.yaml", f"file:{getpass.getuser()}")
    assert "BH102" in edit.findings[0]
    assert noted(edited)[-1].action == "rules.refused"


def test_only_the_newest_refused_edits_are_kept(hotel: World, save_book: Save) -> None:
    for number in range(MOST_KEPT + 2):
        save_book(f"nonsense: {number}\n")
        publish(hotel)
    kept = refused_edits(hotel, TENANT)
    assert len(kept) == MOST_KEPT
    assert kept[0].at > kept[-1].at


def test_a_rollback_restores_the_file_and_its_tests_and_is_live_at_once(
    edited: World, save_book: Save, alice: Person
) -> None:
    save_book(TESTS.replace("rule: towels", "rule: housekeeping"), TEST_FILE)
    assert publish(edited) == "refused"
    done = roll_back(edited, TENANT, "carol")
    assert (done.revision, done.restores, done.findings) == (4, 2, ())
    assert (on_disk(edited), on_disk(edited, TEST_FILE)) == (BOOK, TESTS)
    assert banner(edited, TENANT) is None
    assert publish(edited) == "unchanged"
    alice.texts("towels")
    assert alice.messages[-1]["body"] == "Towels are on the way."
    newest = history(edited, TENANT)[0]
    assert (newest.who, newest.restores, newest.live) == ("carol", 2, True)
    actor, action, detail = noted(edited)[-1]
    assert (actor, action, detail["restores"]) == ("carol", "rules.rolled_back", 2)


def test_the_edit_that_lay_in_its_place_is_kept_beside(edited: World, save_book: Save) -> None:
    save_book("nonsense: [")
    save_book("half: [", TEST_FILE)
    done = roll_back(edited, TENANT, "carol")
    assert done.kept_as == "grand-hotel.yaml.replaced"
    assert on_disk(edited, "grand-hotel.yaml.replaced") == "nonsense: ["
    assert on_disk(edited, "grand-hotel.test.yaml.replaced") == "half: ["


def test_going_back_twice_goes_back_two_and_tests_that_were_not_there_go(edited: World) -> None:
    assert roll_back(edited, TENANT, "carol").restores == 2
    assert roll_back(edited, TENANT, "carol").restores == 1
    assert (on_disk(edited), on_disk(edited, TEST_FILE)) == (BOOK, None)
    with pytest.raises(NoSuchRevision, match="no revision before 1"):
        roll_back(edited, TENANT, "carol")
    assert [one.restores for one in history(edited, TENANT)] == [1, 2, None, None, None]


def test_going_back_to_what_is_live_puts_the_file_back(edited: World, save_book: Save) -> None:
    save_book("nonsense: [")
    publish(edited)
    done = roll_back(edited, TENANT, "carol", 3)
    assert (done.was_live, done.revision, on_disk(edited)) == (True, 3, COMING_UP)
    assert banner(edited, TENANT) is None
    assert len(history(edited, TENANT)) == 3
    assert noted(edited)[-1].action == "rules.put_back"


def test_a_vanished_file_comes_back_with_a_rollback(edited: World) -> None:
    (edited.settings.rules_dir / "grand-hotel.yaml").unlink()
    publish(edited)
    assert banner(edited, TENANT) is not None
    roll_back(edited, TENANT, "carol", 3)
    assert (on_disk(edited), banner(edited, TENANT)) == (COMING_UP, None)


def test_a_revision_that_this_version_does_not_take_is_refused(edited: World) -> None:
    with edited.store.write() as connection:
        connection.execute(
            update(Revision).where(col(Revision.number) == 1).values(text="version: 0\n")
        )
    done = roll_back(edited, TENANT, "carol", 1)
    assert done.findings
    assert done.findings[0].startswith("grand-hotel.yaml:1:")
    assert (on_disk(edited), history(edited, TENANT)[0].number) == (COMING_UP, 3)


def test_a_number_that_went_to_another_tenant_meanwhile_is_not_taken_back(
    edited: World, save_book: Save
) -> None:
    save_book(COMING_UP.replace("+16125550199", "+16125550299"))
    assert publish(edited) == "live"
    inn = BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("0100", "0200")
    save_book(inn, "inn.yaml")
    publish(edited)
    done = roll_back(edited, TENANT, "carol")
    assert "is in inn.yaml" in done.findings[0]
    assert history(edited, TENANT)[0].number == 4


def test_a_revision_of_a_version_that_kept_no_tests_leaves_those_on_disk(edited: World) -> None:
    with edited.store.write() as connection:
        connection.execute(update(Revision).where(col(Revision.number) == 2).values(tests=None))
    assert roll_back(edited, TENANT, "carol").findings == ()
    assert on_disk(edited, TEST_FILE) == TESTS


def test_who_and_what_must_be_there(edited: World) -> None:
    with pytest.raises(WrongAuthor, match="carol"):
        roll_back(edited, TENANT, "karol")
    with pytest.raises(NoSuchRevision):
        roll_back(edited, TENANT, "carol", 9)
    with pytest.raises(NoSuchTenant):
        roll_back(edited, "nobody", "carol")
    with pytest.raises(NoSuchTenant):
        history(edited, "nobody")


def test_publications_are_noted_for_the_audit(edited: World) -> None:
    owner = f"file:{getpass.getuser()}"
    said = [(one.actor, one.action, one.detail["revision"]) for one in noted(edited)]
    assert said == [(owner, "rules.published", number) for number in (1, 2, 3)]
