"""A number leaves the rulebook while a text is on its way from it: the thread goes on."""

from collections.abc import Callable

import pytest

from router.carrier.api import Delay, Outcome, Unknown
from router.flows.publish import publish_folder
from router.flows.senders import find_receiver
from router.flows.sending.claims import Claim, claim
from router.flows.sending.leases import LONGEST_LEASE
from router.flows.sending.outcomes import record
from router.flows.sending.stranded import let_go_stranded
from router.flows.world import World
from tests.flows.conftest import BOOK, MAIN, TENANT, Line, Person

ANOTHER = "+16125550177"
LEFT = "number left the rulebook"


@pytest.fixture
def on_its_way(alice: Person, hotel: World, save_book: Callable[..., None]) -> Claim:
    """An answer that was being sent as its number was put in the place of another one."""
    alice.texts("towels")
    with hotel.store.read() as connection:
        sender = find_receiver(connection, MAIN, None)
    assert sender is not None
    (claimed,) = claim(hotel, sender, 10).messages
    save_book(BOOK.replace(MAIN, ANOTHER))
    assert publish_folder(hotel, hotel.settings.rules_dir)[0].status == "live"
    return claimed


def answers(person: Person) -> list[tuple[str, str | None]]:
    return [(one["state"], one["reason"]) for one in person.messages if one["direction"] == "out"]


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [(Delay(None, 1.0), "canceled"), (Unknown("x"), "review"), (None, "review")],
)
def test_what_comes_back_to_a_number_that_left_holds_nothing_up(
    alice: Person,
    line: Line,
    on_its_way: Claim,
    advance: Callable[..., None],
    *,
    outcome: Outcome | None,
    fate: str,
) -> None:
    if outcome is not None:
        record(alice.world, on_its_way, outcome)
    alice.texts("towels", to=ANOTHER)
    advance(seconds=LONGEST_LEASE.total_seconds() + 1)
    assert let_go_stranded(alice.world).threads == {(TENANT, alice.thread["id"])}
    assert answers(alice) == [(fate, LEFT), ("queued", None)]
    line.drain()
    assert answers(alice)[1][0] in {"accepted", "sent", "delivered"}
    assert not let_go_stranded(alice.world).threads


def test_what_is_being_sent_as_its_number_leaves_is_left_alone(
    alice: Person, on_its_way: Claim
) -> None:
    assert not let_go_stranded(alice.world).threads
    assert answers(alice) == [("sending", None)]
