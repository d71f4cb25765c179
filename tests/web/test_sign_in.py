"""Signing in and out: who gets in, who does not, and what ends a session."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import update
from sqlmodel import col

from router.flows.staff import NewStaff, add_staff
from router.flows.world import World, open_world
from router.jobs.redis import connect
from router.settings import Settings
from router.store.tables import Staff
from tests.web.visitor import PASSWORD, Visitor

Visit = Callable[[], Visitor]


@pytest.mark.parametrize("name", ["alice", "alice@example.com", " Alice@Example.com "])
def test_a_handle_or_an_e_mail_signs_in(visit: Visit, name: str) -> None:
    person = visit()
    answer = person.sign_in(name)
    assert (answer.status_code, answer.location) == (302, "/inbox")
    assert "Alice Example" in person.get("/inbox/open").text


def test_every_mistake_reads_the_same(visit: Visit) -> None:
    wrong_password, unknown, monster = (
        visit().sign_in("alice", "wrong horse"),
        visit().sign_in("nobody"),
        visit().sign_in("alice", "x" * 5000),
    )
    assert {answer.status_code for answer in (wrong_password, unknown, monster)} == {401}
    said = {answer.text.partition("</p>")[2].partition("<form")[0] for answer in (unknown, monster)}
    assert len(said) == 1
    assert "do not go together" in wrong_password.text


def test_a_form_without_its_token_is_refused(visit: Visit) -> None:
    answer = visit().client.post("/sign-in", data={"name": "alice", "password": PASSWORD})
    assert (answer.status_code, "gone stale" in answer.text) == (400, True)


def test_signing_out_takes_a_post_and_ends_the_session(alice: Visitor) -> None:
    assert alice.get("/sign-out").status_code == 405
    assert alice.get("/inbox/open").status_code == 200
    alice.post("/sign-out", seen_on="/inbox/open")
    assert alice.get("/inbox/open").status_code == 302


def test_signing_out_ends_every_copy_of_the_cookie(alice: Visitor, app: Flask) -> None:
    cookie = alice.client.get_cookie("bellhop")
    assert cookie is not None
    copy = Visitor(app.test_client())
    copy.client.set_cookie("bellhop", cookie.value)
    assert copy.get("/inbox/open").status_code == 200
    alice.post("/sign-out", seen_on="/inbox/open")
    assert copy.get("/inbox/open").status_code == 302
    assert alice.sign_in("alice").status_code == 302
    assert alice.get("/inbox/open").status_code == 200


def _add_to_clinic(world: World, handle: str, email: str, password: str) -> None:
    who = NewStaff("clinic", handle, email, "Alice of the clinic", password, teams=("reception",))
    add_staff(world, who)


@pytest.mark.parametrize("name", ["alice", "alice@example.com"])
def test_of_two_accounts_of_a_name_the_password_decides(
    businesses: World, visit: Visit, name: str
) -> None:
    email = "else@example.com" if name == "alice" else "alice@example.com"
    handle = "alice" if name == "alice" else "alice-2"
    _add_to_clinic(businesses, handle, email, "another horse battery")
    hotel, clinic, nobody = visit(), visit(), visit()
    assert hotel.sign_in(name).status_code == 302
    assert clinic.sign_in(name, "another horse battery").status_code == 302
    assert nobody.sign_in(name, "neither of the two").status_code == 401
    assert "Alice Example" in hotel.get("/inbox/open").text
    assert "Alice of the clinic" in clinic.get("/inbox/open").text


def test_two_people_of_one_handle_and_one_password_need_their_e_mails(
    businesses: World, visit: Visit
) -> None:
    _add_to_clinic(businesses, "alice", "else@example.com", PASSWORD)
    assert visit().sign_in("alice").status_code == 401
    clinic = visit()
    assert clinic.sign_in("else@example.com").status_code == 302
    assert "Alice of the clinic" in clinic.get("/inbox/open").text


def test_one_person_of_one_e_mail_and_one_password_gets_in(businesses: World, visit: Visit) -> None:
    _add_to_clinic(businesses, "alice-2", "alice@example.com", PASSWORD)
    assert visit().sign_in("alice@example.com").status_code == 302


@pytest.mark.parametrize(("name", "password"), [("a\0b", PASSWORD), ("alice", "a\0b")])
def test_letters_that_no_database_takes_are_a_mistake_like_others(
    visit: Visit, name: str, password: str
) -> None:
    assert visit().sign_in(name, password).status_code == 401


def test_a_new_epoch_ends_sessions_that_are_open(alice: Visitor, businesses: World) -> None:
    with businesses.store.write() as connection:
        connection.execute(
            update(Staff).where(col(Staff.handle) == "alice").values(session_epoch=1)
        )
    assert alice.get("/inbox/open").status_code == 302
    assert alice.sign_in("alice").status_code == 302
    assert alice.get("/inbox/open").status_code == 200


def test_ten_failed_tries_lock_a_name_for_a_while(visit: Visit) -> None:
    person = visit()
    tries = [person.sign_in("alice", "wrong horse").status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    refused = person.sign_in("alice")
    assert (refused.status_code, "wait a minute" in refused.text) == (429, True)
    assert person.sign_in("bob").status_code == 302


def test_names_and_addresses_do_not_stand_in_redis(visit: Visit, redis_url: str) -> None:
    visit().sign_in("alice", "wrong horse")
    with connect(redis_url) as redis:
        keys = redis.keys()
    assert any(b"tries" in key for key in keys)
    assert not any(word in key for key in keys for word in (b"alice", b"127.0.0.1"))


def test_without_redis_people_can_sign_in_and_tries_are_limited(
    businesses: World, make_settings: Callable[..., Settings], make_app: Callable[..., Flask]
) -> None:
    keys = ",".join(key.get_secret_value() for key in businesses.settings.master_key)
    url = businesses.settings.database_url
    away = make_settings(database_url=url, master_key=keys, redis_url="unix:///nowhere/s")
    world = open_world(away, businesses.now)
    app = make_app(world)
    tries = [Visitor(app.test_client()).sign_in("bob", "wrong").status_code for _ in range(11)]
    allowed = Visitor(app.test_client()).sign_in("alice").status_code
    world.store.close()
    assert (tries[-1], allowed) == (429, 302)


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/inbox/closed", "/inbox/closed"),
        ("//evil.example", "/inbox"),
        ("/\\evil.example", "/inbox"),
        ("https://evil.example/inbox", "/inbox"),
        ("", "/inbox"),
    ],
)
def test_sign_in_leads_to_our_own_pages_only(visit: Visit, wanted: str, leads_to: str) -> None:
    assert visit().sign_in("alice", query=f"?next={wanted}").location == leads_to


@pytest.mark.parametrize(
    ("public_url", "is_secure"), [("https://sms.example.com", True), ("http://127.0.0.1", False)]
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    businesses: World,
    make_settings: Callable[..., Settings],
    make_app: Callable[..., Flask],
    public_url: str,
    is_secure: bool,
) -> None:
    settings = make_settings(database_url=businesses.settings.database_url, public_url=public_url)
    world = open_world(settings, businesses.now)
    cookie = make_app(world).test_client().get("/sign-in").headers["Set-Cookie"]
    world.store.close()
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
    assert ("Secure" in cookie) is is_secure
