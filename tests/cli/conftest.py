"""Commands run as a program would run them."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.program import bellhop
from router.settings import Settings

ROOT = Path(__file__).parents[2]
Program = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Commands are thin: what they call is tested on both databases elsewhere."""
    return str(request.param)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a process."""
    return as_environment(settings)


@pytest.fixture
def program(environment: dict[str, str]) -> Program:
    """Runs `bellhop …` in this process and that environment: `program("keygen", PORT="1")`."""

    def run(*arguments: str, stdin: str = "", **more: str) -> Result:
        runner = CliRunner(env=environment | more)
        return runner.invoke(bellhop, arguments, input=stdin, catch_exceptions=False)

    return run


@pytest.fixture
def process(environment: dict[str, str]) -> Process:
    """Runs it as a process, where that is the point; otherwise as `program` does."""

    def run(*arguments: str, stdin: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "router.cli", *arguments],
            cwd=ROOT,
            env=environment | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def as_environment(settings: Settings) -> dict[str, str]:
    """Every setting as a variable, and nothing else of this process's environment."""
    variables = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if isinstance(value, Mapping):
            secrets = {f"{name}_{one}".upper(): secret for one, secret in value.items()}
            variables |= {one: secret.get_secret_value() for one, secret in secrets.items()}
            continue
        if isinstance(value, tuple):
            value = ",".join(part.get_secret_value() for part in value)
        elif hasattr(value, "get_secret_value"):
            value = value.get_secret_value()
        variables[name.upper()] = "" if value is None else str(value)
    return variables
