"""What staff sees and does."""

import pytest

from router.flows.acting import NoSuchThread
from router.flows.inbox import claim, close
from router.flows.letter import Letter, reply
from router.flows.staff import (
    NewStaff,
    StaffError,
    StaffIdentity,
    add_staff,
    find_login,
    load_identity,
)
from router.flows.thread_page import open_thread
from router.flows.threads import list_threads
from router.flows.world import World
from tests.flows.conftest import TENANT, Line, Person


def test_a_thread_is_listed_for_the_team_that_has_it(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    (line,) = list_threads(alice.world, clerk, "team")
    assert (line.contact_name, line.team) == (alice.address, "front-desk")
    assert (line.direction, line.preview) == ("out", "Towels are on the way.")
    assert list_threads(alice.world, clerk, "closed") == []


def test_a_page_says_why_a_text_came_here(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    page = open_thread(alice.world, TENANT, alice.thread["id"])
    assert page is not None
    why = page.messages[0].why
    assert why is not None
    assert (why.rule, why.file, why.section) == ("towels", "grand-hotel.yaml", "routes")
    assert why.line


def test_a_claimed_thread_is_nobody_elses(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    thread_id = alice.thread["id"]
    assert claim(alice.world, clerk, thread_id).refusal is None
    other = StaffIdentity(TENANT, "x", "dave", "Dave", "agent", (), 0)
    assert claim(alice.world, other, thread_id).refusal == "carol has this thread already."
    alice.texts("the shower is broken")
    assert alice.thread["team"] == "front-desk", "routes do not move what a person has claimed"


def test_a_reply_reaches_the_phone(alice: Person, clerk: StaffIdentity, line: Line) -> None:
    alice.texts("hello?")
    assert (
        reply(alice.world, clerk, alice.thread["id"], Letter(" Hi, Carol here. ")).refusal is None
    )
    line.drain()
    assert line.log(alice) == ["Hi, Carol here."]
    assert alice.thread["assignee"] == "carol"


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1601])
def test_a_reply_that_cannot_be_sent_is_refused_with_the_reason(
    alice: Person, clerk: StaffIdentity, text: str
) -> None:
    alice.texts("hello?")
    assert reply(alice.world, clerk, alice.thread["id"], Letter(text)).refusal
    assert alice.replies() == []


def test_a_closed_thread_opens_again_and_is_routed_afresh(
    alice: Person, clerk: StaffIdentity
) -> None:
    alice.texts("the shower is broken")
    claim(alice.world, clerk, alice.thread["id"])
    close(alice.world, clerk, alice.thread["id"])
    assert alice.thread["state"] == "closed"
    alice.texts("towels please")
    thread = alice.thread
    assert (thread["state"], thread["team"], thread["assignee"]) == ("open", "front-desk", None)


def test_a_thread_of_another_tenant_does_not_exist(alice: Person) -> None:
    alice.texts("hello")
    thread_id = alice.thread["id"]
    with alice.world.store.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO tenant (id, name, data_key, lookup_key, created_at) "
            "SELECT 'inn', name, data_key, lookup_key, created_at FROM tenant"
        )
    data_key, lookup_key = alice.world.vault.new_tenant_keys("inn")
    alice.world._keys["inn"] = alice.world.vault.unwrap("inn", data_key, lookup_key)
    stranger = StaffIdentity("inn", "x", "eve", "Eve", "admin", (), 0)
    assert open_thread(alice.world, "inn", thread_id) is None
    assert list_threads(alice.world, stranger, "open") == []
    with pytest.raises(NoSuchThread):
        reply(alice.world, stranger, thread_id, Letter("hello"))


def test_an_account_is_found_by_handle_and_by_email(hotel: World, clerk: StaffIdentity) -> None:
    by_email = find_login(hotel, " Carol@Hotel.example")
    assert by_email is not None
    assert by_email.identity == clerk
    assert load_identity(hotel, TENANT, clerk.staff_id) == clerk
    assert find_login(hotel, "nobody") is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"handle": "carol"}, "already"),
        ({"teams": ("spa",)}, "no team spa"),
        ({"tenant_id": "nowhere"}, "no tenant nowhere"),
        ({"password": "short"}, "shorter"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(
    hotel: World, clerk: StaffIdentity, change: dict[str, object], says: str
) -> None:
    given = {
        "tenant_id": TENANT,
        "handle": "dave",
        "email": "dave@hotel.example",
        "name": "Dave",
        "password": "a long password",
    }
    with pytest.raises(StaffError, match=says):
        add_staff(hotel, NewStaff(**{**given, **change}))  # type: ignore[arg-type]
