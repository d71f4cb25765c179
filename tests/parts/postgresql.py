"""A throw-away PostgreSQL for one test run: unix socket only, no fsync, as nobody's root.

No autovacuum: what tests remove is filled again only after Store.scrub(), which vacuums; until then
rows stand as they came.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off "
    "-c max_connections=200 -c shared_buffers=32MB -c autovacuum=off"
)


class PartMissing(Exception):
    """A server that tests want cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A cluster in `folder`, run by the programs in `programs`."""

    programs: Path
    folder: Path

    @property
    def url(self) -> str:
        """SQLAlchemy URL of its maintenance database."""
        return self.database_url("postgres")

    def database_url(self, name: str) -> str:
        """SQLAlchemy URL of one of its databases."""
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def make(self) -> None:
        """Make the cluster."""
        where, who = ("-D", f"{self.folder}/data"), ("-U", "postgres", "-A", "trust")
        self._run("initdb", *where, *who, "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Make the cluster and wait until it takes connections."""
        self.make()
        data, log = f"{self.folder}/data", f"{self.folder}/log"
        options = f"{SETTINGS} -k {self.folder}"
        self._run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once and remove its folder."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop", check=False)
        self.remove()

    def remove(self) -> None:
        """Remove its folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        user = "postgres" if os.geteuid() == 0 else None
        done = subprocess.run(
            [self.programs / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
        if check and done.returncode:
            raise PartMissing(f"{program} ended with {done.returncode}: {done.stdout!r}")


def prepare() -> PostgreSQL:
    """Find the programs and make a folder that their user may write. PartMissing where none is."""
    programs = _find_programs()
    folder = Path(tempfile.mkdtemp(prefix="bellhop-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError as error:
            raise PartMissing("root may not run it and there is no user postgres") from error
    return PostgreSQL(programs, folder)


def _find_programs() -> Path:
    for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        if (initdb.parent / "pg_ctl").exists() and (initdb.parent / "postgres").exists():
            return initdb.parent
    on_path = shutil.which("pg_ctl")
    if on_path and (Path(on_path).resolve().parent / "initdb").exists():
        return Path(on_path).resolve().parent
    raise PartMissing("PostgreSQL is not installed")
