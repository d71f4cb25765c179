"""`bellhop staff add`, `show` and `doctor` against a live rulebook."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.staff import find_login
from router.flows.world import World
from router.store.tables import Number, Watermark
from tests.cli.conftest import Program

BOOKS = Path(__file__).parents[2] / "rules" / "books"
ALICE = (
    "staff", "add", "--tenant", "grand-hotel", "--handle", "alice", "--email", "a@example.com",
    "--name", "Alice Moreau", "--mobile", "+16125550111", "--role", "supervisor",
    "--team", "front-desk", "--team", "engineering", "--on-shift", "--password-stdin",
)  # fmt: skip


@pytest.fixture
def hotel(world: World) -> World:
    """A world in which the demo's hotel is live."""
    for book in BOOKS.glob("grand-hotel*.yaml"):
        shutil.copy(book, world.settings.rules_dir)
    [published] = publish_folder(world, world.settings.rules_dir)
    assert published.status == "live", published.findings
    return world


def test_staff_can_sign_in_afterwards(hotel: World, program: Program) -> None:
    done = program(*ALICE, stdin="correct horse battery\n")
    assert done.exit_code == 0, done.stderr
    login = find_login(hotel, "a@example.com")
    assert login is not None
    assert login.identity.teams == ("front-desk", "engineering")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("--tenant", "no-such"), "no-such"),
        (("--team", "plumbers"), "plumbers"),
    ],
)
def test_a_mistake_makes_no_account_and_is_told(
    hotel: World, program: Program, change: tuple[str, str], word: str
) -> None:
    done = program(*ALICE, *change, stdin="correct horse battery\n")
    assert done.exit_code == 1
    assert word in done.stderr
    assert find_login(hotel, "alice") is None


def test_a_shift_begins_and_ends_by_command_and_the_list_shows_it(
    hotel: World, program: Program
) -> None:
    program(*ALICE, stdin="correct horse battery\n")
    receive(hotel, Inbound("SM1", "+16125550123", "+16125550100", None, "towels please"))
    [listed] = program("staff", "list", "--tenant", "grand-hotel", "--json").stdout.splitlines()
    assert json.loads(listed) == {
        "handle": "alice",
        "name": "Alice Moreau",
        "role": "supervisor",
        "teams": ["front-desk", "engineering"],
        "on_shift": True,
        "open_threads": 1,
    }
    done = program("staff", "shift", "--tenant", "grand-hotel", "--handle", "alice", "off")
    assert (done.exit_code, done.stdout) == (0, "grand-hotel: alice is off shift\n")
    listed = program("staff", "list", "--tenant", "grand-hotel").stdout
    assert "off shift" in listed
    assert "front-desk, engineering" in listed


@pytest.mark.parametrize(
    "arguments",
    [
        ("shift", "--tenant", "grand-hotel", "--handle", "nobody", "on"),
        ("shift", "--tenant", "nowhere", "--handle", "alice", "on"),
        ("list", "--tenant", "nowhere"),
    ],
)
def test_whoever_is_not_there_is_told(
    hotel: World, program: Program, arguments: tuple[str, ...]
) -> None:
    done = program("staff", *arguments)
    assert done.exit_code == 1
    assert arguments[-2] in done.stderr or "nowhere" in done.stderr


def test_an_unknown_role_is_wrong_use(program: Program) -> None:
    assert program(*ALICE, "--role", "king").exit_code == 2


def test_a_contact_is_shown_as_stored(hotel: World, program: Program) -> None:
    number = "+16125550100"
    receive(hotel, Inbound("SM1", "+16125550123", number, None, "the shower is broken"))
    done = program("show", "--tenant", "grand-hotel", "--from", "+16125550123", "--json")
    shown = json.loads(done.stdout)
    assert shown["messages"][0]["body"] == "the shower is broken"
    assert shown["messages"][0]["decision"]["rule"] == "maintenance"
    assert shown["thread"]["asked_team"] == "engineering"
    assert shown["thread"]["waiting_since"], "nobody is on shift"


def test_someone_unknown_is_exit_code_1(hotel: World, program: Program) -> None:
    done = program("show", "--tenant", "grand-hotel", "--from", "+16125550199", "--json")
    assert (done.exit_code, done.stdout) == (1, "")


def test_doctor_says_of_each_part_what_to_do(hotel: World, program: Program) -> None:
    done = program("doctor", "--json")
    found = {line["part"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1
    assert found["database"]["ok"]
    assert found["redis"]["ok"]
    assert found["rules"]["ok"]
    assert "bellhop worker" in found["worker"]["do"]
    assert not found["carrier"]["ok"]
    assert all(line["ok"] or line["do"] for line in found.values())


def test_doctor_names_the_secret_that_is_missing_and_a_mail_server_that_is_not_there(
    hotel: World, program: Program
) -> None:
    webhook = "webhooks: {pms: {url: 'https://pms.example.com/in', secret: WEBHOOK_SECRET_PMS}}"
    with (hotel.settings.rules_dir / "grand-hotel.yaml").open("a") as book:
        book.write(f"\n{webhook}\n")
    publish_folder(hotel, hotel.settings.rules_dir)
    done = program("doctor", "--json", SMTP_URL="smtp://127.0.0.1:1")
    found = {line["part"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert found["webhooks"]["do"] == "set WEBHOOK_SECRET_PMS"
    assert found["mail"]["says"] == "the mail server does not answer"
    done = program("doctor", "--json", WEBHOOK_SECRET_PMS="long enough to be one")
    found = {line["part"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert found["webhooks"]["ok"]
    assert found["mail"]["ok"]


def test_doctor_names_numbers_that_stand_still_and_a_log_that_nobody_reads(
    hotel: World, program: Program
) -> None:
    def found() -> dict[str, dict[str, str]]:
        lines = program("doctor", "--json").stdout.splitlines()
        return {line["part"]: line for line in map(json.loads, lines)}

    assert "no clock has looked" in found()["inbound"]["says"]
    assert found()["senders"]["ok"]
    with hotel.store.write() as connection:
        paused = {"paused_code": 30002, "paused_until": hotel.now() + timedelta(minutes=5)}
        connection.execute(update(Number).where(col(Number.name) == "main").values(paused))
        late = hotel.now() - timedelta(minutes=20)
        connection.execute(insert(Watermark).values(name="inbound", at=late))
    after = found()
    says = "nothing leaves from +16125550100 of grand-hotel: 0 texts wait"
    assert after["senders"]["says"] == says
    assert after["senders"]["do"].startswith("The carrier has suspended our account")
    says = "what came to the carrier in the last 20 min may be missing here"
    assert after["inbound"]["says"] == says
    assert not after["inbound"]["ok"]


def test_doctor_goes_on_where_parts_are_down(program: Program) -> None:
    down = {"DATABASE_URL": "postgresql://n@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}
    done = program("doctor", **down)
    assert done.exit_code == 1
    assert "DATABASE_URL" in done.stdout
    assert "REDIS_URL" in done.stdout
