"""What it costs to decide about a text, beside a loop over compiled regexes; and to load a book."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from statistics import median

from bench.generated_book import generate_book
from bench.interleave import median_seconds, percentile, time_each
from bench.place import BOOK
from bench.report import Say, Target, heading, table
from bench.traffic import write_texts
from keywords.reading import Reading
from rules.decide import decide
from rules.decision import Facts, ThreadState
from rules.hearing import read
from rules.load import load
from rules.model import Rulebook

RULES = 1_000
AIM_TIMES, AIM_LOAD_SECONDS = 10.0, 0.5
AT = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)
FACTS = Facts(at=AT, to="main", first_contact=False, thread=ThreadState(state="open"))
NO_INDEX = "decide tries the rules one after the other; an index of phrases is not built yet"
FLAGS = re.IGNORECASE
WRAPS = {
    "message_has": r"\b(?:{})\b",
    "message_starts": r"^\W*(?:{})\b",
    "message_is": r"^\W*(?:{})\W*$",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with its reading: classifying is not what is measured here."""

    text: str
    reading: Reading


def run_rules(say: Say, seed: int, texts: int, rounds: int) -> None:
    """Print µs a decision with the demo's rulebook and with a thousand rules, and the load time."""
    demo = _load(BOOK.read_text("utf-8"))
    written, plain = generate_book(seed, RULES)
    generated = _load(written)
    regexes = compile_rules(plain)
    say(heading("rules: decide about a text"))
    say(f"a loop over compiled `re` is one regex a rule, first match wins; seed {seed}")
    traffic = [_hear(demo, text.body) for text in islice(write_texts(seed), texts)]
    aimed = [_hear(generated, body) for body in _aimed(seed, plain, texts)]
    rows = _rows("demo rulebook, traffic", time_each({"decide": _decider(demo)}, traffic, rounds))
    rivals = {"decide": _decider(generated), "regexes": lambda one: first_of(regexes, one.text)}
    times = time_each(rivals, aimed, rounds)
    rows += _rows(f"{RULES:,} rules, any of them hit", times)
    for line in table(("rulebook, texts: way", "median µs", "p99 µs"), rows):
        say(line)
    faster = median(times["regexes"]) / median(times["decide"])
    seconds = median_seconds(lambda: load(written, "generated.yaml"), 3)
    for target in _targets(faster, seconds):
        say(str(target))


def compile_rules(plain: list[tuple[str, list[str]]]) -> list[re.Pattern[str]]:
    """One regex a rule."""
    return [
        re.compile(WRAPS[condition].format("|".join(map(re.escape, phrases))), FLAGS)
        for condition, phrases in plain
    ]


def first_of(regexes: list[re.Pattern[str]], text: str) -> int:
    """The place of the first regex that fits; their number where none does."""
    return next((place for place, one in enumerate(regexes) if one.search(text)), len(regexes))


def _targets(faster: float, seconds: float) -> list[Target]:
    aim = f"≥ {AIM_TIMES:.0f} × faster than the loop at {RULES:,} rules"
    load_aim = f"{RULES:,} rules load in ≤ {AIM_LOAD_SECONDS} s"
    fast, light = faster >= AIM_TIMES, seconds <= AIM_LOAD_SECONDS
    return [
        Target(aim, f"{faster:.1f} ×", fast, NO_INDEX),
        Target(load_aim, f"{seconds:.2f} s", light, "a busy machine, or the reader has slowed"),
    ]


def _aimed(seed: int, plain: list[tuple[str, list[str]]], texts: int) -> list[str]:
    """Texts of which three in four hold a phrase of some rule, and the others of none."""
    chance = random.Random(seed)
    bodies = []
    for text in islice(write_texts(seed), texts):
        _, phrases = chance.choice(plain)
        aimed = chance.random() < 0.75
        bodies.append(f"{chance.choice(phrases)} please" if aimed else text.body)
    return bodies


def _hear(book: Rulebook, text: str) -> Heard:
    return Heard(text, read(book, text))


def _decider(book: Rulebook) -> Callable[[Heard], object]:
    return lambda heard: decide(book, heard.reading, heard.text, FACTS)


def _load(text: str) -> Rulebook:
    loaded = load(text, "book.yaml")
    if loaded.book is None:
        raise ValueError(f"the rulebook to measure does not load: {loaded.findings[0]}")
    return loaded.book


def _rows(what: str, times: dict[str, list[float]]) -> list[tuple[str, str, str]]:
    return [
        (f"{what}: {way}", f"{median(took):,.0f}", f"{percentile(took, 0.99):,.0f}")
        for way, took in times.items()
    ]
