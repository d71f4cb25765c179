"""A backup, put back: nothing is sent from it before `db restored`, and nothing twice after it."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.restoring.age import beat, check_age
from router.flows.show import show
from router.flows.world import World
from router.store.tables import ConsentEvent, Message, Suppression
from tests.cli.conftest import ROOT, Process, Program

GUEST, HOTEL = "+16125550123", "+16125550100"


@pytest.fixture
def hotel(world: World) -> World:
    shutil.copy(ROOT / "rules" / "books" / "grand-hotel.yaml", world.settings.rules_dir)
    publish_folder(world, world.settings.rules_dir)
    return world


def state_of_the_answer(world: World) -> str:
    shown = show(world, "grand-hotel", GUEST)
    assert shown is not None
    return str(shown["messages"][1]["state"])


def test_a_backup_that_was_put_back_sends_nothing_twice(
    hotel: World, program: Program, process: Process, tmp_path: Path
) -> None:
    receive(hotel, Inbound("SM1", GUEST, HOTEL, None, "HELP"))
    beat(hotel)
    copy = tmp_path / "backup.sqlite"
    assert program("db", "backup", "--output", str(copy)).exit_code == 0
    _go_on(hotel)
    refused = program("db", "restored")
    assert (refused.exit_code, refused.stdout) == (1, ""), "there is nothing to make safe"

    _put_back(hotel, copy)
    for command in (("worker", "--burst"), ("clock",)):
        refused = process(*command)
        assert refused.returncode == 1
        assert "bellhop db restored" in refused.stderr
    assert state_of_the_answer(hotel) == "queued"

    made_safe = program("db", "restored", "--json")
    assert made_safe.exit_code == 0
    assert json.loads(made_safe.stdout)["texts"] == 1
    assert process("worker", "--burst").returncode == 0
    assert state_of_the_answer(hotel) == "review"


def test_each_machine_with_a_ledger_of_its_own_follows_it(
    hotel: World, program: Program, tmp_path: Path
) -> None:
    """Where the database is as new as ever, opt-outs that it lacks are a reason to run."""
    receive(hotel, Inbound("SM1", GUEST, HOTEL, None, "STOP"))
    with hotel.store.write() as connection:
        connection.execute(delete(Suppression))
        connection.execute(delete(ConsentEvent))
    receive(hotel, Inbound("SM2", "+16125550124", HOTEL, None, "HELP"))
    beat(hotel)
    check_age(hotel)
    others = program("db", "restored", LEDGER_PATH=str(tmp_path / "another" / "ledger.jsonl"))
    assert (others.exit_code, others.stdout) == (1, "")
    done = program("db", "restored", "--json")
    assert done.exit_code == 0
    counts = {"texts": 0, "dispatches": 0, "escalations": 0, "opt_outs": 1, "erased": []}
    assert json.loads(done.stdout) == counts
    assert program("db", "restored").exit_code == 1
    shown = show(hotel, "grand-hotel", GUEST)
    assert shown is not None
    assert shown["consent"]["opted_out"] is True


def _go_on(world: World) -> None:
    """The answer is sent, and a clock goes round."""
    with world.store.write() as connection:
        sent = update(Message).where(col(Message.direction) == "out").values(state="delivered")
        connection.execute(sent)
    beat(world)
    assert check_age(world) is None


def _put_back(world: World, copy: Path) -> None:
    world.store.close()
    database = Path(world.settings.database_url.removeprefix("sqlite:///"))
    for beside in ("-wal", "-shm"):
        Path(f"{database}{beside}").unlink(missing_ok=True)
    shutil.copy(copy, database)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_is_backed_up_its_own_way(program: Program, tmp_path: Path) -> None:
    done = program("db", "backup", "--output", str(tmp_path / "copy"))
    assert done.exit_code == 2
    assert "pg_dump" in done.stderr
