"""Lengths of time as rulebooks write them."""

from datetime import timedelta


def in_units(length: timedelta) -> str:
    """A length of time in the largest unit that fits: 10m, 2h, 3d."""
    minutes = int(length.total_seconds() // 60)
    for size, unit in ((24 * 60, "d"), (60, "h")):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"
