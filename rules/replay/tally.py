"""What a replay adds up to: how many texts would go elsewhere, from where to where, with samples.

Tallies of parts are merged into one of the whole, so that parts may be counted side by side.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rules.replay.outcome import Aspect, Outcome, Place, differences

LeftOut = Literal[
    "erased", "number_gone", "no_rule", "earlier_version", "later_version", "rulebook_lost"
]


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the texts that a group counts. `text` is as it was written."""

    message_id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """Texts that would go elsewhere: another rule takes them, or another team has them then."""

    before: Place
    after: Place


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Texts that stay where they go and would be dealt with differently."""

    place: Place
    aspect: Aspect
    before: str
    after: str


@dataclass(slots=True)
class Group:
    """How many texts are alike; some of them, in the order in which they were counted, and none
    that reads as another does.
    """

    count: int = 0
    samples: list[Sample] = field(default_factory=list)

    def add(self, sample: Sample, most: int) -> None:
        """Count one text more."""
        self.count += 1
        self._show(sample, most)

    def merge(self, other: "Group", most: int) -> None:
        """Count what another part has counted."""
        self.count += other.count
        for sample in other.samples:
            self._show(sample, most)

    def _show(self, sample: Sample, most: int) -> None:
        if len(self.samples) < most and all(one.text != sample.text for one in self.samples):
            self.samples.append(sample)


@dataclass(slots=True)
class Tally:
    """What was counted. `most` samples a group are kept.

    A text is `same`, in one group of `moves`, or `changed` and in one or more groups of `changes`.
    `outdated` counts those (of the three) that this program decides differently from what was
    recorded, though the rulebook is the same: both sides are decided by this program.
    """

    most: int
    same: int = 0
    changed: int = 0
    outdated: int = 0
    moves: dict[Move, Group] = field(default_factory=dict)
    changes: dict[Change, Group] = field(default_factory=dict)
    left_out: Counter[LeftOut] = field(default_factory=Counter)

    @property
    def moved(self) -> int:
        """How many texts would go elsewhere."""
        return sum(group.count for group in self.moves.values())

    @property
    def compared(self) -> int:
        """How many texts were decided under both rulebooks."""
        return self.same + self.changed + self.moved

    def add(self, before: Outcome, after: Outcome, sample: Sample) -> None:
        """Count one text by what it came to and what it would come to."""
        if before.place != after.place:
            move = Move(before.place, after.place)
            self.moves.setdefault(move, Group()).add(sample, self.most)
        elif before == after:
            self.same += 1
        else:
            self.changed += 1
            for aspect, old, new in differences(before, after):
                change = Change(before.place, aspect, old, new)
                self.changes.setdefault(change, Group()).add(sample, self.most)

    def merge(self, other: "Tally") -> None:
        """Count what another part has counted; its samples come after ours."""
        self.same += other.same
        self.changed += other.changed
        self.outdated += other.outdated
        self.left_out.update(other.left_out)
        for move, group in other.moves.items():
            self.moves.setdefault(move, Group()).merge(group, self.most)
        for change, group in other.changes.items():
            self.changes.setdefault(change, Group()).merge(group, self.most)
