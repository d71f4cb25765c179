"""How well texts are read: the held-out texts through our reading and through what others do.

The peers are exact matching, as carriers do it, and a regex with word boundaries, as most routers
do. Nobody who wrote the classifier had seen the texts before its first run over them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from bench.report import Say, Target, heading, table
from keywords.classify import classify

TEXTS = Path(__file__).parents[1] / "tests" / "keywords"
SETS = ("held_out_1.tsv", "held_out_2.tsv")
RECALL, FALSE_IN, ALL_RIGHT = 0.97, 200, 0.92
CLASSES = ("opt_out", "ambiguous", "opt_in", "help", "delete", "access", "correct", "none")

_EXACT = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"), "opt_out"
    ),
    **dict.fromkeys(("start", "yes", "unstop"), "opt_in"),
    **dict.fromkeys(("help", "info"), "help"),
}
_WORDS = tuple(
    (meaning, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for meaning, words in (
        (
            "opt_out",
            (
                "stop|stopall|unsubscribe|cancel|end|quit|revoke|opt[- ]?out|remove|alto|baja|"
                "parar|cancelar|salir|arret|arrêt|desabonner|désabonner|sair|pare|stopp|abmelden"
            ),
        ),
        ("opt_in", "start|unstop|subscribe|alta|volver|voltar|anmelden"),
        ("help", "help|info|ayuda|aide|ajuda|hilfe"),
        ("delete", "delete|erase|borrar|supprimer|effacer|apagar|excluir|loschen|löschen"),
    )
)


@dataclass(slots=True)
class Marks:
    """How a reader did: texts and right readings by class, and false opt-outs among `none`."""

    of: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    false_opt_outs: int = 0

    def share(self, *classes: str) -> tuple[int, int]:
        """How many of these classes were right, of how many; of all where none is named."""
        wanted = classes or CLASSES
        return sum(self.right[name] for name in wanted), sum(self.of[name] for name in wanted)


def exact(text: str) -> str:
    """What a carrier's filter makes of a text."""
    return _EXACT.get(text.strip().casefold(), "none")


def bounded(text: str) -> str:
    """What a list of words between word boundaries makes of a text."""
    return next((meaning for meaning, regex in _WORDS if regex.search(text)), "none")


def ours(text: str) -> str:
    """What Bellhop makes of a text."""
    return classify(text).meaning.value


READERS: dict[str, Callable[[str], str]] = {
    "bellhop": ours,
    "exact words (carriers)": exact,
    "words in a regex": bounded,
}


def run_examination(say: Say) -> None:
    """Print the marks of each reader on each held-out set, with 95 % intervals."""
    say(heading("reading: held-out texts in five languages"))
    for name in SETS:
        labelled = list(read_set(TEXTS / name))
        marks = {reader: mark(labelled, read) for reader, read in READERS.items()}
        rows = [(reader, *_figures(each)) for reader, each in marks.items()]
        head = ("opt-outs found", "false opt-outs", "all classes right")
        for line in table((f"{name} ({len(labelled)})", *head), rows):
            say(line)
        for target in _targets(marks["bellhop"]):
            say(str(target))


def read_set(path: Path) -> Iterable[tuple[str, str]]:
    """Yield (class, text) of each line of a labelled file."""
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        classes, _, text = line.split("\t")
        yield classes.split("+")[0], text.replace("⏎", "\n")


def mark(labelled: Iterable[tuple[str, str]], read: Callable[[str], str]) -> Marks:
    """The marks of one reader."""
    marks = Marks()
    for meaning, text in labelled:
        given = read(text)
        marks.of[meaning] += 1
        marks.right[meaning] += given == meaning
        marks.false_opt_outs += meaning == "none" and given == "opt_out"
    return marks


def interval(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, right / of
    middle = share + z * z / (2 * of)
    spread = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def _figures(marks: Marks) -> tuple[str, ...]:
    return (
        _share(*marks.share("opt_out")),
        f"{marks.false_opt_outs}/{marks.of['none']}",
        _share(*marks.share()),
    )


def _share(right: int, of: int) -> str:
    low, high = interval(right, of)
    return f"{right}/{of} = {right / max(of, 1):.1%} ({low:.0%}-{high:.0%})"


def _targets(marks: Marks) -> Iterable[Target]:
    cause = "wordings that no structure of the language files covers"
    found, outs = marks.share("opt_out")
    right, of = marks.share()
    allowed = marks.of["none"] / FALSE_IN
    yield Target(
        f"≥ {RECALL:.0%} of opt-outs", f"{found / outs:.1%}", found >= RECALL * outs, cause
    )
    false = marks.false_opt_outs
    yield Target(f"≤ 1 false opt-out in {FALSE_IN}", str(false), false <= max(allowed, 1), cause)
    yield Target(f"≥ {ALL_RIGHT:.0%} right", f"{right / of:.1%}", right >= ALL_RIGHT * of, cause)
