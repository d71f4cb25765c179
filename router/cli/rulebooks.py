"""Finding and reading the rulebooks that a command was given: files, or folders of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from router.cli.start import WRONG_USE, fail
from rules.rehearsal.casefile import load_tests

TEST_SUFFIX = ".test.yaml"


@dataclass(frozen=True, slots=True)
class Tested:
    """A rulebook and a file of tests. `is_named`: the tests were given, and tell which book."""

    book: Path
    tests: Path
    is_named: bool


def book_files(given: Sequence[Path]) -> list[Path]:
    """The rulebooks among files and folders, each once; a test file stands for its rulebook."""
    return list({one.book.resolve(): one.book for one in _find(given)}.values())


def tested_files(given: Sequence[Path]) -> list[Tested]:
    """The tests to run: those given, and those beside each rulebook given."""
    found: dict[tuple[Path, Path], Tested] = {}
    for one in _find(given):
        found.setdefault((one.book.resolve(), one.tests.resolve()), one)
    return list(found.values())


def _find(given: Sequence[Path]) -> Iterator[Tested]:
    if not given:
        fail("name a rulebook or a folder of them: bellhop rules check rules/books", WRONG_USE)
    files = [
        file
        for path in given
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]
    if not files:
        fail(f"no *.yaml in {', '.join(map(str, given))}", WRONG_USE)
    for file in files:
        if file.name.endswith(TEST_SUFFIX):
            yield Tested(_book_of(file), file, is_named=True)
        else:
            yield Tested(file, file.with_suffix(TEST_SUFFIX), is_named=False)


def read_text(file: Path) -> str:
    """A file's text; exit code 2 where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8: save it as UTF-8 text")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", WRONG_USE)


def _book_of(tests: Path) -> Path:
    """The rulebook that a test file names, as seen from its folder; else the one beside it."""
    beside = tests.with_name(tests.name.removesuffix(TEST_SUFFIX) + ".yaml")
    try:
        named = load_tests(tests.read_text(encoding="utf-8"), str(tests)).rules
    except (OSError, UnicodeDecodeError):  # told where the tests are read to be run
        return beside
    return tests.parent / named if named else beside
