"""Ports for servers that start later, in processes of their own.

They lie below those that the kernel gives to whoever asks for any, so that no connection takes one
before its server listens there. Each process of a run draws from a range of its own, none twice.
"""

import os
import random
import socket
from pathlib import Path

RANGE = 500
USUAL_FIRST, LEAST_FIRST = 32768, 16384  # where the kernel's own begin


def free_port() -> int:
    """A port that nobody listens on and that no other call gives."""
    while _UNDRAWN:
        port = _UNDRAWN.pop()
        if _can_be_bound(port):
            return port
    raise AssertionError("every port of this process's range has been drawn")


def _kernels_first() -> int:
    try:
        first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return USUAL_FIRST
    return first if first >= LEAST_FIRST else USUAL_FIRST


def _own_range() -> range:
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    end = _kernels_first() - RANGE * (place % 30)
    return range(end - RANGE, end)


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


_UNDRAWN = random.sample(_own_range(), RANGE)
