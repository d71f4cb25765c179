"""Fixtures: two businesses with staff, the app over them, visitors, and the carrier."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from router.app import create_app
from router.flows import show
from router.flows.publish import publish_folder
from router.flows.staff import NewStaff, add_staff
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.live import LiveFeed
from router.settings import Settings
from tests.web.desk import Desk
from tests.web.templates import TemplatesOnce
from tests.web.visitor import GUEST, PASSWORD, Carrier, Visitor

BOOKS = Path(__file__).parents[2] / "rules" / "books"
CLINIC_BOOK = """\
version: 1
tenant: clinic
name: The Clinic
contact: +1 612 555 0300
timezone: America/Chicago
languages: [en]
numbers:
  main: {address: "+16125550300", service: MG00000000000000000000000000000001}
teams:
  reception: {strategy: everyone}
fallback:
  do:
    - assign: {team: reception}
"""


@pytest.fixture
def businesses(world: World) -> World:
    """A hotel with alice at its desk, a clinic with bob; nobody has written yet."""
    folder = world.settings.rules_dir
    shutil.copy(BOOKS / "grand-hotel.yaml", folder)
    (folder / "clinic.yaml").write_text(CLINIC_BOOK)
    found = publish_folder(world, folder)
    assert {each.status for each in found} == {"live"}, found
    for tenant, handle, team in (
        ("grand-hotel", "alice", "front-desk"),
        ("clinic", "bob", "reception"),
    ):
        add_staff(
            world,
            NewStaff(
                tenant_id=tenant,
                handle=handle,
                email=f"{handle}@example.com",
                name=f"{handle.title()} Example",
                password=PASSWORD,
                teams=(team,),
                on_shift=True,
            ),
        )
    return world


@pytest.fixture(scope="session")
def templates() -> TemplatesOnce:
    """The compiled templates of all apps of this process."""
    return TemplatesOnce()


@pytest.fixture
def make_app(redis_url: str, templates: TemplatesOnce) -> Iterator[Callable[..., Flask]]:
    """Composes apps; keyword arguments go to `create_app`."""
    closers: list[Callable[[], None]] = []

    def make(world: World, **given: Any) -> Flask:
        bell, feed = Bell(world.settings.redis_url), LiveFeed(world.settings.redis_url)
        closers.extend((bell.close, feed.close))
        app = create_app(world, bell, feed, **given)
        app.testing = False
        app.jinja_env.bytecode_cache = templates
        return app

    yield make
    for close in closers:
        close()


@pytest.fixture
def app(make_app: Callable[..., Flask], businesses: World) -> Flask:
    """The app over both businesses."""
    return make_app(businesses)


@pytest.fixture
def visit(app: Flask) -> Callable[[], Visitor]:
    """A new person with a fresh browser, not signed in."""
    return lambda: Visitor(app.test_client())


@pytest.fixture
def alice(visit: Callable[[], Visitor]) -> Visitor:
    """Alice of the hotel, signed in."""
    alice = visit()
    assert alice.sign_in("alice").status_code == 302
    return alice


@pytest.fixture
def bob(visit: Callable[[], Visitor]) -> Visitor:
    """Bob of the clinic, signed in."""
    bob = visit()
    assert bob.sign_in("bob").status_code == 302
    return bob


@pytest.fixture
def carrier(app: Flask, settings: Settings) -> Carrier:
    """The carrier, which posts to the app."""
    return Carrier(app.test_client(), settings)


@pytest.fixture
def desk(carrier: Carrier, alice: Visitor, businesses: World) -> Desk:
    """Alice at the thread of the guest, who has asked for the time of breakfast."""
    carrier.text("what time is breakfast?")
    return Desk(alice, businesses)


@pytest.fixture
def stored(businesses: World) -> Callable[..., list[dict[str, Any]]]:
    """The messages that are kept of a person, as `bellhop show` tells them."""

    def find(sender: str = GUEST, tenant: str = "grand-hotel") -> list[dict[str, Any]]:
        shown = show.show(businesses, tenant, sender)
        messages: list[dict[str, Any]] = shown["messages"] if shown else []
        return messages

    return find


@pytest.fixture
def thread_of(businesses: World) -> Callable[..., str]:
    """The id of a person's thread."""

    def find(sender: str = GUEST, tenant: str = "grand-hotel") -> str:
        shown = show.show(businesses, tenant, sender)
        assert shown is not None
        return str(shown["thread"]["id"])

    return find
