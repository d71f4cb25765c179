"""What it costs to decide recorded traffic again: sealed texts in SQLite, two big rulebooks."""

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bench.deciding import FACTS
from bench.generated_book import generate_book
from bench.place import make_place
from bench.report import Say, Target, heading, table
from bench.traffic import OUR_NUMBER, write_texts
from keywords.reading import Reading
from router.flows.publish import publish_folder
from router.flows.record import columns_of
from router.flows.replay.replaying import Asker, Replay, Replayer, begin
from router.flows.replay.traffic import Page
from router.flows.world import World, open_world
from router.jobs.replaying import replay_pages
from router.store import schema
from router.store.ids import new_id
from router.store.rows import table as table_of
from router.store.sealing import TenantKeys
from router.store.tables import DecisionRecord, Message
from rules.decide import decide
from rules.decision import Decision, Facts
from rules.hearing import read
from rules.inputs import pack
from rules.model import Rulebook
from rules.replay import again
from rules.replay.tally import Tally

RULES = 1_000
AIM_TEXTS, AIM_SECONDS, AIM_BESIDE = 100_000, 30.0, 60.0
CHUNK = 2_000
TENANT = "generated"
SLOW = "a busy machine, or fewer cores than this was meant for"


def run_replay(say: Say, seed: int, texts: int) -> None:
    """Print the seconds of a whole replay, scaled to 100,000 texts, and where they go."""
    say(heading(f"rules replay: {texts:,} recorded texts, two rulebooks of {RULES:,} rules"))
    with tempfile.TemporaryDirectory(prefix="bh-", dir="/tmp") as name:
        folder = Path(name)
        world = _furnish(folder, seed, texts)
        moved = "assign: {team: housekeeping}", "assign: {team: engineering}"
        other = generate_book(seed, RULES)[0].replace(*moved, RULES // 20)
        edit = Replay(TENANT, "new.yaml", other, "hash", world.now() - timedelta(days=1))
        began = time.perf_counter()
        tally, pages = _whole(world, edit)
        seconds = (time.perf_counter() - began) * AIM_TEXTS / texts
        say(f"{tally.moved:,} of {tally.compared:,} texts would go elsewhere; sealed, in SQLite")
        beside = _measure_one(say, world, edit, pages)
        world.store.close()
    for target in _targets(seconds, beside, scaled=texts != AIM_TEXTS):
        say(str(target))


def _whole(world: World, edit: Replay) -> tuple[Tally, list[Page]]:
    """The replay as the command does it, the start of its processes included."""
    pages = begin(world, edit, Asker("bench", is_staff=False))
    tally = Tally(edit.samples)
    for part in replay_pages(world, edit, pages):
        tally.merge(part)
    return tally, pages


def _measure_one(say: Say, world: World, edit: Replay, pages: list[Page]) -> float:
    """The µs a text of one process beside deciding: with every decision remembered."""
    replayer, some = Replayer(world, edit), pages[:4]
    real, remembered = again.decide, {}  # type: ignore[var-annotated]  # by rulebook and text

    def remember(book: Rulebook, reading: Reading, text: str, facts: Facts) -> Decision:
        key = id(book), text
        if key not in remembered:
            remembered[key] = real(book, reading, text, facts)
        return remembered[key]

    again.decide = remember  # type: ignore[attr-defined]  # as the module knows it
    try:
        whole = _spent(replayer, some)
        beside = min(_spent(replayer, some) for _ in range(3))
    finally:
        again.decide = real  # type: ignore[attr-defined]  # likewise
    rows = [("all of it", f"{whole:,.0f}"), ("beside deciding, twice", f"{beside:,.0f}")]
    for line in table(("one process: µs of the processor a text", "µs"), rows):
        say(line)
    return beside


def _spent(replayer: Replayer, pages: list[Page]) -> float:
    began = time.process_time()
    for page in pages:
        replayer.count(page)
    return (time.process_time() - began) * 1e6 / sum(page.texts for page in pages)


def _targets(seconds: float, beside: float, *, scaled: bool) -> list[Target]:
    how = ", scaled from fewer" if scaled else ""
    aim = f"{AIM_TEXTS:,} texts in ≤ {AIM_SECONDS:.0f} s{how}"
    beside_aim = f"≤ {AIM_BESIDE:.0f} µs a text beside deciding"
    return [
        Target(aim, f"{seconds:.1f} s", seconds <= AIM_SECONDS, SLOW),
        Target(beside_aim, f"{beside:.0f} µs", beside <= AIM_BESIDE, SLOW),
    ]


def _furnish(folder: Path, seed: int, texts: int) -> World:
    """An installation whose one tenant has so much recorded traffic; written in bulk."""
    place = make_place(folder / "replay", f"sqlite:///{folder}/replay.sqlite", "redis://127.0.0.1")
    written, plain = generate_book(seed, RULES)
    rules = Path(place.environment["RULES_DIR"])
    for file in rules.iterdir():
        file.unlink()
    (rules / "generated.yaml").write_text(written)
    world = open_world(place.settings())
    schema.upgrade(world.store)
    (published,) = publish_folder(world, rules)
    if published.status != "live":
        raise ValueError(f"the rulebook to measure was refused: {published.findings}")
    _record(world, _bodies(seed, plain, texts))
    return world


def _bodies(seed: int, plain: list[tuple[str, list[str]]], texts: int) -> Iterator[str]:
    """Texts of which three in four hold a phrase of some rule."""
    chance = random.Random(seed)
    for text in islice(write_texts(seed), texts):
        _, phrases = chance.choice(plain)
        yield f"{chance.choice(phrases)} please" if chance.random() < 0.75 else text.body


def _record(world: World, bodies: Iterator[str]) -> None:
    with world.store.read() as connection:
        keys, book = world.keys(connection, TENANT), world.live_book(connection, TENANT)
    recorded: dict[str, dict[str, Any]] = {}  # the same text is decided but once
    seq = 0
    while chunk := list(islice(bodies, CHUNK)):
        messages, decisions = [], []
        for body in chunk:
            seq += 1
            if body not in recorded:
                recorded[body] = _decided(book, body)
            message, decision = _rows(keys, seq, body, recorded[body])
            messages.append(message)
            decisions.append(decision)
        with world.store.write() as connection:
            connection.execute(insert(table_of(Message)), messages)
            connection.execute(insert(table_of(DecisionRecord)), decisions)


def _decided(book: Rulebook, body: str) -> dict[str, Any]:
    reading = read(book, body)
    facts = replace(FACTS, draws_by="ab" * 32)
    decision = decide(book, reading, body, facts)
    columns = columns_of(decision) | {"team": decision.after.team}
    return {"inputs": pack(reading, facts), "columns": columns}


def _rows(
    keys: TenantKeys, seq: int, body: str, recorded: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    message_id, at = new_id(), datetime.now(UTC)
    message = {
        "tenant_id": TENANT,
        "id": message_id,
        "thread_id": "thread",
        "seq": seq,
        "direction": "in",
        "number": OUR_NUMBER,
        "kind": "text",
        "priority": 1,
        "state": "received",
        "body": keys.seal("message.body", message_id, body),
        "attempt": 0,
        "late": False,
        "created_at": at,
        "updated_at": at,
    }
    decision = {
        "tenant_id": TENANT,
        "message_id": message_id,
        "file": "generated.yaml",
        "revision": 1,
        "inputs": keys.seal_json("decision.inputs", message_id, recorded["inputs"]),
        **recorded["columns"],
    }
    return message, decision
