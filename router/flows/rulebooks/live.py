"""Rulebooks in force, compiled: once a process, and no more of them than are used."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from rules.load import load
from rules.model import Rulebook

MOST_BOOKS = 256
MOST_OF_A_TENANT = 4  # the one in force, and those that a text in flight or a story may still name


class RulebookLost(Exception):
    """A revision that was accepted once does not load any more: the program has changed."""


class NotCompiled(Exception):
    """A revision is to be compiled first, outside of the transaction that asked for it."""

    def __init__(self, tenant_id: str, revision: int) -> None:
        super().__init__(f"{tenant_id} revision {revision}")
        self.tenant_id, self.revision = tenant_id, revision


@dataclass(frozen=True, slots=True)
class Live:
    """A rulebook in force, the file it came from and the number of its revision."""

    book: Rulebook
    file: str
    revision: int


Key = tuple[str, int]


class LiveBooks:
    """Compiled revisions by tenant and number, those used last kept. Safe among threads."""

    def __init__(self, most: int = MOST_BOOKS, most_of_a_tenant: int = MOST_OF_A_TENANT) -> None:
        self._most, self._most_of_a_tenant = most, most_of_a_tenant
        self._books: OrderedDict[Key, Live | RulebookLost] = OrderedDict()
        self._compiling: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._books)

    def __contains__(self, key: Key) -> bool:
        """Whether the revision was compiled, or found not to load."""
        return key in self._books

    def find(self, tenant_id: str, revision: int) -> Live | None:
        """The revision if it is compiled. RulebookLost where it is known not to load."""
        with self._lock:
            found = self._books.get((tenant_id, revision))
            if found is not None:
                self._books.move_to_end((tenant_id, revision))
        if isinstance(found, RulebookLost):
            raise RulebookLost(*found.args)
        return found

    def keep(self, tenant_id: str, live: Live) -> None:
        """Take a revision that is compiled already."""
        self._keep(tenant_id, live.revision, live)

    def compile(self, tenant_id: str, revision: int, text: str, file: str) -> Live:
        """Compile a revision, once however many threads ask. RulebookLost where that fails."""
        with self._turn((tenant_id, revision)):
            found = self.find(tenant_id, revision)
            if found is not None:
                return found
            loaded = load(text, file)
            if loaded.book is None:
                errors = (finding for finding in loaded.findings if finding.severity == "error")
                lost = RulebookLost(f"{tenant_id} revision {revision}: {next(errors)}")
                self._keep(tenant_id, revision, lost)
                raise lost
            live = Live(loaded.book, file, revision)
            self._keep(tenant_id, revision, live)
            return live

    def _turn(self, key: Key) -> threading.Lock:
        with self._lock:
            return self._compiling.setdefault(key, threading.Lock())

    def _keep(self, tenant_id: str, revision: int, kept: Live | RulebookLost) -> None:
        with self._lock:
            self._books[tenant_id, revision] = kept
            self._compiling.pop((tenant_id, revision), None)
            theirs = [key for key in self._books if key[0] == tenant_id]
            for key in theirs[: -self._most_of_a_tenant]:
                del self._books[key]
            while len(self._books) > self._most:
                self._books.popitem(last=False)
