"""The switch for notices on this device, in a real browser.

The browser's own push service is out of reach here: its `subscribe` is given an answer.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from router.flows.world import World
from router.store.tables import PushDevice
from tests.couriers.browser import PushBrowser, encoded

ENDPOINT = "https://push.example.net/send/abc"
GIVEN = """
(() => {
  const raw = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  let given = null;
  const keys = { p256dh: "POINT", auth: "AUTH" };
  const make = (options) => ({
    endpoint: "WHERE", options, getKey: (name) => raw(keys[name]),
    unsubscribe: async () => { given = null; return true; },
  });
  PushManager.prototype.subscribe = async (options) => (given = make(options));
  PushManager.prototype.getSubscription = async () => given;
  Notification.requestPermission = async () => "granted";
})();
"""


def test_the_switch_subscribes_this_browser_and_lets_it_go(
    inbox: Callable[[], Page], businesses: World
) -> None:
    point, auth = (one.replace("-", "+").replace("_", "/") for one in keys())
    page = inbox()
    page.add_init_script(
        GIVEN.replace("POINT", point).replace("AUTH", auth).replace("WHERE", ENDPOINT)
    )
    page.reload()
    switch = page.get_by_role("switch", name="Notify me on this device")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    assert count(businesses) == 1
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert count(businesses) == 0


def keys() -> tuple[str, str]:
    browser = PushBrowser(ENDPOINT)
    padding = "="
    return browser.subscription.p256dh + padding, encoded(browser.auth) + 2 * padding


def count(world: World) -> int:
    with world.store.read() as connection:
        return connection.execute(select(func.count()).select_from(PushDevice)).scalar_one()
