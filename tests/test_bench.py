"""The benches run end to end; what they measure is no matter for a test."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_all_benches_run_and_print_figures_beside_their_targets() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tiny"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in (
        "machine: ",
        "== keywords",
        "== reading",
        "== rules: ",
        "== rules: 1 saves",
        "== rules replay",
        "== where the time goes on SQLite",
        "== outbound through RQ on SQLite",
        "== paced senders on SQLite",
        "== commit to wire on SQLite",
    ):
        assert line in done.stdout
    for side in ("bellhop", "naive", "bare"):
        assert f"\n  {side} " in done.stdout
    assert done.stdout.count("\ntarget ") == 23
