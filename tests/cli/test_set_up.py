"""A wrong setting is told before anything starts: by name, all of them at once, no secret in it."""

import re
from collections.abc import Callable

import pytest

from router.settings import Settings, SettingsError
from tests.cli.conftest import Process, Program

WRONG = [
    ("REDIS_URL", "foo"),
    ("REDIS_URL", "http://user:hunter2@x:1"),
    ("REDIS_URL", "redis://user:hunter2@x:abc/0"),
    ("REDIS_URL", "redis://user:hunter2@x/zero"),
    ("REDIS_URL", "unix://"),
    ("DATABASE_URL", "foo"),
    ("DATABASE_URL", "postgresql://user:hunter2@127.0.0.1:abc/x"),
    ("DATABASE_URL", "postgresql://user:hunter2@127.0.0.1:99999/x"),
    ("DATABASE_URL", "mysql://user:hunter2@127.0.0.1/x"),
    ("DATABASE_URL", "postgresql+nodriver://user:hunter2@127.0.0.1/x"),
    ("PUBLIC_URL", "http://"),
    ("PUBLIC_URL", "https://x:99999"),
    ("PUBLIC_URL", "https://x/?q"),
    ("PUBLIC_URL", "https://x#f"),
    ("TWILIO_API_URL", "http://"),
    ("TWILIO_API_URL", "http://x:99999"),
    ("HOST", "nonsense.invalid"),
    ("MASTER_KEY", "hunter2"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_malformed_setting_is_named_and_not_quoted(
    make_settings: Callable[..., Settings], name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"^{name} ") as told:
        make_settings(**{name.lower(): value})
    assert "\n" not in str(told.value)
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "redis://user:pw@host"),
        ("REDIS_URL", "rediss://host:6380/3"),
        ("REDIS_URL", "valkey://[::1]:6379"),
        ("REDIS_URL", "valkey+unix:///run/valkey.sock"),
        ("DATABASE_URL", "postgresql://user:pw@/name?host=/run/postgresql"),
        ("PUBLIC_URL", "https://example.com/bellhop/"),
        ("HOST", "::"),
    ],
)
def test_what_is_well_formed_is_taken(
    make_settings: Callable[..., Settings], name: str, value: str
) -> None:
    assert getattr(make_settings(**{name.lower(): value}), name.lower()) == value.rstrip("/")


def test_no_secret_stands_in_what_settings_look_like(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings(
        database_url="postgresql://user:hunter2@host/name",
        redis_url="redis://user:hunter2@host",
        smtp_url="smtp://user:hunter2@host",
        secret_key="hunter2" * 5,
    )
    assert "hunter2" not in f"{settings!r} {settings}"


@pytest.mark.parametrize("command", ["web", "worker", "clock"])
def test_a_folder_that_cannot_be_made_is_told_before_the_start(
    program: Program, command: str
) -> None:
    done = program(command, DATA_DIR="/proc/nowhere", RULES_DIR="/proc/nowhere")
    assert done.exit_code == 2
    assert "DATA_DIR /proc/nowhere" in done.stderr
    assert ("RULES_DIR /proc/nowhere" in done.stderr) is (command == "clock")


def test_the_server_does_not_start_with_wrong_settings(process: Process) -> None:
    faults = dict(WRONG)
    done = process("web", **faults)
    assert done.returncode == 2
    assert set(re.findall(r"^([A-Z_]+) ", done.stderr, re.MULTILINE)) == set(faults)
    assert "Traceback" not in done.stderr


def test_an_address_of_another_machine_is_told(program: Program) -> None:
    done = program("web", HOST="192.0.2.1")
    assert done.exit_code == 2
    assert "192.0.2.1" in done.stderr
