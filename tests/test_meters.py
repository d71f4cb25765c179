"""Figures: counted once, however the processes that counted them end."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.jobs.shared_meters import SharedMeters
from router.meters import BUCKETS, FIGURES, INBOUND, STREAMS, WEBHOOK_SECONDS, Meters
from tests.cli.conftest import ROOT

COUNT_AND_DIE = """
import os, sys
from pathlib import Path
from router.jobs.shared_meters import SharedMeters
from router.meters import INBOUND, STREAMS, Meters
meters = Meters()
share = SharedMeters(Path(sys.argv[1]), meters, "worker").start()
for _ in range(3):
    meters.count(INBOUND, "stored")
meters.show(STREAMS, 7)
share._write()
print("counted", flush=True)
sys.stdin.read()
"""
STORED = (INBOUND.name, ("stored",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "metrics"


@pytest.fixture
def web(folder: Path) -> Iterator[SharedMeters]:
    """The share of this process."""
    share = SharedMeters(folder, Meters(), "web").start()
    yield share
    share.close()


@pytest.fixture
def worker(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process, which has counted three texts."""
    process = subprocess.Popen(
        [sys.executable, "-c", COUNT_AND_DIE, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "counted\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()


def test_any_process_tells_what_all_have_counted(
    web: SharedMeters, worker: "subprocess.Popen[str]"
) -> None:
    counts, living = web.total()
    assert counts[STORED] == (3.0,)
    assert counts[STREAMS.name, ()] == (7.0,)
    assert living == {"web": 1, "worker": 1}


def test_what_a_killed_process_had_counted_stays_and_its_gauges_go(
    folder: Path, web: SharedMeters, worker: "subprocess.Popen[str]"
) -> None:
    worker.kill()
    worker.wait()
    for _ in range(2):
        counts, living = web.total()
        assert counts[STORED] == (3.0,)
        assert (STREAMS.name, ()) not in counts
        assert living == {"web": 1}
    assert list(folder.glob("worker-*")) == []


def test_nothing_counts_twice_if_whoever_adds_it_up_is_killed(
    folder: Path, web: SharedMeters, worker: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    worker.kill()
    worker.wait()
    left = {path: path.read_bytes() for path in folder.glob("worker-*")}
    web.total()
    for path, content in left.items():  # as if it had died before it took them away
        path.write_bytes(content)
    assert web.total()[0][STORED] == (3.0,)
    assert list(folder.glob("worker-*")) == []


def test_figures_of_another_version_and_broken_files_are_passed_over(
    folder: Path, web: SharedMeters
) -> None:
    (folder / "worker-other.alive").touch()
    rows = [["bellhop_of_tomorrow", [], [1]], [INBOUND.name, ["stored", "more"], [1]]]
    (folder / "worker-other.json").write_text(json.dumps([*rows, [INBOUND.name, ["stored"], [2]]]))
    (folder / "clock-broken.alive").touch()
    (folder / "clock-broken.json").write_bytes(b"[[")
    assert web.total()[0] == {STORED: (2.0,)}


def test_a_folder_that_vanished_stops_no_process(folder: Path, tmp_path: Path) -> None:
    share = SharedMeters(folder, meters := Meters(), "web").start()
    folder.rename(tmp_path / "gone")
    meters.count(INBOUND, "stored")
    share.close()


def test_a_full_disk_keeps_nobody_from_starting_and_nothing_counts_twice(
    folder: Path, web: SharedMeters, worker: "subprocess.Popen[str]"
) -> None:
    worker.kill()
    worker.wait()
    full = folder / "ended.new"
    full.symlink_to("/dev/full")  # what is written there finds no space
    clock = SharedMeters(folder, Meters(), "clock").start()
    for _ in range(2):
        counts, living = web.total()
        assert counts[STORED] == (3.0,)
        assert living == {"web": 1, "clock": 1}
    full.unlink()
    for _ in range(2):
        assert web.total()[0][STORED] == (3.0,)
    assert list(folder.glob("worker-*")) == []
    clock.close()


def test_a_folder_that_cannot_be_made_is_tried_again(folder: Path) -> None:
    folder.touch()
    share = SharedMeters(folder, meters := Meters(), "web").start()
    meters.count(INBOUND, "stored")
    folder.unlink()
    share.close()
    reader = SharedMeters(folder, Meters(), "reader").start()
    counts, living = reader.total()
    assert (counts, living) == ({STORED: (1.0,)}, {"reader": 1})
    reader.close()


def test_a_time_falls_into_its_bucket() -> None:
    meters = Meters()
    for seconds in (0.001, BUCKETS[0], 0.3, 1000.0):
        meters.time(WEBHOOK_SECONDS, seconds, "inbound")
    *fell, total = meters.counts()[WEBHOOK_SECONDS.name, ("inbound",)]
    assert sum(fell) == 4
    assert (fell[0], fell[BUCKETS.index(0.5)], fell[-1]) == (2, 1, 1)
    assert total == pytest.approx(1000.306)


def test_labels_are_those_of_the_figure() -> None:
    with pytest.raises(ValueError, match="bellhop_inbound"):
        Meters().count(INBOUND)


def test_a_send_counts_by_kind_and_outcome_and_by_line() -> None:
    meters = Meters()
    meters.sent("reply", "accepted", 0.2)
    meters.reached_the_wire(1, 0.02)
    told = set(meters.counts())
    assert told == {
        ("bellhop_sends", ("reply", "accepted")),
        ("bellhop_send_seconds", ("accepted",)),
        ("bellhop_wire_seconds", ("answer",)),
    }
    assert {name for name, _ in told} <= set(FIGURES)


def test_files_are_for_their_owner_alone(folder: Path, web: SharedMeters) -> None:
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir())
