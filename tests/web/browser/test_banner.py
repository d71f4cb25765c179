"""The banner over the list: there while the disk says otherwise, gone by itself."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.rulebooks import RulesWatch
from tests.web.browser.sizes import DESKTOP, PHONE
from tests.web.visitor import Carrier


@pytest.fixture
def saved(businesses: World) -> Iterator[Path]:
    """The hotel's file, which a clock watches."""
    stopped, bell = threading.Event(), Bell(businesses.settings.redis_url)
    watch = threading.Thread(target=RulesWatch(businesses, bell).run, args=(stopped,))
    watch.start()
    yield businesses.settings.rules_dir / "grand-hotel.yaml"
    stopped.set()
    watch.join()
    bell.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_refused_save_shows_by_itself_unfolds_and_goes_when_it_is_mended(
    inbox: Callable[..., Page], saved: Path, carrier: Carrier, size: dict[str, int]
) -> None:
    page = inbox(size)
    banner = page.locator("#rulebook-banner")
    expect(page.get_by_text("Quiet for now")).to_be_visible()
    expect(banner).to_have_count(0)
    good = saved.read_text()
    saved.write_text(good.replace("- reply: towels-coming", "- replly: towels-coming"))
    expect(banner).to_contain_text("grand-hotel.yaml: refused since")
    expect(banner).to_contain_text("routed by revision 1")
    finding = page.get_by_text("did you mean 'reply'?").first
    expect(finding).to_be_hidden()
    banner.locator("summary").click()
    carrier.text("what time is breakfast?")
    expect(page.locator(".line")).to_be_visible()
    expect(finding).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    saved.write_text(good + "\n# mended\n")
    expect(banner).to_have_count(0)
