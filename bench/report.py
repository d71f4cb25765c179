"""How figures are printed: tables, and targets that were reached or missed, with the cause."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What was aimed at, what came out, and why it was missed where it was."""

    aim: str
    figure: str
    reached: bool
    cause: str = ""

    def __str__(self) -> str:
        if self.reached:
            return f"target {self.aim}: {self.figure}  reached"
        return f"target {self.aim}: {self.figure}  MISSED: {self.cause}"


def heading(words: str) -> str:
    """A line above a bench's figures."""
    return f"\n== {words}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of a table: the first column to the left, the others to the right."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    return ["  " + _line(row, widths) for row in cells]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])
