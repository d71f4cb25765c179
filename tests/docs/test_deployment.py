"""The files of docs/deploy: shown as they are, well-formed, of commands and settings we have."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from router.cli.program import COMMANDS
from router.settings import Settings
from tests.cli.conftest import as_environment
from tests.docs.pages import ROOT, Page

DOCS = ROOT / "docs"
OPERATIONS = Page(DOCS / "operations.md")
FILES = sorted(path for path in (DOCS / "deploy").rglob("*") if path.is_file())
SHOWN = re.compile(r"^```\w+ (deploy/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMPOSE = yaml.safe_load((DOCS / "deploy" / "compose.yaml").read_text())
OURS = [
    service for service in COMPOSE["services"].values() if service["image"].startswith("bellhop:")
]
THEIRS = {"PYTHONUNBUFFERED"}
DAY = 24 * 60 * 60.0


def test_what_the_page_shows_is_what_the_file_says() -> None:
    shown = dict(SHOWN.findall(OPERATIONS.text))
    assert len(shown) == 3
    assert shown == {name: (DOCS / name).read_text() for name in shown}


def test_every_file_is_shown_or_led_to() -> None:
    named = OPERATIONS.text + "".join(path.read_text() for path in FILES)
    assert [path.name for path in FILES if path.name not in named] == []


def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("optional part missing: systemd-analyze")
    for path in (DOCS / "deploy" / "systemd").iterdir():
        text = path.read_text()
        for program in ("/opt/bellhop/.venv/bin/python", "/usr/bin/valkey-server"):
            text = text.replace(program, "/bin/true")  # systemd wants programs that are there
        (tmp_path / path.name.replace("@", "@web")).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run([verify, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_backup_unit_keeps_copies_of_hours_and_of_days_and_removes_old_ones(
    settings: Settings, tmp_path: Path
) -> None:
    """Its commands are run as systemd would run them, in another folder."""
    folder = tmp_path / "backups"
    folder.mkdir()
    unit = (DOCS / "deploy" / "systemd" / "bellhop-backup.service").read_text()
    for name, days in (
        ("bellhop-2026-10-01T10", 1), ("bellhop-2026-10-01T11", 2), ("bellhop-2026-10-02", 13),
        ("bellhop-2026-10-03", 14), ("before-upgrade", 13), ("before-upgrade-long-ago", 400),
    ):  # fmt: skip
        copy = folder / f"{name}.sqlite"
        copy.touch()
        os.utime(copy, (time.time() - days * DAY - 60,) * 2)
    for line in re.findall(r"^ExecStart(?:Post)?=(.*)$", unit.replace("\\\n", ""), re.MULTILINE):
        command = line.replace("$$", "$").replace("%%", "%")
        command = command.replace("/opt/bellhop/.venv/bin/python", sys.executable)
        command = command.replace("/var/backups/bellhop", str(folder))
        subprocess.run(shlex.split(command), cwd=ROOT, env=as_environment(settings), check=True)
    left = {path.name.removesuffix(".sqlite") for path in folder.iterdir()}
    day, hour = sorted(left - {"bellhop-2026-10-01T10", "bellhop-2026-10-02", "before-upgrade"})
    assert len(left) == 5
    assert re.fullmatch(r"bellhop-\d{4}-\d\d-\d\d", day)
    assert re.fullmatch(day + r"T\d\d", hour)
    assert (folder / f"{day}.sqlite").samefile(folder / f"{hour}.sqlite")


def test_the_compose_file_starts_what_there_is() -> None:
    commands = {service["command"][0] for service in OURS}
    assert commands == {"web", "worker", "clock", "db", "doctor"}
    assert commands <= set(COMMANDS)
    assert {"data", "web", "worker", "proxy", "tools"} == {
        profile for service in COMPOSE["services"].values() for profile in service["profiles"]
    }


def test_only_the_proxy_is_published_to_everyone() -> None:
    """Docker publishes past the machine's firewall: all else is bound to the private address."""
    public = {
        name
        for name, service in COMPOSE["services"].items()
        for port in service.get("ports", [])
        if not re.fullmatch(r"\$\{PRIVATE_ADDRESS:\?[^}]+\}:\d+:\d+", port)
    }
    assert public == {"proxy"}


