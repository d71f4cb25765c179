"""The processor's time that a process and all its descendants have used (Linux: from /proc)."""

import os
from collections import defaultdict
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of `pid` and its descendants, those that have ended included.

    Not a number where there is no /proc.
    """
    if not PROC.is_dir():
        return float("nan")
    children: dict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in PROC.iterdir():
        fields = _fields(entry) if entry.name.isdigit() else None
        if fields:
            children[int(fields[1])].append(int(entry.name))
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))  # utime stime cutime cstime
    return _sum(pid, children, ticks) / TICKS


def _sum(pid: int, children: dict[int, list[int]], ticks: dict[int, int]) -> int:
    return ticks.get(pid, 0) + sum(_sum(child, children, ticks) for child in children[pid])


def _fields(entry: Path) -> list[str] | None:
    """What stands behind the command's name, which may hold anything; None where it has ended."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
