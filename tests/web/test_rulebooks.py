"""How the rulebook stands: to staff in a banner, to machines in figures and under /health."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update
from sqlmodel import col

from router.flows.publish import publish_folder
from router.flows.world import World, open_world
from router.store.tables import Revision
from tests.web.visitor import Carrier, Visitor

HOTEL, CLINIC = "grand-hotel", "clinic"


@pytest.fixture
def save(businesses: World) -> Callable[[str, str], None]:
    """Saves a file; the clock looks at it."""

    def save_file(name: str, text: str) -> None:
        (businesses.settings.rules_dir / name).write_text(text)
        publish_folder(businesses, businesses.settings.rules_dir)

    return save_file


def figure(app: Flask, name: str, tenant: str = HOTEL) -> float:
    """One figure of /metrics."""
    found = re.search(rf'^{name}{{tenant="{tenant}"}} (\S+)$', metrics(app), re.MULTILINE)
    assert found is not None, metrics(app)
    return float(found[1])


def metrics(app: Flask) -> str:
    return app.test_client().get("/metrics").text


def ready(app: Flask) -> tuple[int, dict[str, object]]:
    answer = app.test_client().get("/health/ready")
    assert answer.json is not None
    return answer.status_code, answer.json


def lose(world: World) -> None:
    """The hotel's revision does not load under this version."""
    with world.store.write() as connection:
        theirs = update(Revision).where(col(Revision.tenant_id) == HOTEL)
        connection.execute(theirs.values(text="version: 0\n"))


def test_figures_follow_what_a_clock_publishes(
    app: Flask, businesses: World, advance: Callable[..., None]
) -> None:
    clock = open_world(businesses.settings, businesses.now)
    file = clock.settings.rules_dir / "grand-hotel.yaml"
    advance(minutes=5)
    age = figure(app, "bellhop_rulebook_last_reload_success_age_seconds")
    assert age == pytest.approx(300, abs=60)
    file.write_text(file.read_text() + "\n# edited\n")
    publish_folder(clock, clock.settings.rules_dir)
    assert figure(app, "bellhop_rulebook_revision") == 2
    assert figure(app, "bellhop_rulebook_last_reload_successful") == 1
    published = figure(app, "bellhop_rulebook_last_reload_success_timestamp_seconds")
    assert published == pytest.approx(clock.now().timestamp(), abs=60)
    labels = r'file="grand-hotel.yaml",hash="[0-9a-f]{12}",tenant="grand-hotel"'
    assert re.search(f"^bellhop_rulebook_info{{{labels}}} 1", metrics(app), re.MULTILINE)
    clock.store.close()


def test_figures_tell_of_a_refused_file_and_of_no_other_tenant(
    app: Flask, save: Callable[[str, str], None], advance: Callable[..., None]
) -> None:
    save("grand-hotel.yaml", "nonsense: [")
    advance(minutes=2)
    successful = "bellhop_rulebook_last_reload_successful"
    assert [figure(app, successful, tenant) for tenant in (HOTEL, CLINIC)] == [0, 1]
    apart = "bellhop_rulebook_out_of_step_seconds"
    assert figure(app, apart) == pytest.approx(120, abs=60)
    assert figure(app, apart, CLINIC) == 0
    save("unheard-of.yaml", "tenant: unheard-of\n")
    assert 'bellhop_rulebook_files_not_in_force{state="refused"} 2.0' in metrics(app)
    assert ready(app) == (
        200,
        ready(app)[1] | {"rule_files": "unheard-of.yaml is refused; grand-hotel.yaml is refused"},
    )


def test_figures_of_a_process_are_told_while_the_database_is_away(
    make_app: Callable[..., Flask], make_settings: Callable[..., object]
) -> None:
    away = open_world(make_settings(database_url="postgresql://nobody@127.0.0.1:1/none"))  # type: ignore[arg-type]  # the fixture's settings
    assert "bellhop_live_streams" in metrics(make_app(away))
    away.store.close()


def test_a_lost_rulebook_loses_no_text_and_is_told_everywhere(
    businesses: World, make_app: Callable[..., Flask], alice: Visitor, carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    lose(businesses)
    newer = open_world(businesses.settings, businesses.now)
    app = make_app(newer)
    texts = Carrier(app.test_client(), newer.settings)
    assert texts.text("towels").status_code == 200
    assert 'bellhop_inbound_total{outcome="spooled"} 1.0' in metrics(app)
    assert len(list((newer.settings.data_dir / "spool").iterdir())) == 1
    status, found = ready(app)
    assert (status, found["rulebooks"]) == (
        503,
        "down: what is in force does not load any more: grand-hotel; see doctor",
    )
    visitor = Visitor(app.test_client())
    visitor.sign_in("alice")
    page = visitor.get("/inbox/open").text
    assert "The rulebook in force does not load under this version" in page
    link = re.search(r'href="(/inbox/open/\w+)"', page)
    assert link is not None
    thread = visitor.get(link[1])
    assert (thread.status_code, "The rulebook does not load" in thread.text) == (503, True)
    newer.store.close()


def test_staff_sees_what_differs_of_their_own_business_alone(
    alice: Visitor, bob: Visitor, save: Callable[[str, str], None], businesses: World
) -> None:
    save("second.yaml", "tenant: grand-hotel\n")
    page = alice.get("/inbox/open").text
    assert "second.yaml: refused" in page
    assert "routed by revision 1" in page
    assert "second.yaml" not in bob.get("/inbox/open").text
    (businesses.settings.rules_dir / "clinic.yaml").unlink()
    publish_folder(businesses, businesses.settings.rules_dir)
    assert "clinic.yaml: missing" in bob.get("/inbox/open").text
    assert "clinic.yaml" not in alice.get("/inbox/open").text
