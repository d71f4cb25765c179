"""The README's tour through the demo: a phone on one side, the inbox in a browser on the other."""

import re
import shutil
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import skip_part
from tests.journey.conftest import Demo, Phone, demo_world, eventually
from tests.scan import places_of

GUEST, ADA = "+16125550142", "+16125550143"
PHRASE = "my daughter is allergic to walnuts"


@pytest.fixture
def page() -> Iterator[Page]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        skip_part("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        yield page
        browser.close()


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.origin}/inbox")
    page.get_by_label("E-mail or handle").fill(demo.user)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("All open").first).to_be_visible()
    page.wait_for_load_state()  # what is tapped before its scripts are there loads a page


def test_the_tour(demo: Demo, page: Page) -> None:
    guest = Phone(demo.origin, GUEST)
    sign_in(page, demo)

    guest.texts("could we get two towels?")
    guest.hears("Towels are on the way.")
    line = page.locator(".line", has_text=GUEST)
    expect(line).to_contain_text("front desk")

    guest.texts("the shower is broken")
    guest.hears("Sorry about that")
    expect(line).to_contain_text("engineering")
    guest.texts("please hurry")
    expect(line).to_contain_text("please hurry")
    expect(line).to_contain_text("engineering")
    guest.waits("10m")
    guest.hears("a manager is looking now")
    expect(line).to_contain_text("duty manager")

    line.click()
    page.get_by_label("Reply to").fill("Hello, this is the manager.")
    page.keyboard.press("Control+Enter")
    guest.hears("Hello, this is the manager.")

    guest.texts("STOP")
    guest.hears("unsubscribed")
    expect(page.get_by_text("This person has opted out")).to_be_visible()
    guest.texts("START")
    guest.hears("subscribed again")
    expect(page.get_by_label("Reply to")).to_be_visible()
    guest.texts("HELP")
    guest.hears("The Grand Hotel: for help call")


def test_a_deletion_by_text_leaves_no_trace(demo: Demo) -> None:
    ada = Phone(demo.origin, ADA)
    ada.texts(PHRASE)
    ada.texts("SUMMIT26")
    ada.hears("reply YES")
    ada.texts("YES")
    ada.hears("name")
    ada.texts("Ada Walnut")
    ada.hears("VEGAN")
    ada.texts("vegan")
    ada.hears("You are in, Ada Walnut")

    world = demo_world(demo)
    wanted = (PHRASE, "Ada Walnut", ADA, ADA.removeprefix("+1"))
    before = places_of(world, demo.data_dir, *wanted)
    assert {"contact.address", "contact.attributes", "message.body"} <= set(before)

    ada.texts("DELETE")
    asked = ada.hears("reply with the code")
    code = re.search(r"\b\d{6}\b", asked)
    assert code
    ada.texts(code[0])
    ada.hears("Receipt R-")
    eventually(lambda: places_of(world, demo.data_dir, *wanted) == [], 150)
    sent = requests.get(
        f"{demo.origin}/2010-04-01/Accounts/{world.settings.twilio_account_sid}/Messages.json",
        params={"To": ADA},
        auth=(
            world.settings.twilio_account_sid,
            world.settings.twilio_auth_token[0].get_secret_value(),
        ),
        timeout=10,
    )
    assert sent.json()["messages"] == []
    world.store.close()
