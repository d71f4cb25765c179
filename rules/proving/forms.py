"""Conditions in a plain form: `not` stands before single conditions alone, and what always holds is
left out.
"""

from collections.abc import Iterable
from dataclasses import replace

from rules.conditions.around import MEDIA
from rules.conditions.sender import THREAD_STATES
from rules.model import Condition, Hours, Rulebook
from rules.times.week import DAY_MINUTES

Form = tuple[Condition, ...]
"""Conditions that must all hold. `not` holds one condition that is neither `any` nor `not`."""

_OPPOSITE = {"during": "outside", "outside": "during"}
_SOMETHING, _NOTHING = ("any",), ("none",)


class Forms:
    """Brings the conditions of one rulebook into their plain form."""

    def __init__(self, book: Rulebook) -> None:
        self._all = {
            "thread": frozenset(THREAD_STATES),
            "language": frozenset(book.languages),
            "to": frozenset(book.numbers),
        }
        self._always_open = {name for name, hours in book.hours.items() if _never_closes(hours)}

    def form(self, conditions: Iterable[Condition]) -> Form:
        """Conditions that must all hold; empty where every text meets them."""
        return tuple(part for condition in conditions for part in self._affirm(condition))

    def _affirm(self, condition: Condition) -> Form:
        match condition.key:
            case "any":
                return _either(condition, [self.form(branch) for branch in condition.value])
            case "not":
                return self._deny_all(condition, condition.value)
            case _:
                return () if self._always_holds(condition) else (condition,)

    def _deny_all(self, place: Condition, conditions: tuple[Condition, ...]) -> Form:
        """That not all of these hold: that one of them does not."""
        return _either(place, [self._deny(condition) for condition in conditions])

    def _deny(self, condition: Condition) -> Form:
        match condition.key:
            case "not":
                return self.form(condition.value)
            case "any":
                branches = condition.value
                return tuple(one for each in branches for one in self._deny_all(condition, each))
            case "during" | "outside":
                return self._affirm(replace(condition, key=_OPPOSITE[condition.key]))
            case _:
                opposite = self._opposite(condition)
                return (opposite or replace(condition, key="not", value=(condition,)),)

    def _opposite(self, condition: Condition) -> Condition | None:
        """The condition that holds where this one does not; None where `not` has to say so."""
        key, value = condition.key, condition.value
        if key == "first_contact":
            return replace(condition, value=not value)
        if key in self._all:
            return replace(condition, value=tuple(sorted(self._all[key].difference(value))))
        if key == "media" and value in (_SOMETHING, _NOTHING):
            return replace(condition, value=_NOTHING if value == _SOMETHING else _SOMETHING)
        return None

    def _always_holds(self, condition: Condition) -> bool:
        key, value = condition.key, condition.value
        if key in self._all:
            return self._all[key] <= set(value)
        if key == "media":
            return "none" in value and covers_all_media(value)
        return key == "during" and not self._always_open.isdisjoint(value)

    def never_holds(self, condition: Condition) -> bool:
        """Whether a condition of a form is met by no text, whatever stands beside it."""
        key, value = condition.key, condition.value
        if key == "outside":
            return not self._always_open.isdisjoint(value)
        return key in self._all and not value


def covers_all_media(kinds: Iterable[str]) -> bool:
    """Whether anything that may come with a text is of one of these kinds."""
    return "any" in kinds or set(MEDIA) - {"any", "none"} <= set(kinds)


def _either(place: Condition, branches: list[Form]) -> Form:
    """That at least one of these forms holds."""
    if () in branches:
        return ()
    if len(branches) == 1:
        return branches[0]
    return (replace(place, key="any", value=tuple(branches)),)


def _never_closes(hours: Hours) -> bool:
    """Whether these hours are open at every minute; their spans do not overlap."""
    open_minutes = sum(span.minutes for spans in hours.open.values() for span in spans)
    return not (hours.closed or hours.holidays) and open_minutes == 7 * DAY_MINUTES
