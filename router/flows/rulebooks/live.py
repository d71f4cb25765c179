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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a revision loads. `lost`: why it does not; None: it does."""

    lost: str | None = None


Key = tuple[str, int]


class LiveBooks:
    """Compiled revisions by tenant and number, those used last kept. Safe among threads.

    Whether a revision loads is remembered apart and for longer: a few words each, so that whoever
    walks over all tenants has nothing compiled again, and drives no book out.
    """

    def __init__(self, most: int = MOST_BOOKS, most_of_a_tenant: int = MOST_OF_A_TENANT) -> None:
        self._most, self._most_of_a_tenant = most, most_of_a_tenant
        self._books: OrderedDict[Key, Live] = OrderedDict()
        self._verdicts: dict[str, dict[int, Verdict]] = {}
        self._compiling: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._books)

    @property
    def is_full(self) -> bool:
        """Whether one more drives out another tenant's."""
        return len(self._books) >= self._most

    def tenants(self) -> frozenset[str]:
        """Whose books are kept."""
        with self._lock:
            return frozenset(tenant_id for tenant_id, _ in self._books)

    def verdict(self, tenant_id: str, revision: int) -> Verdict | None:
        """Whether the revision loads; None where this process has not tried lately."""
        return self._verdicts.get(tenant_id, {}).get(revision)

    def find(self, tenant_id: str, revision: int) -> Live | None:
        """The revision if it is compiled. RulebookLost where it is known not to load."""
        verdict = self.verdict(tenant_id, revision)
        if verdict is not None and verdict.lost is not None:
            raise RulebookLost(verdict.lost)
        with self._lock:
            found = self._books.get((tenant_id, revision))
            if found is not None:
                self._books.move_to_end((tenant_id, revision))
        return found

    def keep(self, tenant_id: str, live: Live) -> None:
        """Take a revision that is compiled already."""
        with self._lock:
            self._note(tenant_id, live.revision, Verdict())
            self._books[tenant_id, live.revision] = live
            theirs = [key for key in self._books if key[0] == tenant_id]
            for key in theirs[: -self._most_of_a_tenant]:
                del self._books[key]
            while len(self._books) > self._most:
                self._books.popitem(last=False)

    def compile(self, tenant_id: str, revision: int, text: str, file: str) -> Live:
        """Compile a revision, once however many threads ask. RulebookLost where that fails."""
        with self._turn((tenant_id, revision)):
            found = self.find(tenant_id, revision)
            if found is not None:
                return found
            loaded = load(text, file)
            if loaded.book is None:
                errors = (finding for finding in loaded.findings if finding.severity == "error")
                lost = f"{tenant_id} revision {revision}: {next(errors)}"
                with self._lock:
                    self._note(tenant_id, revision, Verdict(lost))
                raise RulebookLost(lost)
            live = Live(loaded.book, file, revision)
            self.keep(tenant_id, live)
            return live

    def _turn(self, key: Key) -> threading.Lock:
        with self._lock:
            return self._compiling.setdefault(key, threading.Lock())

    def _note(self, tenant_id: str, revision: int, verdict: Verdict) -> None:
        self._compiling.pop((tenant_id, revision), None)
        theirs = self._verdicts.setdefault(tenant_id, {})
        theirs.pop(revision, None)
        theirs[revision] = verdict
        while len(theirs) > self._most_of_a_tenant:
            del theirs[next(iter(theirs))]
