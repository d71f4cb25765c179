"""The inbox: what staff sees and does, and what nobody else does."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from router.flows.publish import publish_folder
from router.flows.show import show
from router.flows.world import World
from tests.web.visitor import CLINIC, FRAGMENT, GUEST, Carrier, Visitor

Stored = Callable[..., list[dict[str, Any]]]
ThreadOf = Callable[..., str]
OPEN_TO_ALL = {
    "auth.sign_in",
    "auth.sign_out",
    "health.live",
    "health.metrics",
    "health.ready",
    "home.front",
    "static",
}


NOBODY = "01aaaaaaaaaaaaaaaaaaaaaaaa"
WHATEVER_ACTS_NEED = {
    "text": "hi",
    "note": "by phone",
    "scope": "service",
    "to": "team:engineering",
    "length": "hour",
    "choice": "again",
}


def _staff_routes(app: Flask, thread_id: str = NOBODY) -> Iterator[tuple[str, str]]:
    """(method, path) of every route that is not meant for everyone."""
    values = {"view": "open", "thread_id": thread_id, "message_id": NOBODY}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_TO_ALL:
            continue
        path = re.sub(r"<(?:[^>]*:)?(\w+)>", lambda named: values[named[1]], rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield method, path


def _acts(app: Flask, thread_id: str) -> list[str]:
    """The path of every act of staff on a thread."""
    posts = [path for method, path in _staff_routes(app, thread_id) if method == "POST"]
    return [path for path in posts if f"/{thread_id}/" in path]


def test_strangers_are_sent_to_sign_in_from_every_route(
    app: Flask, visit: Callable[[], Visitor]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    routes = list(_staff_routes(app))
    assert len(routes) > 6
    for method, path in routes:
        page = visit().client.open(path, method=method)
        fragment = visit().client.open(path, method=method, headers=FRAGMENT)
        assert (page.status_code, str(page.location).partition("?")[0]) == (302, "/sign-in"), path
        assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/sign-in"), path


def test_another_business_s_thread_is_not_there(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, app: Flask, stored: Stored
) -> None:
    carrier.text("my results please", to=CLINIC)
    foreign = thread_of(tenant="clinic")
    before = stored(tenant="clinic")
    app.config["WTF_CSRF_ENABLED"] = False
    paths = [f"/inbox/open/{foreign}{end}" for end in ("", "/fragment")]
    assert {alice.get(path).status_code for path in paths} == {404}
    acts = _acts(app, foreign)
    assert len(acts) > 9
    answers = {alice.client.post(path, data=WHATEVER_ACTS_NEED).status_code for path in acts}
    assert answers == {404}
    assert "results" not in alice.get("/inbox/open").text
    assert stored(tenant="clinic") == before


def test_a_thread_shows_its_texts_and_why_they_came_here(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf
) -> None:
    carrier.text("The shower is broken")
    listed = alice.get("/inbox/open").text
    page = alice.get(f"/inbox/open/{thread_of()}").text
    assert "engineering" in listed
    assert "line--waiting" not in listed  # the router has answered
    assert "The shower is broken" in page
    assert "maintenance" in page
    assert "grand-hotel.yaml:" in page
    assert "revision 1" in page


def test_what_people_write_is_shown_as_text(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf
) -> None:
    carrier.text("<script>alert(1)</script> & <b>bold</b>")
    for path in ("/inbox/open", f"/inbox/open/{thread_of()}"):
        page = alice.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_thread_that_waits_for_staff_stands_out(carrier: Carrier, alice: Visitor) -> None:
    carrier.text("what time is breakfast?")
    assert "line--waiting" in alice.get("/inbox/open/list").text


def test_views_hold_what_they_say(carrier: Carrier, alice: Visitor, thread_of: ThreadOf) -> None:
    carrier.text("what time is breakfast?")
    carrier.text("The shower is broken", sender="+16125550143")

    def names(view: str) -> set[str]:
        page = alice.get(f"/inbox/{view}/list").text
        return {number for number in (GUEST, "+16125550143") if number in page}

    assert (names("mine"), names("team"), len(names("open"))) == ({GUEST}, {GUEST}, 2)
    assert names("unclaimed") == {"+16125550143"}  # nobody of engineering is there
    thread = f"/inbox/open/{thread_of()}"
    alice.post(f"{thread}/snooze", seen_on=thread, length="hour")
    assert (names("mine"), len(names("open")), names("snoozed")) == (set(), 1, {GUEST})
    alice.post(f"{thread}/wake", seen_on=thread)
    assert names("mine") == {GUEST}
    alice.post(f"{thread}/close", seen_on=thread)
    assert (names("open"), names("closed")) == ({"+16125550143"}, {GUEST})


def test_a_reply_is_queued_and_claims_the_thread(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, stored: Stored
) -> None:
    carrier.text("what time is breakfast?")
    thread = f"/inbox/open/{thread_of()}"
    answer = alice.post(f"{thread}/reply", seen_on=thread, fragment=True, text="From 7 to 10.\r\n")
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "threads-changed"
    assert "From 7 to 10." in answer.text
    assert "<b>you</b>" in answer.text
    assert "<html" not in answer.text
    assert (stored()[-1]["body"], stored()[-1]["direction"]) == ("From 7 to 10.", "out")


def test_without_scripts_a_reply_leads_back_to_the_thread(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf
) -> None:
    carrier.text("what time is breakfast?")
    thread = f"/inbox/open/{thread_of()}"
    answer = alice.post(f"{thread}/reply", seen_on=thread, text="From 7.")
    assert (answer.status_code, answer.location) == (302, thread)


@pytest.mark.parametrize("fragment", [True, False])
def test_a_reply_after_stop_is_refused_and_the_typed_text_is_kept(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, stored: Stored, fragment: bool
) -> None:
    carrier.text("what time is breakfast?")
    thread = f"/inbox/open/{thread_of()}"
    token = alice.token(thread)
    carrier.text("STOP")
    answer = alice.client.post(
        f"{thread}/reply",
        data={"text": "From 7 to <10>.", "csrf_token": token},
        headers=FRAGMENT if fragment else {},
    )
    assert answer.status_code == 422
    assert "has opted out" in answer.text
    assert "From 7 to &lt;10&gt;." in answer.text
    assert "<textarea" not in alice.get(thread).text
    assert not any(each["body"].startswith("From 7") for each in stored())


@pytest.mark.parametrize(
    ("text", "reason"), [("  \n ", "nothing to send"), ("x" * 1601, "1600 characters at most")]
)
def test_a_text_that_cannot_be_sent_comes_back_with_the_reason(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, text: str, reason: str
) -> None:
    carrier.text("what time is breakfast?")
    thread = f"/inbox/open/{thread_of()}"
    answer = alice.post(f"{thread}/reply", seen_on=thread, fragment=True, text=text)
    assert (answer.status_code, reason in answer.text) == (422, True)
    assert text.strip() in answer.text


def test_acting_without_the_form_s_token_changes_nothing(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, app: Flask, businesses: World
) -> None:
    carrier.text("what time is breakfast?")
    before = show(businesses, "grand-hotel", GUEST)
    for path in _acts(app, thread_of()):
        assert alice.client.post(path, data=WHATEVER_ACTS_NEED).status_code == 400
    assert show(businesses, "grand-hotel", GUEST) == before


def test_a_rulebook_that_was_refused_is_announced(alice: Visitor, businesses: Any) -> None:
    from_disk = businesses.settings.rules_dir / "grand-hotel.yaml"
    from_disk.write_text(from_disk.read_text().replace("- reply: towels-coming", "- replly: x", 1))
    assert "refused" not in alice.get("/inbox/open").text
    publish_folder(businesses, businesses.settings.rules_dir)
    page = alice.get("/inbox/open").text
    assert "grand-hotel.yaml: refused" in page
    assert "routed by revision 1" in page
    assert "replly" in page


@pytest.mark.parametrize("path", ["/inbox/elsewhere", "/inbox/open/no-such-thread", "/nothing"])
def test_what_is_not_there_says_so_in_plain_words(alice: Visitor, path: str) -> None:
    answer = alice.get(path)
    assert (answer.status_code, "Nothing here" in answer.text) == (404, True)


def test_the_front_door_leads_to_the_inbox(alice: Visitor) -> None:
    assert alice.get("/").location == "/inbox"
    assert alice.get("/inbox").location == "/inbox/open"


def test_pages_run_our_own_scripts_only_and_are_kept_nowhere(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf
) -> None:
    carrier.text("hello")
    answer = alice.get(f"/inbox/open/{thread_of()}")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("thread", ["%00", "a%00b", "nobody", "01AAAAAAAAAAAAAAAAAAAAAAAA"])
def test_what_cannot_be_a_thread_is_not_there(alice: Visitor, app: Flask, thread: str) -> None:
    token = alice.token("/inbox/open")
    paths = [f"/inbox/open/{thread}{end}" for end in ("", "/fragment")]
    form = WHATEVER_ACTS_NEED | {"csrf_token": token}
    answers = {alice.get(path).status_code for path in paths}
    answers |= {alice.client.post(path, data=form).status_code for path in _acts(app, thread)}
    assert answers == {404}


def _once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def _sent(messages: list[dict[str, Any]]) -> list[str]:
    return [each["body"] for each in messages if each["kind"] == "staff"]


@pytest.mark.parametrize("fragment", [False, True])
def test_a_reply_that_is_posted_twice_is_sent_once(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, stored: Stored, fragment: bool
) -> None:
    carrier.text("what time is breakfast?")
    thread = f"/inbox/open/{thread_of()}"
    form = {"text": "At seven.", "once": _once(alice.get(thread).text)}
    answers = [
        alice.post(f"{thread}/reply", seen_on=thread, fragment=fragment, **form).status_code
        for _ in range(2)
    ]
    assert answers == [200 if fragment else 302] * 2
    assert _sent(stored()) == ["At seven."]


def test_another_text_from_a_page_that_was_sent_before_is_not_swallowed(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, stored: Stored
) -> None:
    sender = "+16125550143"
    carrier.text("what time is breakfast?")
    carrier.text("and dinner?", sender=sender)
    threads = [f"/inbox/open/{thread_of()}", f"/inbox/open/{thread_of(sender)}"]
    once = _once(alice.get(threads[0]).text)
    for thread, text in ((threads[0], "At seven."), (threads[0], "No, at eight."),
                         (threads[1], "At seven.")):  # fmt: skip
        alice.post(f"{thread}/reply", seen_on=thread, text=text, once=once)
    assert _sent(stored()) == ["At seven.", "No, at eight."]
    assert _sent(stored(sender)) == ["At seven."]


@pytest.mark.parametrize("once", ["", "odd\0", "x" * 27])
def test_a_reply_with_an_odd_one_time_id_is_sent_all_the_same(
    carrier: Carrier, alice: Visitor, thread_of: ThreadOf, stored: Stored, once: str
) -> None:
    carrier.text("what time is breakfast?")
    thread = f"/inbox/open/{thread_of()}"
    answer = alice.post(f"{thread}/reply", seen_on=thread, text="At seven.", once=once)
    assert answer.status_code == 302
    assert _sent(stored()) == ["At seven."]
