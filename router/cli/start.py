"""What commands begin with: settings and a world, or every fault told and exit code 2."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from router.flows.world import World
from router.jobs.process import process_world
from router.settings import Settings, SettingsError, load_settings
from router.store.engine import DatabaseDown
from router.store.sealing import SealError

PROBLEMS = 1
WRONG_USE = 2


def fail(message: str, code: int = PROBLEMS) -> NoReturn:
    """Tell what is wrong on stderr and end with `code`."""
    click.echo(message, err=True)
    sys.exit(code)


def read_settings() -> Settings:
    """The settings, or every fault of theirs on stderr and exit code 2."""
    try:
        return load_settings()
    except SettingsError as error:
        fail(f"Bellhop is not set up:\n{error}", WRONG_USE)


@contextmanager
def opened_world(settings: Settings | None = None) -> Iterator[World]:
    """A world for one command; a database that is down is told and ends with exit code 1."""
    try:
        world = process_world(settings or read_settings())
    except SealError as error:
        fail(str(error), WRONG_USE)
    try:
        yield world
    except DatabaseDown as error:
        fail(f"the database is unavailable ({error}): is it running, is DATABASE_URL right?")
    finally:
        world.store.close()
