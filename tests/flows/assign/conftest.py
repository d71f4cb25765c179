"""A hotel whose teams share their work in every way, its staff, and any number of guests."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from keywords.reading import Meaning, Reading
from router.carrier.api import Inbound
from router.flows.apply import apply
from router.flows.held import hold_address, save
from router.flows.publish import publish_folder
from router.flows.senders import find_receiver
from router.flows.staff import NewStaff, StaffIdentity, add_staff, find_login
from router.flows.turn import Turn
from router.flows.world import World
from rules.decision import Decision, Effect
from tests.flows.conftest import MAIN, TENANT, Person

BOOK = """\
version: 1
tenant: grand-hotel
name: The Grand Hotel
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en]
numbers: {main: "+16125550100"}
hours: {day: {open: {mon-sun: "08:00-20:00"}}}
teams:
  desk: {strategy: least-busy, capacity: 2}
  porters: {strategy: round-robin, backup: managers}
  spa: {strategy: previous-then-least-busy, capacity: 1, hours: day, backup: desk}
  managers: {strategy: everyone}
templates: {waiting: {en: "A manager is looking."}}
protect:
  - {id: smoke, match: {message_has: smoke}, do: [{assign: managers}]}
routes:
  - {id: bags, match: {message_has: bags}, do: [{assign: porters}]}
  - {id: massage, match: {message_has: massage}, do: [{assign: spa}]}
  - {id: turns, match: {message_has: turns}, do: [{assign: {team: desk, strategy: round-robin}}]}
  - {id: carl, match: {message_has: carl}, do: [{assign: {staff: carl}}]}
  - id: broken
    match: {message_has: broken}
    do: [{assign: porters}, {escalate: {after: 10m, to: {team: managers}, reply: waiting}}]
  - id: leak
    match: {message_has: leak}
    do: [{assign: porters}, {escalate: {after: 10m, to: {team: desk}}}]
  - id: missing
    match: {message_has: missing}
    do: [{assign: porters}, {escalate: {after: 10m, to: {staff: nobody-here}}}]
fallback: {do: [{assign: desk}]}
"""
PASSWORD = "a long password"

Hire = Callable[..., StaffIdentity]
Guest = Callable[[int], Person]


@pytest.fixture
def publish(world: World) -> Callable[[str], None]:
    """Make a text the live rulebook."""

    def save_and_publish(text: str) -> None:
        (world.settings.rules_dir / "grand-hotel.yaml").write_text(text)
        (published,) = publish_folder(world, world.settings.rules_dir)
        assert published.status == "live", published.findings

    return save_and_publish


@pytest.fixture
def hotel(world: World, publish: Callable[[str], None]) -> World:
    """The world with that hotel in it; nobody works there yet."""
    publish(BOOK)
    return world


@pytest.fixture
def hire(hotel: World) -> Hire:
    """Makes an account, on shift unless said otherwise: `hire("ann", "desk")`."""

    def make(handle: str, *teams: str, on_shift: bool = True) -> StaffIdentity:
        email = f"{handle}@hotel.example"
        new = NewStaff(TENANT, handle, email, handle.title(), PASSWORD, None, "agent", teams)
        add_staff(hotel, replace(new, on_shift=on_shift))
        login = find_login(hotel, handle)
        assert login is not None
        return login.identity

    return make


@pytest.fixture
def guest(hotel: World) -> Guest:
    """The guest of a number."""
    return lambda number: Person(hotel, f"+1612555{number:04}")


def hands(person: Person) -> tuple[str | None, str | None]:
    """Which team and who of it has their thread."""
    thread = person.thread
    return thread["team"], thread["assignee"]


def waits(person: Person) -> bool:
    """Whether their thread waits in a queue."""
    return person.thread["waiting_since"] is not None


def bring_about(person: Person, *effects: Effect, **after: Any) -> None:
    """Carry out a decision as the shell does: these effects, and the thread changed by `after`."""
    world, body = person.world, "Thanks!"
    with world.store.write() as connection:
        sender = find_receiver(connection, MAIN, None)
        assert sender is not None
        keys = world.keys(connection, TENANT)
        held, _ = hold_address(connection, keys, person.address, MAIN, world.now())
        turn = Turn(
            world=world,
            held=held,
            sender=sender,
            live=world.live(connection, TENANT, sender.revision),
            message_id="",
            inbound=Inbound("SM", person.address, MAIN, None, body),
            said_at=held.at,
            reading=Reading(Meaning.NONE),
            carrier_word=None,
            from_machine=False,
            awaits_code=False,
        )
        farewell = after.pop("farewell", False)
        state = replace(held.state, **after)
        apply(turn, Decision(Meaning.NONE, "en", state, effects=effects, farewell=farewell))
        save(held)


@pytest.fixture
def count_statements(hotel: World) -> Callable[..., int]:
    """How many statements the database has seen since the last call, or of those that begin so."""
    seen: list[str] = []
    event.listen(
        hotel.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: seen.append(statement),
    )

    def count(*begins: str) -> int:
        counted = [statement for statement in seen if not begins or statement.startswith(begins)]
        seen.clear()
        return len(counted)

    return count
