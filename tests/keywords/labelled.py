"""The labelled texts: one a line, with the class and the language that are expected."""

from dataclasses import dataclass
from pathlib import Path

from keywords.reading import Meaning

TEXTS = Path(__file__).with_name("texts")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, its classes in the order in which they act, and its language."""

    text: str
    meanings: tuple[Meaning, ...]
    language: str


def read_texts() -> list[Labelled]:
    """Return the labelled texts of every language."""
    return [labelled for path in sorted(TEXTS.glob("*.tsv")) for labelled in read_labelled(path)]


def read_labelled(path: Path) -> list[Labelled]:
    """Return the labelled texts of a file: `class+class TAB language TAB text`."""
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    return [_labelled(*row.split("\t")) for row in rows]


def _labelled(classes: str, language: str, text: str) -> Labelled:
    meanings = tuple(map(Meaning, classes.split("+")))
    return Labelled(text.replace("⏎", "\n"), meanings, language)