def test_each_machine_has_the_secrets_that_it_needs_and_no_other() -> None:
    files = {name: service.get("env_file") for name, service in COMPOSE["services"].items()}
    ours = dict.fromkeys(["upgrade", "tool", "web", "clock", "worker"], "bellhop.env")
    assert files == ours | {"db": "data.env", "redis": "data.env", "proxy": None}
    names = [f"docs/deploy/{name}" for name in (".env", "bellhop.env", "data.env")]
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "check-ignore", *names],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == names


def test_no_log_grows_without_end() -> None:
    logs = [service["logging"] for service in COMPOSE["services"].values()]
    assert all({"max-size", "max-file"} <= set(one["options"]) for one in logs)


@pytest.mark.parametrize("path", ["/metrics", "/bellhop/metrics", "/bellhop/health/ready"])
def test_the_proxies_keep_inside_what_needs_no_sign_in(path: str) -> None:
    (denied,) = re.findall(r"^location ~ (\S+) \{ deny all; \}", OPERATIONS.text, re.MULTILINE)
    assert re.search(denied, path)
    assert not re.search(denied, "/bellhop/health/live")
    caddy = (DOCS / "deploy" / "Caddyfile").read_text()
    (inside,) = re.findall(r"@inside path (.*)$", caddy, re.MULTILINE)
    assert any(fnmatch(path, pattern) for pattern in inside.split())


def test_the_example_has_connections_for_all_its_processes() -> None:
    """Of two web machines and one worker, as the proxy's file and the comment have it."""
    services = COMPOSE["services"]
    (said,) = re.findall(r"max_connections=(\d+)", " ".join(services["db"]["command"]))
    machines = (DOCS / "deploy" / "Caddyfile").read_text().count(".internal:8000")
    server_processes = int(services["web"]["command"][-1])
    needed = 64 * (machines * (server_processes + 1) + 1)
    assert needed < int(said) <= needed + 64


def test_only_the_service_for_commands_can_write_rulebooks() -> None:
    """As `rules rollback` does."""
    writable = [
        name
        for name, service in COMPOSE["services"].items()
        if any(volume.endswith(":/rules") for volume in service["volumes"])
    ]
    assert writable == ["tool"]


def test_commands_run_with_the_settings_of_the_machine(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "bellhop.env"
    variables = as_environment(settings)
    file.write_text("".join(f"{name}={shlex.quote(it)}\n" for name, it in variables.items()))
    script = (DOCS / "deploy" / "bellhop").read_text()
    for ours, here in (
        ("sudo -u bellhop ", ""),
        ("/opt/bellhop\n", f"{ROOT}\n"),
        ("/etc/bellhop.env; set", f"{file}; set"),
        ("./run", f"{sys.executable} -m router.cli"),
    ):
        assert ours in script
        script = script.replace(ours, here)
    command = ["sh", "-c", script, "bellhop", "staff", "list", "--tenant", "nobody here"]
    done = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=False)
    assert b"nobody here" in done.stderr


def test_the_files_set_settings_that_there_are() -> None:
    known = {name.upper() for name in Settings.model_fields}
    image = (DOCS / "deploy" / "Dockerfile").read_text()
    named = set(re.findall(r"([A-Z_]+)=", re.search(r"^ENV (.*)$", image, re.MULTILINE)[1]))  # type: ignore[index]
    named |= {name for service in OURS for name in service["environment"]}
    assert named - THEIRS <= known


def test_the_image_has_every_room_of_the_program() -> None:
    image = (DOCS / "deploy" / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (\S+)", image, re.MULTILINE))
    assert {"keywords", "rules", "router", "wsgi.py", "requirements.lock"} == copied
    sent = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(sent) == copied
