"""The access log: whole lines from many processes, addresses shortened in time, old files gone."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.store import access_log
from router.store.access_log import AccessLog, Line, shortened
from tests.cli.conftest import ROOT

NOON = datetime(2026, 11, 29, 12, 0, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

BYTES_A_LINE = 700  # of what is written for ever, at most
WRITE_FOR_EVER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from router.store.access_log import AccessLog, Line
log = AccessLog(Path(sys.argv[1]), timedelta(hours=24))
now = datetime(2026, 11, 29, 12, tzinfo=UTC)
line = Line(now, "web", "GET", "/" + "x" * 500, 200, 1.0, "203.0.113.77")
print("writing", flush=True)
while True:
    log.append([line] * 200, now)
"""


def line(at: datetime = NOON, ip: str = "203.0.113.77") -> Line:
    return Line(at, "web-1", "POST", "/twilio/inbound", 200, 12.345, ip)


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(each) for each in path.read_text().splitlines()]


@pytest.fixture
def log(tmp_path: Path) -> AccessLog:
    return AccessLog(tmp_path, DAY)


def test_a_line_holds_what_was_asked_and_no_more(log: AccessLog, tmp_path: Path) -> None:
    log.append([line()], NOON)
    [file] = tmp_path.iterdir()
    assert file.name == "access-2026-11-29T12.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert read(file) == [
        {
            "at": "2026-11-29T12:00:05.000+00:00",
            "process": "web-1",
            "method": "POST",
            "path": "/twilio/inbound",
            "status": 200,
            "ms": 12.3,
            "ip": "203.0.113.77",
        }
    ]


def test_addresses_are_shortened_once_their_time_has_come(log: AccessLog, tmp_path: Path) -> None:
    log.append([line(), line(ip="2001:db8:7:8::9"), line(ip="nonsense")], NOON)
    log.append([line(NOON + HOUR)], NOON + HOUR)
    assert log.shorten(NOON + DAY - HOUR) == 0
    assert log.shorten(NOON + DAY) == 1
    assert log.shorten(NOON + DAY) == 0
    done, whole = sorted(tmp_path.iterdir())
    assert [each["ip"] for each in read(done)] == ["203.0.113.0/24", "2001:db8:7::/48", "?"]
    assert [each["ip"] for each in read(whole)] == ["203.0.113.77"]


def test_with_no_time_addresses_are_never_written_whole(tmp_path: Path) -> None:
    log = AccessLog(tmp_path, timedelta())
    log.append([line()], NOON)
    assert log.shorten(NOON) == 0
    assert "203.0.113.77" not in next(tmp_path.iterdir()).read_text()


def test_old_files_go(log: AccessLog, tmp_path: Path) -> None:
    for hours in range(3):
        log.append([line()], NOON + hours * HOUR)
    log.shorten(NOON + DAY)
    (tmp_path / "access-notes.txt").touch()
    assert log.forget(NOON + 14 * DAY, 14 * DAY) == 0
    assert log.forget(NOON + 14 * DAY + HOUR, 14 * DAY) == 1
    assert (tmp_path / "access-notes.txt").exists()


@pytest.mark.parametrize("step", ["fsync", "replace", "rename"])
def test_killed_at_any_step_of_shortening_it_loses_and_repeats_nothing(
    log: AccessLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        """As if the process were gone."""

    def die(*_: object) -> None:
        raise Killed

    log.append([line(), line(ip="198.51.100.9")], NOON)
    with monkeypatch.context() as broken:
        broken.setattr(access_log.os if step == "fsync" else Path, step, die)
        with pytest.raises(Killed):
            log.shorten(NOON + DAY)
    log.shorten(NOON + DAY)
    [file] = tmp_path.glob("*.short.jsonl")
    assert [each["ip"] for each in read(file)] == ["203.0.113.0/24", "198.51.100.0/24"]
    assert list(tmp_path.glob("*T12.jsonl")) == []


def test_writers_that_are_killed_leave_no_torn_line(log: AccessLog, tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
    file = tmp_path / "access-2026-11-29T12.jsonl"
    deadline = time.monotonic() + 30
    while not file.exists() or file.stat().st_size < 400 * BYTES_A_LINE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    with file.open("a") as torn:
        torn.write('{"at": "2026-11-')
    log.append([line()], NOON)
    lines = read(file)
    assert len(lines) > 200
    assert lines[-1]["path"] == "/twilio/inbound"


def test_a_file_begun_again_after_it_was_done_joins_beside_it(
    log: AccessLog, tmp_path: Path
) -> None:
    for _ in range(2):  # a process that was stopped for a day writes for an hour long gone
        log.append([line()], NOON)
        log.shorten(NOON + DAY)
    assert len(list(tmp_path.glob("*.short.jsonl"))) == 2


def test_a_line_that_a_power_cut_has_spoilt_holds_up_nothing(
    log: AccessLog, tmp_path: Path
) -> None:
    log.append([line()], NOON)
    with (tmp_path / "access-2026-11-29T12.jsonl").open("a") as file:
        file.write("\0\0\0\n[]\n")
    with (tmp_path / "access-2026-11-29T12.jsonl").open("ab") as file:
        file.write(b"\xff\xfe\n")
    log.append([line()], NOON)
    log.shorten(NOON + DAY)
    [file_done] = tmp_path.glob("*.short.jsonl")
    assert len(read(file_done)) == 2


def test_a_file_that_cannot_be_shortened_keeps_no_other_waiting(
    log: AccessLog, tmp_path: Path
) -> None:
    log.append([line()], NOON)
    (tmp_path / "access-2026-11-29T11.jsonl").mkdir()  # not even root can write into that
    assert log.shorten(NOON + DAY) == 1


def test_a_full_disk_leaves_whole_lines(
    log: AccessLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append([line()], NOON)
    written = os.write

    def take_a_part(descriptor: int, content: bytes) -> int:
        if len(content) < 50:
            raise OSError(28, "No space left on device")
        return written(descriptor, content[: len(content) - 49])

    with monkeypatch.context() as full:
        full.setattr(access_log.os, "write", take_a_part)
        with pytest.raises(OSError, match="No space"):
            log.append([line()], NOON)
    assert len(read(tmp_path / "access-2026-11-29T12.jsonl")) == 1


def test_one_who_waited_for_a_file_that_was_done_meanwhile_writes_a_new_one(
    log: AccessLog, tmp_path: Path
) -> None:
    log.append([line()], NOON)
    path = tmp_path / "access-2026-11-29T12.jsonl"
    with path.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)],
                                   cwd=ROOT, stdout=subprocess.PIPE, text=True)  # fmt: skip
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "writing\n"
        path.rename(tmp_path / "access-2026-11-29T12.1.short.jsonl")
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    waiting.kill()
    waiting.wait()
    waiting.stdout.close()
    assert len(read(tmp_path / "access-2026-11-29T12.1.short.jsonl")) == 1


def test_an_address_inside_another_is_seen() -> None:
    assert shortened("::ffff:203.0.113.77") == "203.0.113.0/24"
