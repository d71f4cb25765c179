"""Which parts of a file hold an error, so that nothing is concluded from what was read of them."""

from bisect import bisect_left
from itertools import pairwise

from rules.file.scope import Scope
from rules.file.source import Items, Node

_Spot = tuple[int, int]
_END: _Spot = (1 << 60, 0)


class Flaws:
    """The errors that a file has when this is made, by where they are."""

    def __init__(self, scope: Scope) -> None:
        self._errors = sorted((error.line, error.col) for error in scope.problems.errors)
        entries = scope.root.entries
        starts = [_spot(key) for key, _ in entries.values()]
        self._ends = dict(zip(entries, [*starts, _END][1:], strict=True))
        self._entries = entries

    def are_in(self, *sections: str) -> bool:
        """Whether one of these sections holds an error; a section that is missing holds none."""
        return any(
            self._between(_spot(self._entries[section][0]), self._ends[section])
            for section in sections
            if section in self._entries
        )

    def by_item(self, section: str) -> list[bool]:
        """For each item of a section that is a list, whether it holds an error."""
        node = self._entries[section][1] if section in self._entries else None
        items: list[Node] = node.items if isinstance(node, Items) else []
        spots = [*map(_spot, items), self._ends.get(section, _END)]
        return [self._between(start, end) for start, end in pairwise(spots)]

    def _between(self, start: _Spot, end: _Spot) -> bool:
        place = bisect_left(self._errors, start)
        return place < len(self._errors) and self._errors[place] < end


def _spot(node: Node) -> _Spot:
    return node.line, node.col
