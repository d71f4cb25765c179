"""Shifts, hand-over and snooze in a browser."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from router.flows.assign.queue import drain_queues
from router.flows.shifts import shift_of
from router.flows.staff import NewStaff, add_staff
from router.flows.world import World
from router.web.parts import Parts
from tests.web.browser.sizes import DESKTOP, PHONE
from tests.web.visitor import PASSWORD, Carrier

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
Inbox = Callable[..., Page]

SHIFT = re.compile("shift")


def _hire_erin(world: World) -> None:
    new = NewStaff("grand-hotel", "erin", "erin@example.com", "Erin Example", PASSWORD)
    add_staff(world, replace(new, teams=("engineering",), on_shift=True))


@pytest.fixture
def erin(businesses: World) -> None:
    """Erin of engineering, on shift."""
    _hire_erin(businesses)


@SIZES
def test_the_shift_switch_turns_with_one_tap_on_all_of_a_person_s_pages(
    inbox: Inbox, businesses: World, size: dict[str, int]
) -> None:
    page, other = inbox(size), inbox(size)
    expect(other.locator("[data-live-state='live']")).to_have_count(1)
    page.get_by_role("switch", name="On shift").click()
    expect(page.get_by_role("switch", name=SHIFT)).to_have_attribute("aria-checked", "false")
    expect(other.get_by_role("switch", name=SHIFT)).to_have_attribute("aria-checked", "false")
    assert not shift_of(businesses, "grand-hotel", "alice").on
    page.get_by_role("switch", name=SHIFT).press("Enter")
    expect(other.get_by_role("switch", name=SHIFT)).to_have_attribute("aria-checked", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@SIZES
def test_a_thread_is_handed_to_a_colleague_with_two_taps(
    inbox: Inbox, carrier: Carrier, erin: None, size: dict[str, int]
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox(size)
    page.locator(".line").click()
    expect(page.locator(".thread__hands")).to_contain_text("picked for you")
    page.get_by_text("Hand over").click()
    page.get_by_role("button", name="Erin Example").click()
    expect(page.locator(".thread__hands")).to_have_text("With engineering · erin")
    expect(page.locator(".menu[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_thread_is_put_aside_and_comes_back_with_a_text(inbox: Inbox, carrier: Carrier) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    page.get_by_label("Reply to").fill("half a reply")
    page.get_by_text("Snooze", exact=True).click()
    page.get_by_role("button", name="Tomorrow morning").click()
    expect(page.locator(".thread__hands")).to_contain_text("09:00")
    expect(page.locator(".line")).to_have_count(0)
    expect(page.get_by_label("Reply to")).to_have_value("half a reply")
    carrier.text("are you there?")
    expect(page.locator(".line")).to_have_count(1)
    expect(page.locator(".thread__hands")).to_have_text("With front desk · you")


def test_a_menu_closes_with_escape_and_with_a_tap_elsewhere(inbox: Inbox, carrier: Carrier) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.locator(".texts").click()):
        page.get_by_text("Hand over").click()
        expect(page.locator(".menu[open]")).to_have_count(1)
        leave()
        expect(page.locator(".menu[open]")).to_have_count(0)


def test_who_waits_is_shown_and_picked_without_a_reload(
    inbox: Inbox, carrier: Carrier, businesses: World, app: Flask
) -> None:
    carrier.text("The shower is broken")
    page = inbox()
    expect(page.locator(".line")).to_contain_text("Waits")
    page.locator(".line").click()
    expect(page.locator(".thread__hands")).to_contain_text("Nobody of engineering is on shift")
    _hire_erin(businesses)
    parts: Parts = app.extensions["bellhop"]
    parts.bell.ring(drain_queues(businesses))
    expect(page.locator(".thread__hands")).to_have_text("With engineering · picked for erin")
    expect(page.locator(".line")).to_contain_text("for erin")
