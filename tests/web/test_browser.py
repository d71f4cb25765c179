"""The pages in a real browser: live, on a desktop and on a phone. Skipped without Chromium."""

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
from tests.web.visitor import GUEST, HOTEL, PASSWORD, Carrier

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def database() -> str:
    """The pages are the same on every database."""
    return "sqlite"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if program is None:
        skip_part("Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
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
        page.set_default_timeout(10_000)
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
        return page

    return open_inbox


def test_a_text_appears_in_the_list_and_the_thread_without_reloading(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    page = inbox()
    expect(page.get_by_text("Quiet for now")).to_be_visible()
    carrier.text("what time is breakfast?")
    page.locator(".line", has_text="what time is breakfast?").click()
    expect(page.locator(".bubble")).to_have_text("what time is breakfast?")
    page.get_by_label("Reply to").fill("half a reply")
    carrier.text("and where is it?")
    expect(page.locator(".bubble")).to_have_count(2)
    expect(page.get_by_label("Reply to")).to_have_value("half a reply")


def test_a_reply_is_sent_with_the_keyboard_and_shown_at_once(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    page.get_by_label("Reply to").fill("From 7 to 10 – €12")
    expect(page.locator("output")).to_have_text("18 characters · 1 text (special characters)")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".text--staff .bubble")).to_have_text("From 7 to 10 – €12")
    expect(page.get_by_label("Reply to")).to_have_value("")
    expect(page.get_by_label("Reply to")).to_be_focused()


def test_stop_locks_the_composer_of_an_open_page(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    carrier.text("STOP")
    expect(page.get_by_text("This person has opted out")).to_be_visible()
    expect(page.get_by_label("Reply to")).to_have_count(0)


def test_the_reason_of_a_text_unfolds_and_stays_open_while_news_comes_in(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("The shower is broken")
    page = inbox()
    page.locator(".line").click()
    page.get_by_text("Why here: maintenance").click()
    expect(page.get_by_text("grand-hotel.yaml:")).to_be_visible()
    carrier.text("please hurry")
    expect(page.locator(".text--in")).to_have_count(2)
    expect(page.get_by_text("grand-hotel.yaml:").first).to_be_visible()


def test_on_a_phone_list_and_thread_take_turns(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox(PHONE)
    page.locator(".line").click()
    expect(page.locator(".bubble")).to_be_visible()
    expect(page.locator(".threads")).to_be_hidden()
    page.get_by_label("Back to the list").click()
    expect(page.locator(".line")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_simulator_shows_the_text_and_what_the_router_did(
    open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page("/simulator", size)
    page.get_by_label("Phone").fill(GUEST)
    page.get_by_label("Write to").select_option(HOTEL)
    page.get_by_role("button", name="The shower is broken").click()
    expect(page.locator(".sms--mine")).to_contain_text("The shower is broken")
    expect(page.locator(".step")).to_contain_text("maintenance")
    expect(page.locator(".now")).to_contain_text("engineering")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_simulator_moves_the_time(open_page: Callable[..., Page], now: MovableNow) -> None:
    page = open_page("/simulator")
    with page.expect_response("**/simulator/api/clock"):
        page.get_by_role("button", name="+ 10 minutes").click()
    page.wait_for_timeout(300)
    assert now.offset().total_seconds() == 600
