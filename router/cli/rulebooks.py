"""Finding and reading the rulebooks that a command was given: files, or folders of them."""

from collections.abc import Sequence
from pathlib import Path

from router.cli.start import WRONG_USE, fail
from rules.file.findings import Finding
from rules.load import load
from rules.model import Rulebook

TEST_SUFFIX = ".test.yaml"


def book_files(given: Sequence[Path]) -> list[Path]:
    """The rulebooks among files and folders; a test file stands for the rulebook it is beside."""
    if not given:
        fail("name a rulebook or a folder of them: bellhop rules check rules/books", WRONG_USE)
    files: dict[Path, None] = {}
    for path in given:
        for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
            files[_book_of(file)] = None
    if not files:
        fail(f"no *.yaml in {', '.join(map(str, given))}", WRONG_USE)
    return list(files)


def test_file_of(book: Path) -> Path:
    """Where a rulebook's tests are."""
    return book.with_suffix(TEST_SUFFIX)


def read_text(file: Path) -> str:
    """A file's text; exit code 2 where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8: save it as UTF-8 text")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", WRONG_USE)


def load_book(file: Path) -> tuple[Rulebook, str]:
    """A rulebook that must load, and its text; every finding and exit code 1 where it does not."""
    text = read_text(file)
    loaded = load(text, str(file))
    if loaded.book is None:
        fail("\n".join(map(finding_line, loaded.findings)))
    return loaded.book, text


def finding_line(finding: Finding) -> str:
    """A finding as people read it."""
    return f"{finding}" if finding.severity == "error" else f"{finding} (warning)"


def _book_of(file: Path) -> Path:
    if file.name.endswith(TEST_SUFFIX):
        return file.with_name(file.name.removesuffix(TEST_SUFFIX) + ".yaml")
    return file
