"""What it costs to classify a text, beside a list of compiled regexes made of the same words."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from statistics import median

from bench.interleave import percentile, time_each
from bench.report import Say, Target, heading, table
from bench.traffic import write_texts
from keywords.classify import classify
from keywords.language_file import read_languages

SETS = re.compile(r"<\w+>")
AIM_US = 60.0


def run_keywords(say: Say, seed: int, texts: int, rounds: int) -> None:
    """Print µs a text for ordinary traffic and for texts that consist of the words themselves."""
    regexes = compile_list()
    say(heading("keywords: classify a text"))
    say(
        f"beside a loop over {len(regexes)} compiled regexes: every listed word and phrase of the "
        f"language files, without their sets, guards and disguises; {rounds} rounds, seed {seed}"
    )
    rivals: dict[str, Callable[[str], object]] = {
        "classify": classify,
        "regexes": lambda text: first_of(regexes, text),
    }
    samples = {
        "traffic": [text.body for text in islice(write_texts(seed), texts)],
        "examples": _examples(),
    }
    classify("")  # reads the language files, once a process
    rows, medians = [], {}
    for name, sample in samples.items():
        for rival, took in time_each(rivals, sample, rounds).items():
            medians[name, rival] = median(took)
            rows.append((f"{name} ({len(sample)}): {rival}", *_figures(took)))
    for line in table(("texts: way", "median µs", "p99 µs", "worst µs"), rows):
        say(line)
    ours = medians["traffic", "classify"]
    cause = "this machine, or new words: see the worst texts with `keywords classify`"
    say(str(Target(f"≤ {AIM_US:.0f} µs at the median", f"{ours:.0f} µs", ours <= AIM_US, cause)))


def compile_list() -> list[tuple[str, re.Pattern[str]]]:
    """The class and the regex of each listed phrase; a set is any words of up to two."""
    listed: list[tuple[str, re.Pattern[str]]] = []
    for file in read_languages():
        for words, whole in ((file.alone, True), (file.anywhere, False)):
            for meaning, phrases in words.items():
                listed += [(meaning, _compile(phrase, whole=whole)) for phrase in phrases]
    return listed


def first_of(regexes: list[tuple[str, re.Pattern[str]]], text: str) -> str:
    """The class of the first regex that fits."""
    return next((meaning for meaning, regex in regexes if regex.search(text)), "none")


def _compile(phrase: str, *, whole: bool) -> re.Pattern[str]:
    plain = re.sub(r"\\?[^\w\s'’]+", " ", SETS.sub(" ", phrase))
    words = r"\W+".join(re.escape(word) for word in plain.split())
    return re.compile(rf"^\W*{words}\W*$" if whole else rf"\b{words}\b", re.IGNORECASE)


def _examples() -> list[str]:
    files: list[Mapping[str, tuple[str, ...]]] = [file.examples for file in read_languages()]
    return [text for examples in files for texts in examples.values() for text in texts]


def _figures(took: list[float]) -> tuple[str, ...]:
    return f"{median(took):.0f}", f"{percentile(took, 0.99):.0f}", f"{max(took):.0f}"
