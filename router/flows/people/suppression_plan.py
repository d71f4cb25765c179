"""What an import of a suppression list would write: every row made before anything is locked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from router.flows.consent.events import Event, Evidence, event_row
from router.flows.consent.scopes import CARRIER, MARKETING
from router.flows.consent.standing import ENROLLMENT
from router.flows.people.known import Change, Known
from router.flows.people.outcome import Source, SuppressionCounts
from router.flows.people.problems import Notice, Problem, at
from router.flows.people.suppression_rows import SuppressionRow
from router.flows.people.terms import Terms
from router.store.sealing import TenantKeys
from rules.decision import topic_scope

_BACK = frozenset({"opt_in", "corrected", "wants_back"})
_IMPORTED = frozenset({"import", "web"})


@dataclass(slots=True)
class SuppressionPlan:
    """Rows to write, what to tell of them, and what is wrong with the list."""

    keys: TenantKeys
    terms: Terms
    source: Source
    suppressions: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    counts: SuppressionCounts = field(default_factory=SuppressionCounts)
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _planned: set[tuple[bytes, str]] = field(default_factory=set)

    @property
    def persons(self) -> set[bytes]:
        """Whom the list suppresses in a scope that is new."""
        return {row["lookup"] for row in self.suppressions}

    @property
    def ends_enrollments(self) -> bool:
        """Whether anybody leaves a program that they may be enrolled in by a code."""
        programs = set(map(topic_scope, self.terms.book.enrollments))
        return any(row["scope"] in programs for row in self.suppressions)

    def add(self, row: SuppressionRow, known: Known, contacts: set[bytes]) -> None:
        """Plan for one row; `contacts` are the persons who have one."""
        self.counts.rows += 1
        listed, later = (row.person, row.scope), _later(row, known)
        if row.doubt is not None and row.person not in contacts:
            self.problems.append(at(row.line, "number", row.doubt))
        elif row.scope.startswith(CARRIER):
            self.counts.carrier += 1
        elif listed in self._planned or row.scope in known.suppressed.get(row.person, {}):
            self.counts.unchanged += 1
        elif self._is_outdated(row, later):
            self.counts.opted_in_since += 1
        else:
            self._planned.add(listed)
            self._suppress(row, later)

    def _is_outdated(self, row: SuppressionRow, changes: Sequence[Change]) -> bool:
        """Whether they have taken the opt-out back themselves, or staff has corrected it, since.
        A consent that was only imported does not.
        """
        own = [change.at for change in changes if change.how not in _IMPORTED]
        if own:
            day = max(own).astimezone(self.terms.book.timezone).date()
            self.notices.append(Notice(row.line, f"opted in again on {day}: not suppressed"))
        return bool(own)

    def _suppress(self, row: SuppressionRow, later: Sequence[Change]) -> None:
        self.counts.added += 1
        since = row.since or self.terms.at
        self.suppressions.append(
            {
                "tenant_id": self.keys.tenant_id,
                "lookup": row.person,
                "scope": row.scope,
                "how": "import",
                "since": since,
            }
        )
        when = self.terms.at if later else since  # events in their order add up to the list
        event = Event("opt_out", row.scope, when, self._evidence(row))
        self.events.append(event_row(self.keys, row.person, event))

    def _evidence(self, row: SuppressionRow) -> Evidence:
        return Evidence(
            how="import",
            text=row.evidence,
            author=self.source.author,
            note=f"{self.source.file} line {row.line}",
            zone=self.terms.book.timezone.key,
        )


def _later(row: SuppressionRow, known: Known) -> list[Change]:
    """The changes since that take back an opt-out of this scope."""
    if row.since is None:
        return []
    lifting = _lifting(row.scope)
    return [
        change
        for change in known.changes.get(row.person, ())
        if change.what in _BACK and change.scope in lifting and change.at >= row.since
    ]


def _lifting(scope: str) -> set[str]:
    """The scopes whose opt-in takes back an opt-out of `scope`."""
    lifting = {scope, scope.replace(topic_scope(""), ENROLLMENT)}
    return lifting | {MARKETING} if scope == topic_scope(MARKETING) else lifting
