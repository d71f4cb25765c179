"""What became of each text, commit by commit, as the database has it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

UNFINISHED = frozenset({"queued", "sending", "unknown"})
_READ = """
SELECT id, thread_id, seq, kind, priority, state, sid, attempt, attempted_at, reason, created_at,
 not_before, first_sid
FROM message WHERE direction = 'out'
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A text, as it stands."""

    id: str
    thread: str
    seq: int
    kind: str
    priority: int
    state: str
    sid: str | None
    attempt: int
    attempted_at: str | None
    reason: str | None
    created_at: str
    not_before: str | None
    first_sid: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """One text changed; `before` is None for one that is new."""

    at: float
    doing: str
    before: Row | None
    after: Row


@dataclass(slots=True)
class History:
    """All moves of one seed, and the rows as they are now."""

    database: sqlite3.Connection
    on_move: Callable[[Move], None]
    rows: dict[str, Row] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    _changes: int = -1

    def look(self, at: float, doing: str) -> None:
        """See what the last commit changed."""
        if self._changes == self.database.total_changes:
            return
        self._changes = self.database.total_changes
        for fields in self.database.execute(_READ):
            row = Row(*fields)
            before = self.rows.get(row.id)
            if row != before:
                self.rows[row.id] = row
                self.moves.append(Move(at, doing, before, row))
                self.on_move(self.moves[-1])

    def states(self) -> frozenset[str]:
        """The states that some text is in."""
        return frozenset(row.state for row in self.rows.values())

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to be done about any text."""
        return not any(row.state in UNFINISHED or row.state == "held" for row in self.rows.values())
