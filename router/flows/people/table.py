"""A CSV file, read into rows that know their lines: every fault of its form, and no row lost.

UTF-8, with or without a byte order mark; the first row names the columns. What separates the cells,
comma or semicolon, is whichever of the two gives more headings that are known.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from router.flows.people.cells import unguard
from router.flows.people.columns import Columns, read_heading, read_headings
from router.flows.people.problems import Fault, Problem, at

MOST_ROWS = 50_000
LONGEST_CELL = 4_000
_SEPARATORS = (",", ";")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row that are not empty, by column; `line` is where it begins."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's rows, and what is wrong with its form."""

    columns: frozenset[str]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read_table(data: bytes, columns: Columns) -> Table:
    """Read a whole file. Blank rows are passed over; a row may be shorter than the header."""
    text = _decode(data)
    if isinstance(text, Problem):
        return Table(frozenset(), (), (text,))
    problems: list[Problem] = []
    records = _records(text, _separator(text, columns), problems)
    line, headings = next(records, (1, []))
    if not headings:
        nothing = Fault("there is no header row", f"begin with {','.join(columns.plain)}")
        return Table(frozenset(), (), (*problems, at(1, "", nothing)))
    names = _headings(line, headings, columns, problems)
    rows: list[Row] = []
    for line, cells in records:
        rows.append(_row(line, cells, names, problems))
        if len(rows) > MOST_ROWS:
            too_many = Fault(f"more than {MOST_ROWS:,} rows", "split it into several files")
            return Table(frozenset(), (), (at(0, "", too_many),))
    known = frozenset(name for name in names if name is not None)
    return Table(known, tuple(rows), tuple(problems))


def _decode(data: bytes) -> str | Problem:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault("this is not UTF-8", "save the file as “CSV UTF-8”")
        return at(line, "", fault)


def _separator(text: str, columns: Columns) -> str:
    header = text.lstrip("\r\n").split("\n", 1)[0]

    def known(separator: str) -> int:
        headings = next(csv.reader([header], delimiter=separator), [])
        return sum(isinstance(read_heading(columns, heading), str) for heading in headings)

    return max(_SEPARATORS, key=known)


def _records(text: str, separator: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it begins on; broken quotes end the reading."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            hint = "write a quote inside a cell twice, and close every cell that begins with one"
            problems.append(at(line, "", Fault(f"the row cannot be read ({error})", hint)))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _headings(
    line: int, headings: list[str], columns: Columns, problems: list[Problem]
) -> list[str | None]:
    while headings and not headings[-1].strip():  # a spreadsheet's empty columns to the right
        headings.pop()
    names: list[str | None] = []
    for heading, column in zip(headings, read_headings(columns, headings), strict=True):
        if isinstance(column, Fault):
            problems.append(at(line, heading.strip(), column))
        names.append(column if isinstance(column, str) else None)
    return names


def _row(line: int, cells: list[str], names: list[str | None], problems: list[Problem]) -> Row:
    if any(cell.strip() for cell in cells[len(names) :]):
        hint = "put a cell that holds the separator between quotes"
        problems.append(at(line, "", Fault("more cells than the header has", hint)))
    read: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        text = unguard(cell).strip()
        if name is None or not text:
            continue
        if len(text) > LONGEST_CELL:
            fault = Fault(f"more than {LONGEST_CELL:,} characters", "shorten it")
            problems.append(at(line, name, fault))
        read[name] = text
    return Row(line, read)
