"""What the demo keeps under DATA_DIR: secrets made once, the environment, rulebooks, logs."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from router.cli.demo.valkey import socket_path
from router.store.sealing import new_key

BOOKS = Path(__file__).parents[3] / "rules" / "books"
SCHEMAS = "schema"  # a folder that editors find by the first line of a rulebook
TENANT = "grand-hotel"
USER = "alice"
REMAINS_SECONDS = 20.0
LARGEST_LOG_BYTES = 5_000_000


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The demo's folder and the port it is served on."""

    data_dir: Path
    port: int

    @property
    def origin(self) -> str:
        """Where everything is served."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment_file(self) -> Path:
        """NAME=value lines for every process of the demo."""
        return self.data_dir / "demo.env"

    @property
    def rules_dir(self) -> Path:
        """The demo's own rulebooks, there to be edited."""
        return self.data_dir / "rules"

    def log_file(self, name: str) -> Path:
        """The log of one process."""
        return self.data_dir / "log" / f"{name}.log"

    def furnish(self) -> dict[str, str]:
        """Make what is missing and return the environment of the demo's processes."""
        for folder in (self.data_dir, self.data_dir / "log"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.rules_dir.exists():
            self._copy_books()
        shutil.copytree(BOOKS / SCHEMAS, self.rules_dir / SCHEMAS, dirs_exist_ok=True)
        for log in (self.data_dir / "log").glob("*.log"):
            if log.stat().st_size > LARGEST_LOG_BYTES:
                log.replace(log.with_suffix(".log.1"))
        environment = self._secrets() | self._places()
        _write_private(self.environment_file, environment)
        return environment

    def _copy_books(self) -> None:
        fresh = self.rules_dir.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for book in sorted(BOOKS.glob(f"{TENANT}*.yaml")):
            shutil.copyfile(book, fresh / book.name)
        fresh.rename(self.rules_dir)

    def _secrets(self) -> dict[str, str]:
        made = {
            "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "SECRET_KEY": new_key(),
            "MASTER_KEY": new_key(),
            "DEMO_PASSWORD": secrets.token_urlsafe(9),
        }
        kept = read_environment(self.environment_file)
        return made | {name: value for name, value in kept.items() if name in made}

    def _places(self) -> dict[str, str]:
        data_dir = self.data_dir.resolve()
        return {
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": f"sqlite:///{data_dir}/bellhop.sqlite",
            "REDIS_URL": f"unix://{socket_path(data_dir)}",
            "RULES_DIR": str(self.rules_dir.resolve()),
            "LEDGER_PATH": str(data_dir / "ledger.jsonl"),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.origin,
            "TWILIO_API_URL": self.origin,
            "SMTP_URL": "",
            "PACE_LONG_CODE": "100",  # the simulated network takes any pace
            "SIMULATOR": "true",
        }


def read_environment(file: Path) -> dict[str, str]:
    """The NAME=value lines of a file; empty where it is not there."""
    if not file.exists():
        return {}
    pairs = (line.partition("=") for line in file.read_text().splitlines())
    return {name: value for name, separator, value in pairs if separator}


@contextmanager
def occupied(data_dir: Path) -> Iterator[int]:
    """Have the folder for oneself; yields the lock's descriptor for the children to share.

    A run that was killed holds it until its last process has gone, which is waited for.
    DemoError where another demo runs there.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(data_dir / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, data_dir)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, data_dir: Path) -> None:
    deadline = time.monotonic() + REMAINS_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode() or "?"
            if _is_running(holder) or time.monotonic() > deadline:
                raise DemoError(
                    f"a demo (process {holder}) runs on {data_dir} already: stop it, or set "
                    "DATA_DIR to another folder"
                ) from None
            time.sleep(0.1)
        else:
            return


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _write_private(file: Path, environment: dict[str, str]) -> None:
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in environment.items())
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
