"""What the figures were measured on."""

import os
import platform
import sys
from importlib.metadata import version

LIBRARIES = ("flask", "granian", "sqlalchemy", "rq")


def describe_machine() -> list[str]:
    """The machine, the interpreter and the libraries that count, in lines."""
    load = os.getloadavg()[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()})"
    return [
        f"machine: {cores}, which server, database and load generator share",
        f"python {sys.version.split()[0]}; {libraries}",
        f"load before the run: {load:.1f}" + (" (BUSY: figures are noisy)" if load > 0.7 else ""),
    ]
