"""Fixtures: the app over HTTP with the simulator, and the machine's Chromium."""

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from router.carrier.simulator import Simulator
from router.flows.world import World
from router.now import MovableNow
from tests.conftest import skip_part
from tests.web.browser.sizes import DESKTOP
from tests.web.visitor import PASSWORD

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def database() -> str:
    """The pages are the same on every database."""
    return "sqlite"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        skip_part("Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        expect.set_options(timeout=30_000)
        yield chromium
        chromium.close()


@pytest.fixture
def app(make_app: Callable[..., Flask], businesses: World, now: MovableNow) -> Iterator[Flask]:
    """The app with the simulator, which posts to it over HTTP."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    origin = f"http://127.0.0.1:{server.server_port}"
    database = businesses.settings.data_dir / "simulator" / "carrier.sqlite"
    simulator = Simulator(businesses.settings, now, database, post_to=origin)
    app = make_app(businesses, simulator=simulator.blueprint)
    server.app = app
    app.config["ORIGIN"] = origin
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    simulator.close()
    server.server_close()


@pytest.fixture
def open_page(browser: Browser, app: Flask) -> Iterator[Callable[..., Page]]:
    """Opens a page of a given size; no script error and no broken policy goes unnoticed."""
    complaints: list[str] = []
    contexts = []

    def note(kind: str, words: str) -> None:
        if kind == "error":
            complaints.append(words)

    def open_page(path: str, size: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(viewport=size, base_url=app.config["ORIGIN"])  # type: ignore[arg-type]  # a TypedDict of the same keys
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: note(said.type, said.text))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for each in complaints if "422" not in each] == []


@pytest.fixture
def inbox(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Alice's inbox."""

    def open_inbox(size: dict[str, int] = DESKTOP) -> Page:
        page = open_page("/inbox", size)
        page.get_by_label("E-mail or handle").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("All open").first).to_be_visible()
        page.wait_for_load_state()  # what is tapped before its scripts are there loads a page
        return page

    return open_inbox
