"""`bellhop rules history` and `rollback`, as people and programs call them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

from router.flows.publish import publish_folder
from router.flows.staff import NewStaff, add_staff
from router.flows.world import World
from router.store.tables import Revision
from tests.cli.conftest import Program
from tests.flows.conftest import BOOK, TENANT

SAVED = "Towels coming up."


@pytest.fixture
def hotel(world: World) -> World:
    """The hotel at its second revision, with carol at the desk."""
    for text in (BOOK, BOOK.replace("Towels are on the way.", SAVED)):
        _file(world).write_text(text)
        publish_folder(world, world.settings.rules_dir)
    add_staff(
        world,
        NewStaff(TENANT, "carol", "carol@hotel.example", "Carol", "a long password",
                 teams=("front-desk",)),
    )  # fmt: skip
    return world


def _file(world: World) -> Path:
    return world.settings.rules_dir / "grand-hotel.yaml"


def _objects(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_history_and_a_diff_are_told(hotel: World, program: Program) -> None:
    told = program("rules", "history", "--tenant", TENANT)
    assert told.exit_code == 0, told.stderr
    newest, first = told.stdout.splitlines()
    assert newest.startswith("*    2 ")
    assert "+1 -1" in newest
    assert first.startswith("     1 ")
    diff = program("rules", "history", "--tenant", TENANT, "--diff", "2").stdout
    assert diff.startswith("--- grand-hotel.yaml (revision 1)\n+++ grand-hotel.yaml (revision 2)")
    assert f'+    en: "{SAVED}"' in diff


def test_history_as_json_has_documented_fields(hotel: World, program: Program) -> None:
    _file(hotel).write_text("nonsense: [")
    publish_folder(hotel, hotel.settings.rules_dir)
    entries = _objects(program("rules", "history", "--tenant", TENANT, "--json").stdout)
    assert [one["number"] for one in entries] == [2, 1]
    fields = "number at who hash file added removed restores live"
    assert set(entries[0]) == set(fields.split())
    (diff,) = _objects(program("rules", "history", "--tenant", TENANT, "--diff=2", "--json").stdout)
    assert set(diff) == {"number", "diff"}
    (edit,) = _objects(
        program("rules", "history", "--tenant", TENANT, "--refused", "--json").stdout
    )
    assert set(edit) == {"at", "who", "hash", "file", "findings"}


def test_a_rollback_says_what_it_did(hotel: World, program: Program) -> None:
    done = program("rules", "rollback", "--tenant", TENANT, "--by", "carol")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"{TENANT}: revision 3 is live: grand-hotel.yaml as in revision 1\n"
    assert _file(hotel).read_text() == BOOK
    assert "rollback to 1 by carol" in program("rules", "history", "--tenant", TENANT).stdout
    _file(hotel).write_text("nonsense: [")
    again = program("rules", "rollback", "--tenant", TENANT, "--by=carol", "--to=2", "--json")
    (told,) = _objects(again.stdout)
    assert told == {
        "tenant": TENANT,
        "file": "grand-hotel.yaml",
        "restores": 2,
        "revision": 4,
        "findings": [],
        "was_live": False,
        "kept_as": "grand-hotel.yaml.replaced",
    }


def test_a_revision_that_does_not_load_any_more_is_exit_code_1(
    hotel: World, program: Program
) -> None:
    with hotel.store.write() as connection:
        first = update(Revision).where(col(Revision.number) == 1)
        connection.execute(first.values(text="version: 0\n"))
    done = program("rules", "rollback", "--tenant", TENANT, "--by", "carol")
    assert done.exit_code == 1
    assert (
        "revision 1 cannot be used any more, and nothing was changed:\n  grand-hotel" in done.stdout
    )


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["history", "--tenant", "nobody"], 1, "there is no tenant nobody"),
        (["history", "--tenant", TENANT, "--diff", "9"], 2, "has no revision 9"),
        (["rollback", "--tenant", TENANT, "--by", "karol"], 2, "did you mean “carol”"),
        (["rollback", "--tenant", TENANT, "--by", "carol", "--to", "9"], 2, "has no revision 9"),
        (["rollback", "--tenant", TENANT], 2, "--by"),
    ],
)
def test_what_is_not_there_is_said(
    hotel: World, program: Program, arguments: list[str], code: int, says: str
) -> None:
    done = program("rules", *arguments)
    assert (done.exit_code, says in done.stderr) == (code, True), done.stderr


def test_a_folder_that_cannot_be_written_changes_nothing(hotel: World, program: Program) -> None:
    done = program("rules", "rollback", "--tenant", TENANT, "--by=carol", RULES_DIR="/proc/1")
    assert done.exit_code == 1
    assert "nothing was published" in done.stderr
    entries = _objects(program("rules", "history", "--tenant", TENANT, "--json").stdout)
    assert entries[0]["number"] == 2


@pytest.fixture
def doctor(program: Program) -> Callable[[], list[str]]:
    """What `bellhop doctor` finds wrong with the rulebooks."""

    def run() -> list[str]:
        found = _objects(program("doctor", "--json").stdout)
        return [f"{one['says']}" for one in found if one["part"] == "rules" and not one["ok"]]

    return run


def test_doctor_names_every_file_that_is_not_in_force(
    hotel: World, doctor: Callable[[], list[str]]
) -> None:
    assert doctor() == []
    folder = hotel.settings.rules_dir
    _file(hotel).write_text("nonsense: [")
    (folder / "unknown.yaml").write_text("tenant: unheard-of\n")
    (folder / "inn.yml").write_text("tenant: inn\n")
    publish_folder(hotel, folder)
    told = "\n".join(doctor())
    assert "grand-hotel.yaml: refused since" in told
    assert "revision 2 of grand-hotel is in force" in told
    assert "unknown.yaml: refused since" in told
    assert "inn.yml is not read" in told


def test_doctor_and_the_upgrade_tell_a_rulebook_that_is_lost(
    hotel: World, program: Program, doctor: Callable[[], list[str]]
) -> None:
    upgraded = program("db", "upgrade")
    assert "rulebooks in force: 1, all of them load" in upgraded.stdout
    with hotel.store.write() as connection:
        connection.execute(update(Revision).values(text="version: 0\n"))
    assert "does not load under this version: grand-hotel revision 2" in "\n".join(doctor())
    upgraded = program("db", "upgrade")
    assert upgraded.exit_code == 1
    assert "grand-hotel revision 2: grand-hotel.yaml:1:" in upgraded.stderr


def test_doctor_tells_that_no_clock_has_looked(
    hotel: World, doctor: Callable[[], list[str]]
) -> None:
    _file(hotel).write_text(BOOK)
    os.utime(_file(hotel), (1, 1))
    assert doctor() == ["no clock has looked at grand-hotel.yaml since it was saved"]
