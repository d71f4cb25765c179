"""Rulebooks as files: found, read whole with the tests beside them, written whole."""

import hashlib
import os
import pwd
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from router.store.disk import sync_folder
from rules.file.source import MAX_BYTES

SUFFIX, TEST_SUFFIX = ".yaml", ".test.yaml"

Stat = tuple[int, int, int, int, int]


class Unreadable(Exception):
    """A file is there and cannot be read; the message says why and what to do."""


class Missing(Exception):
    """There is no such file."""


class Moving(Exception):
    """A file changed while it was read: it is being written."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a rulebook and its tests look like from outside; None: not there."""

    book: Stat | None
    tests: Stat | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rulebook as read, with its tests. `author` is `file:OWNER` of whichever is newer."""

    file: str
    text: str
    tests: str | None
    author: str
    look: Look

    @property
    def hash(self) -> str:
        """Of both texts, in hexadecimal."""
        return hash_of(self.text, self.tests)


def hash_of(text: str, tests: str | None) -> str:
    """What tells a rulebook with its tests from every other one."""
    whole = text + "\0" + (tests or "")
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def tests_of(file: str) -> str:
    """The name of the test file beside a rulebook."""
    return file.removesuffix(SUFFIX) + TEST_SUFFIX


def book_names(folder: Path) -> list[str]:
    """The rulebooks of a folder by name. Editors' own files (hidden ones) are none.

    Raises Unreadable where the folder is.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 (names are all that is wanted)
    except OSError as error:
        raise Unreadable(f"RULES_DIR cannot be read ({error.strerror}): correct it") from error
    return sorted(name for name in names if _is_book(name))


def look_at(folder: Path, file: str) -> Look:
    """What a rulebook and its tests look like now."""
    return Look(_stat(folder / file), _stat(folder / tests_of(file)))


def read_candidate(folder: Path, file: str) -> Candidate:
    """Both files, as they stood together. Raises Missing, Unreadable or Moving."""
    look = look_at(folder, file)
    if look.book is None:
        raise Missing(file)
    text = _read(folder / file)
    tests = None if look.tests is None else _read(folder / tests_of(file))
    author = _owner(folder, file, look)
    if look_at(folder, file) != look:
        raise Moving(file)
    return Candidate(file, text, tests, author, look)


def write_whole(path: Path, text: str | None) -> None:
    """Put a text in the place of a file in one step, on disk when this returns; None removes it.

    Owner and rights stay what they were, as far as we may set them.
    """
    if text is None:
        path.unlink(missing_ok=True)
    else:
        descriptor, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
                _make_alike(descriptor, path)
                file.flush()
                os.fsync(descriptor)
            Path(fresh).replace(path)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def _make_alike(descriptor: int, path: Path) -> None:
    try:
        before = path.stat()
    except FileNotFoundError:
        before = path.parent.stat()
        os.fchmod(descriptor, 0o644)
    else:
        os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
    with suppress(PermissionError):
        os.fchown(descriptor, before.st_uid, before.st_gid)


def _is_book(name: str) -> bool:
    is_hidden = name.startswith(".")
    is_plain = name.isprintable() and name.endswith(SUFFIX) and not name.endswith(TEST_SUFFIX)
    return is_plain and not is_hidden


def _stat(path: Path) -> Stat | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:  # it may be there: reading it will say what is wrong
        return (0, 0, 0, 0, -(error.errno or 1))
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode)


def _read(path: Path) -> str:
    """A text of at most one byte more than is allowed, so that a huge file costs nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not hold us up
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(f"{path.name}:1:1: BH111 this is no file")
            data = file.read(MAX_BYTES + 1)
        return data.decode("utf-8", "strict" if len(data) <= MAX_BYTES else "replace")
    except UnicodeDecodeError as error:
        why = f"{path.name}:1:1: BH111 this file is not UTF-8; save it as UTF-8 text"
        raise Unreadable(why) from error
    except OSError as error:
        why = f"{path.name}:1:1: BH111 this file cannot be read: {error.strerror}"
        raise Unreadable(why) from error


def _owner(folder: Path, file: str, look: Look) -> str:
    book, tests = look.book, look.tests
    newer = tests_of(file) if book and tests and tests[2] > book[2] else file
    try:
        number = (folder / newer).stat().st_uid
    except OSError as error:
        raise Moving(file) from error
    try:
        return f"file:{pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"file:{number}"
