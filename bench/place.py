"""An installation to measure: settings, a migrated database, the demo's rulebook, some traffic."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from bench.naive import Business, Conversation, Guest, Plain, Sms, make_engine
from bench.traffic import CONTACTS, OUR_NUMBER, PUBLIC_URL, TOKEN, Text, phone, write_texts
from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.world import World, open_world
from router.settings import Settings, load_settings
from router.store import schema
from router.store.rows import table
from router.store.sealing import new_key

BOOK = Path(__file__).parents[1] / "rules" / "books" / "grand-hotel.yaml"
RECORDED_FROM = 10**9  # MessageSids of the recorded traffic are numbered apart


@dataclass(frozen=True, slots=True)
class Place:
    """Where one side lives: its folder, its settings by name, and the same as an environment."""

    folder: Path
    environment: dict[str, str]

    def settings(self) -> Settings:
        """The settings, for work in this process."""
        given = {name.lower(): value for name, value in self.environment.items()}
        return load_settings(_env_file=None, **given)


def make_place(folder: Path, database_url: str, redis_url: str) -> Place:
    """A place with secrets of its own."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    shutil.copy(BOOK, rules)
    return Place(
        folder,
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DATA_DIR": str(folder),
            "RULES_DIR": str(rules),
            "LEDGER_PATH": str(folder / "ledger.jsonl"),
            "HOST": "127.0.0.1",
            "PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": "http://127.0.0.1:1",
            "SECRET_KEY": new_key(),
            "MASTER_KEY": new_key(),
            "SIMULATOR": "false",
        },
    )


def furnish(place: Place, seed: int, recorded: int) -> World:
    """Migrate, publish the rulebooks and take in `recorded` texts; the caller closes the world."""
    world = open_world(place.settings())
    schema.upgrade(world.store)
    for published in publish_folder(world, place.settings().rules_dir):
        if published.status != "live":
            raise ValueError(f"{published.file} was refused: {published.findings}")
    for number, text in enumerate(islice(write_texts(seed, RECORDED_FROM), recorded)):
        receive(world, Inbound(text.sid, phone(number % CONTACTS), OUR_NUMBER, None, text.body))
    return world


def furnish_naive(place: Place, seed: int, recorded: int) -> None:
    """The same traffic in the naive side's tables."""
    engine = make_engine(place.environment["DATABASE_URL"])
    Plain.metadata.create_all(engine)
    at = datetime.now(UTC)
    ids = range(1, CONTACTS + 1)
    texts = list(islice(write_texts(seed, RECORDED_FROM), recorded))
    rows: list[tuple[type[SQLModel], list[dict[str, Any]]]] = [
        (Business, [{"name": "The Grand Hotel", "number": OUR_NUMBER}]),
        (Guest, [{"business_id": 1, "phone": phone(number - 1)} for number in ids]),
        (Conversation, [{"guest_id": number, "updated_at": at} for number in ids]),
        (Sms, [_sms(number, text, at) for number, text in enumerate(texts)]),
    ]
    with engine.begin() as connection:
        for model, values in rows:
            connection.execute(insert(table(model)), values)
    engine.dispose()


def _sms(number: int, text: Text, at: datetime) -> dict[str, Any]:
    return {
        "conversation_id": number % CONTACTS + 1,
        "sid": text.sid,
        "direction": "in",
        "state": "received",
        "body": text.body,
        "created_at": at,
    }
