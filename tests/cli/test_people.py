"""`bellhop contacts` and `bellhop suppressions`, as a program or a person runs them."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.world import World
from tests.cli.conftest import Process, Program

BOOKS = Path(__file__).parents[2] / "rules" / "books"
TENANT = ("--tenant", "grand-hotel")
ALICE, BOB = "+16125550001", "+16125550002"
HEADER = "number,name,consent,consent_at,consent_how,consent_evidence"
CONSENTS = f"{HEADER}\n{ALICE},Alice,service,2026-01-05,paper,signed\n{BOB},Bob,,,,\n"


@pytest.fixture
def hotel(world: World) -> World:
    """A world in which the demo's hotel is live."""
    for book in BOOKS.glob("grand-hotel*.yaml"):
        shutil.copy(book, world.settings.rules_dir)
    [published] = publish_folder(world, world.settings.rules_dir)
    assert published.status == "live", published.findings
    return world


@pytest.fixture
def guests(tmp_path: Path) -> Path:
    """A file of two guests."""
    file = tmp_path / "guests.csv"
    file.write_text(CONSENTS)
    return file


def test_contacts_go_in_and_come_out_again(
    hotel: World, program: Program, process: Process, guests: Path
) -> None:
    done = program("contacts", "import", str(guests), *TENANT)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "2 rows, 2 created" in done.stdout
    out = guests.with_name("out.csv")
    assert program("contacts", "export", *TENANT, "--output", str(out)).exit_code == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert {(row["number"], row["name"], row["consent"]) for row in rows} == {
        (ALICE, "Alice", "service"),
        (BOB, "Bob", ""),
    }
    again = program("contacts", "import", str(out), *TENANT)
    assert "2 unchanged" in again.stdout
    assert process("contacts", "export", *TENANT).stdout == out.read_text()


def test_what_was_not_taken_is_told_by_line(hotel: World, program: Program, guests: Path) -> None:
    receive(hotel, Inbound("SM1", ALICE, "+16125550100", None, "STOP"))
    done = program("contacts", "import", str(guests), *TENANT, "--json")
    notice, summary = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, notice["line"]) == (0, 2)
    assert "consent not taken" in notice["notice"]
    assert summary == {
        "rows": 2, "created": 1, "updated": 1, "unchanged": 0, "consents": 0, "suppressed": 1,
        "erased_skipped": 0, "problems": 0, "dry_run": False,
    }  # fmt: skip


def test_bad_rows_are_told_all_at_once_and_end_with_1(
    hotel: World, program: Program, guests: Path
) -> None:
    guests.write_text("number,language\n6125550001,en\n+16125550002,it\n")
    told = program("contacts", "import", str(guests), *TENANT)
    assert (told.exit_code, told.stdout) == (1, "")
    assert [line.partition(": ")[0] for line in told.stderr.splitlines()] == [
        "guests.csv:2:number", "guests.csv:3:language", "2 problems",
    ]  # fmt: skip
    assert "6125550001" not in told.stderr
    done = program("contacts", "import", str(guests), *TENANT, "--json")
    *problems, summary = map(json.loads, done.stdout.splitlines())
    assert [sorted(one) for one in problems] == [["column", "hint", "line", "problem"]] * 2
    assert (done.exit_code, summary["problems"], summary["created"]) == (1, 2, 0)


def test_a_dry_run_writes_nothing(hotel: World, program: Program, guests: Path) -> None:
    done = program("contacts", "import", str(guests), *TENANT, "--dry-run")
    assert done.stdout.startswith("would be: 2 rows, 2 created")
    assert program("show", *TENANT, "--from", ALICE).exit_code == 1


def test_long_files_tell_how_far_they_are(hotel: World, program: Program, guests: Path) -> None:
    rows = [f"612{number:07}" for number in range(2_000_000, 2_005_000)]
    guests.write_text("\n".join(["number", *rows]))
    done = program("contacts", "import", str(guests), *TENANT, "--country", "US")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stderr.splitlines()] == [
        "read", "checked", "prepared", "written",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("--country", "ZZ"), 2),
        (("--tenant", "no-such"), 1),
        (("--by", "nobody"), 1),
    ],
)
def test_wrong_use_is_told(
    hotel: World, program: Program, guests: Path, change: tuple[str, str], code: int
) -> None:
    done = program("contacts", "import", str(guests), *TENANT, *change)
    assert done.exit_code == code
    assert change[1] in done.stderr


def test_a_file_that_is_not_there_is_wrong_use(program: Program) -> None:
    assert program("contacts", "import", "no-such.csv", *TENANT).exit_code == 2


def test_a_suppression_list_goes_in_and_comes_out_again(
    hotel: World, program: Program, guests: Path
) -> None:
    guests.write_text(f"number;since\n{ALICE};2026-01-05\n")
    done = program("suppressions", "import", str(guests), *TENANT, "--json")
    (summary,) = map(json.loads, done.stdout.splitlines())
    assert (done.exit_code, summary["added"]) == (0, 1)
    out = guests.with_name("out.csv")
    assert program("suppressions", "export", *TENANT, "--output", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    again = program("suppressions", "import", str(out), *TENANT)
    assert "1 unchanged" in again.stdout
    receive(hotel, Inbound("SM1", ALICE, "+16125550100", None, "hello"))
    shown = json.loads(program("show", *TENANT, "--from", ALICE, "--json").stdout)
    assert shown["consent"]["opted_out"]
