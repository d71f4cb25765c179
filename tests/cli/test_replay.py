"""`bellhop rules replay`: what it tells people and programs of recorded texts."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.world import World
from tests.cli.conftest import ROOT, Program

BOOK = ROOT / "rules" / "books" / "grand-hotel.yaml"
ALICE, MAIN = "+16125550001", "+16125550100"
TEXTS = (
    "Need 2 TOWELS pls",
    "more towels\nand a \x1b[31mred\x1b[0m one",
    "what time is breakfast?",
    "the shower is broken",
)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """An edit: towels are brought by housekeeping, and repairs are answered otherwise."""
    text = BOOK.read_text().replace("reply: someone-looks", "reply: in-the-morning", 1)
    towels = "      - reply: towels-coming\n      - assign: {team: front-desk}"
    file = tmp_path / "edit.yaml"
    file.write_text(text.replace(towels, towels.replace("front-desk", "housekeeping")))
    return file


@pytest.fixture
def traffic(world: World) -> World:
    """The demo's hotel after four texts."""
    shutil.copy(BOOK, world.settings.rules_dir)
    publish_folder(world, world.settings.rules_dir)
    for number, body in enumerate(TEXTS):
        receive(world, Inbound(f"SM{number}", ALICE, MAIN, None, body))
    return world


def test_people_are_told_from_where_to_where_with_samples(
    traffic: World, program: Program, new: Path
) -> None:
    done = program("rules", "replay", str(new))
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "2 of 4 texts would go elsewhere: to another rule or team" in lines
    assert "      2  towels (front-desk) → towels (housekeeping)" in lines
    assert [line.split("  ")[-1] for line in lines if line.startswith(" " * 9)][:2] == [
        "more towels and a [31mred [0m one",
        "Need 2 TOWELS pls",
    ]
    assert "1 text would go where they went, and be dealt with differently" in lines
    assert "1  maintenance (engineering): replies someone-looks → in-the-morning" in done.stdout
    assert "1 text would be dealt with as before" in lines
    assert "\x1b" not in done.stdout


def test_no_difference_is_told_as_well(traffic: World, program: Program) -> None:
    done = program("rules", "replay", str(BOOK))
    assert done.exit_code == 0
    assert "none of 4 texts would go elsewhere" in done.stdout
    assert program("rules", "replay", str(BOOK), "--since", "1m").exit_code == 0


def test_programs_get_one_object_a_line_with_documented_fields(
    traffic: World, program: Program, new: Path
) -> None:
    done = program("rules", "replay", str(new), "--json", "--samples", "1")
    move, change, summary = map(json.loads, done.stdout.splitlines())
    assert (move["kind"], change["kind"], summary["kind"]) == ("move", "change", "summary")
    assert move["from"] == {"by": "rule", "name": "towels", "holder": "front-desk"}
    assert (move["to"]["holder"], move["texts"], len(move["samples"])) == ("housekeeping", 2, 1)
    assert set(move["samples"][0]) == {"message", "at", "text"}
    assert set(change) == {"kind", "place", "what", "from", "to", "texts", "samples"}
    told = {name: summary[name] for name in ("texts", "moved", "changed", "same", "left_out")}
    assert told == {"texts": 4, "moved": 2, "changed": 1, "same": 1, "left_out": {}}
    assert set(summary) - set(told) == {
        "kind", "tenant", "file", "hash", "since", "against", "outdated",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        (("--since", "a week"), 2, "write 30d, 12h or 90m"),
        (("--tenant", "no-such"), 1, "there is no tenant no-such"),
        (("--by", "nobody"), 1, "no member of staff"),
        (("--against", "never"), 2, "recorded"),
    ],
)
def test_wrong_use_is_told(
    traffic: World, program: Program, change: tuple[str, str], code: int, why: str
) -> None:
    done = program("rules", "replay", str(BOOK), *change)
    assert done.exit_code == code
    assert why in done.stderr


def test_a_file_with_errors_is_not_replayed(program: Program, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(BOOK.read_text().replace("fallback:", "fallbak:"))
    done = program("rules", "replay", str(broken))
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{broken}:" in done.stderr
    assert program("rules", "replay", str(tmp_path / "missing.yaml")).exit_code == 2


def test_a_terminal_sees_how_far_it_is(
    traffic: World, environment: dict[str, str], new: Path
) -> None:
    for number in range(500):
        receive(traffic, Inbound(f"SX{number}", ALICE, MAIN, None, "towels"))
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "router.cli", "rules", "replay", str(new)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=False,
    )  # fmt: skip
    os.close(theirs)
    assert done.returncode == 0
    told = os.read(ours, 4096).decode()
    os.close(ours)
    assert "of 504 texts" in told
    assert told.endswith("\r\x1b[K")
    assert b"\r" not in done.stdout
