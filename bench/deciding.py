"""What it costs to decide about a text, beside a loop over compiled regexes; and to load a book."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from statistics import median

from bench.generated_book import generate_book
from bench.interleave import median_seconds, percentile, time_each
from bench.place import BOOK
from bench.report import Say, Target, heading, table
from bench.traffic import write_texts
from keywords.reading import Reading
from rules.case import open_case
from rules.decide import decide
from rules.decision import Facts, ThreadState
from rules.draft import Draft
from rules.hearing import read
from rules.index import Index
from rules.load import load
from rules.matching import routing
from rules.model import Rule, Rulebook

RULES, MANY_RULES = 1_000, 10_000
AIM_TIMES, AIM_TIMES_OF_MANY, AIM_LOAD_SECONDS = 10.0, 50.0, 0.5
AT = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)
FACTS = Facts(at=AT, to="main", first_contact=False, thread=ThreadState(state="open"))
SLOW = "a busy machine, or the index has grown slower"
FLAGS = re.IGNORECASE
WRAPS = {
    "message_has": r"\b(?:{})\b",
    "message_starts": r"^\W*(?:{})\b",
    "message_is": r"^\W*(?:{})\W*$",
}

Plain = list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with its reading: classifying is not what is measured here."""

    text: str
    reading: Reading


def run_rules(say: Say, seed: int, texts: int, rounds: int) -> None:
    """Print µs to find the rule and to decide, with the demo's rulebook and with many rules beside
    a loop over compiled regexes, and the load time of a thousand rules.
    """
    demo = _load(BOOK.read_text("utf-8"))
    say(heading("rules: decide about a text"))
    say(f"regexes: a loop over one compiled `re` a rule, until one fits; seed {seed}")
    say("find: the same question asked of the index, conditions included; decide: everything")
    traffic = [_hear(demo, text.body) for text in islice(write_texts(seed), texts)]
    rows = _rows("demo rulebook, traffic", time_each({"decide": _decider(demo)}, traffic, rounds))
    faster = {}
    for size in (RULES, MANY_RULES):
        book, plain = generate_rules(seed, size)
        aimed = [_hear(book, body) for body in _aimed(seed, plain, texts)]
        times = time_each(_rivals(book, compile_rules(plain)), aimed, rounds)
        rows += _rows(f"{size:,} rules, any of them hit", times)
        faster[size] = median(times["regexes"]) / median(times["find"])
    for line in table(("rulebook, texts: way", "median µs", "p99 µs"), rows):
        say(line)
    written, _ = generate_book(seed, RULES)
    seconds = median_seconds(lambda: load(written, "generated.yaml"), 3)
    for target in _targets(faster, seconds):
        say(str(target))


def generate_rules(seed: int, size: int) -> tuple[Rulebook, Plain]:
    """A rulebook of so many routes. A file holds 256 KB at most, so that several make up many."""
    routes: list[Rule] = []
    plain: Plain = []
    for part in range(size // RULES):
        written, as_regexes = generate_book(seed + part, RULES)
        book = _load(written)
        routes += book.routes
        plain += as_regexes
    whole = replace(book, routes=tuple(routes), finder=None)
    return replace(whole, finder=Index(whole)), plain


def _rivals(book: Rulebook, regexes: list[re.Pattern[str]]) -> dict[str, Callable[[Heard], object]]:
    return {
        "find": lambda one: find_rule(book, one),
        "regexes": lambda one: first_of(regexes, one.text),
        "decide": _decider(book),
    }


def find_rule(book: Rulebook, heard: Heard) -> Rule | None:
    """The route that decides a text, from the text as it came."""
    draft = Draft(open_case(book, heard.reading, heard.text, FACTS))
    return next(routing(draft), None)


def compile_rules(plain: Plain) -> list[re.Pattern[str]]:
    """One regex a rule."""
    return [
        re.compile(
            WRAPS[condition].format("|".join(map(re.escape, phrases)))
            if condition in WRAPS
            else phrases[0],
            FLAGS,
        )
        for condition, phrases in plain
    ]


def first_of(regexes: list[re.Pattern[str]], text: str) -> int:
    """The place of the first regex that fits; their number where none does."""
    return next((place for place, one in enumerate(regexes) if one.search(text)), len(regexes))


def _targets(faster: dict[int, float], seconds: float) -> list[Target]:
    aims = ((RULES, AIM_TIMES), (MANY_RULES, AIM_TIMES_OF_MANY))
    return [
        *(
            Target(
                f"the rule is found ≥ {times:.0f} × faster than by the loop at {size:,} rules",
                f"{faster[size]:.1f} ×",
                faster[size] >= times,
                SLOW,
            )
            for size, times in aims
        ),
        Target(
            f"{RULES:,} rules load in ≤ {AIM_LOAD_SECONDS} s",
            f"{seconds:.2f} s",
            seconds <= AIM_LOAD_SECONDS,
            "a busy machine, or the reader has slowed",
        ),
    ]


def _aimed(seed: int, plain: Plain, texts: int) -> list[str]:
    """Texts of which three in four hold a phrase of some rule, and the others of none."""
    chance = random.Random(seed)
    bodies = []
    for text in islice(write_texts(seed), texts):
        condition, phrases = chance.choice(plain)
        aimed = chance.random() < 0.75
        words = _fitting(phrases[0]) if condition == "message_regex" else chance.choice(phrases)
        bodies.append(f"{words} please" if aimed else text.body)
    return bodies


def _fitting(pattern: str) -> str:
    """A text that a generated pattern fits."""
    return pattern.removeprefix("\\b").partition("\\s")[0] + " 12"


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
