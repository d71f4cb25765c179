"""What commands begin with: settings and a world, or every fault told and exit code 2."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from router.flows.restoring.age import check_age
from router.flows.world import World
from router.jobs.process import process_world
from router.settings import Settings, SettingsError, load_settings
from router.store.engine import DatabaseDown
from router.store.schema import SchemaNewer
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


def check_places(settings: Settings, *, publishes: bool = False, listens: bool = False) -> None:
    """See that a process of an installation can work where it is told to, or end with exit code 2.

    `publishes`: it reads RULES_DIR; `listens`: on HOST and PORT.
    """
    faults = [_fault_of_data_dir(settings)]
    if publishes and not settings.rules_dir.is_dir():
        faults.append(f"RULES_DIR {settings.rules_dir} is no folder: make it, or correct RULES_DIR")
    if listens:
        faults.append(_fault_of_address(settings))
    told = [fault for fault in faults if fault]
    if told:
        fail("\n".join(["Bellhop is not set up:", *told]), WRONG_USE)


@contextmanager
def opened_world(settings: Settings | None = None) -> Iterator[World]:
    """A world for one command; a database that is down, or ahead of `db upgrade`, is told and ends
    with exit code 1.
    """
    try:
        world = process_world(settings or read_settings())
    except SealError as error:
        fail(str(error), WRONG_USE)
    except OSError as error:
        fail(f"DATABASE_URL or DATA_DIR: {error.filename}: {error.strerror}", WRONG_USE)
    try:
        yield world
    except DatabaseDown as error:
        fail(f"the database is unavailable ({error}): is it running, is DATABASE_URL right?")
    except SchemaNewer as error:
        fail(str(error))
    finally:
        world.store.close()


def refuse_older(world: World) -> None:
    """End with exit code 1 where the database is older than it was: nothing may be sent from it.

    One that is down is no reason: the process waits for it, and DatabaseWatch looks again.
    """
    with suppress(DatabaseDown, SQLAlchemyError):
        older = check_age(world)
        if older is not None:
            fail(f"{older}: if a backup was restored, run `bellhop db restored`; then start again")


def _fault_of_data_dir(settings: Settings) -> str | None:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"DATA_DIR {folder} cannot be made ({error.strerror}): correct it"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"DATA_DIR {folder} cannot be written: make it writable for this user"
    return None


def _fault_of_address(settings: Settings) -> str | None:
    """Binds as the server does, which shares the port with others of its kind."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            tried.bind((settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        return f"HOST and PORT: nothing can listen on {where} ({error.strerror}): correct them"
    return None
