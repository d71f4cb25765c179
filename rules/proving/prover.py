"""Proofs about the conditions of a rulebook: what follows, and what can never be.

A proof holds for every text in all surroundings. What cannot be proved, or not in so many steps, is
not claimed.
"""

from collections.abc import Iterable, Iterator

from rules.model import Condition, Rulebook
from rules.proving import surroundings
from rules.proving.forms import Form, Forms
from rules.proving.wording import BY_PHRASES, Wording

MOST_STEPS = 200_000  # comparisons for one rulebook, so that no file takes long to check


class Prover:
    """Proves for one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self._forms = Forms(book)
        self._wording = Wording()
        self._steps_left = MOST_STEPS

    @property
    def is_worn_out(self) -> bool:
        """Whether the steps are used up, so that nothing more is proved."""
        return self._steps_left <= 0

    def form(self, conditions: Iterable[Condition]) -> Form:
        """Conditions as the other methods want them."""
        return self._forms.form(conditions)

    def follows(self, known: Form, wanted: Form) -> bool:
        """Whether all of `wanted` holds wherever all of `known` does."""
        return all(self._follows_one(known, condition) for condition in wanted)

    def clash(self, known: Form) -> tuple[Condition, ...]:
        """Conditions of `known` that never hold together; empty where none are known not to."""
        if not self._may_go_on():
            return ()
        for place, one in enumerate(known):
            if one.key != "any" and self._forms.never_holds(one):
                return (one,)
            for other in known[place + 1 :]:
                if self._exclude(one, other):
                    return one, other
        for choice, rest in _choices(known):
            clashes = [self.clash((*branch, *rest)) for branch in choice.value]
            if all(clashes):
                return next((each for each in clashes if len(each) > 1), clashes[0])
        return ()

    def _follows_one(self, known: Form, wanted: Condition) -> bool:
        if not self._may_go_on():
            return False
        if any(self._implies(condition, wanted) for condition in known):
            return True
        if wanted.key == "any" and any(self.follows(known, each) for each in wanted.value):
            return True
        return any(
            all(self._follows_one((*branch, *rest), wanted) for branch in choice.value)
            for choice, rest in _choices(known)
        )

    def _implies(self, one: Condition, other: Condition) -> bool:
        """Whether one condition, alone, implies another."""
        if not self._take_steps(one, other) or "any" in (one.key, other.key):
            return False
        if other.key == "not":
            (denied,) = other.value
            if one.key == "not":
                return self._implies(denied, one.value[0])
            return self._exclude(one, denied)
        if one.key in BY_PHRASES and other.key in BY_PHRASES:
            return self._wording.implies(one, other)
        return one.key == other.key and surroundings.implies(one, other)

    def _exclude(self, one: Condition, other: Condition) -> bool:
        """Whether two conditions never hold together."""
        if not self._take_steps(one, other) or "any" in (one.key, other.key):
            return False
        if other.key == "not":
            return one.key != "not" and self._implies(one, other.value[0])
        if one.key == "not":
            return self._implies(other, one.value[0])
        if one.key in BY_PHRASES and other.key in BY_PHRASES:
            return self._wording.excludes(one, other)
        return surroundings.excludes(one, other)

    def _take_steps(self, one: Condition, other: Condition) -> bool:
        """Whether there are steps left; long lists take more of them."""
        return self._may_go_on(1 + (_length(one) + _length(other)) // 2)

    def _may_go_on(self, steps: int = 1) -> bool:
        self._steps_left -= steps
        return self._steps_left > 0


def _length(condition: Condition) -> int:
    return len(condition.value) if condition.key in BY_PHRASES else 1


def _choices(known: Form) -> Iterator[tuple[Condition, Form]]:
    """Each `any` of a form, with all that stands beside it."""
    for place, condition in enumerate(known):
        if condition.key == "any":
            yield condition, (*known[:place], *known[place + 1 :])
