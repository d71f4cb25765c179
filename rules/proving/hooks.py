"""Which earlier rules a rule may be hidden by: found by what both ask for, not by trying each.

A form hangs on the hooks of its rarest condition, and is found by what implies that. Hooks only say
whom to ask the prover about, so that a hook too few costs a proof and never makes a wrong one.
"""

from collections.abc import Iterator

from keywords.normalize import words
from rules.model import Condition
from rules.proving.forms import Form
from rules.proving.wording import BY_PHRASES, HAS, parts, soften

Hook = tuple[str, object]

_RAREST_FIRST = (
    *BY_PHRASES,
    "message_regex",
    "sender",
    "tag",
    "group",
    "last_assignee",
    "to",
    "channel",
    "during",
    "outside",
    "language",
    "media",
    "within",
    "thread",
    "first_contact",
)
_BY_NAME = frozenset({"tag", "group", "to", "channel", "during", "language", "thread"})


class Hooked:
    """Forms by their place, to be found from other forms."""

    def __init__(self) -> None:
        self._by_hook: dict[Hook, list[int]] = {}
        self._always: list[int] = []

    def hang(self, place: int, form: Form) -> None:
        """Add a form."""
        hooks = _hooks_of(form)
        if hooks is None:
            self._always.append(place)
        for hook in hooks or ():
            self._by_hook.setdefault(hook, []).append(place)

    def find(self, form: Form) -> list[int]:
        """The places of the forms that this one may imply, in order."""
        found = set(self._always)
        for hook in _offered(form):
            found.update(self._by_hook.get(hook, ()))
        return sorted(found)


def _hooks_of(form: Form) -> set[Hook] | None:
    """The hooks of which a form that implies this one offers one; None where none can be told."""
    simple = [condition for condition in form if condition.key in _RAREST_FIRST]
    if simple:
        return set(_wanted(min(simple, key=lambda each: _RAREST_FIRST.index(each.key))))
    for condition in form:
        if condition.key == "any":
            hooks = [_hooks_of(branch) for branch in condition.value]
            return None if None in hooks else {hook for each in hooks for hook in each or ()}
    return None


def _wanted(condition: Condition) -> Iterator[Hook]:
    """A hook for each value of a condition: what implies it has only such values."""
    key, value = condition.key, condition.value
    if key in BY_PHRASES:
        yield from ((HAS, soften(phrase) or phrase.run) for phrase in value)
    elif key in _BY_NAME:
        yield from ((key, name) for name in value)
    elif key == "message_regex":
        yield from ((key, pattern.text) for pattern in value)
    elif key == "sender":
        name, values = next(iter(value.items()))
        yield from ((f"sender {name}", words(one)) for one in values)
    else:
        yield key, None


def _offered(form: Form) -> Iterator[Hook]:
    """The hooks that a form offers: those of the first value of each of its conditions."""
    for condition in form:
        key, value = condition.key, condition.value
        if key == "any":
            yield from (hook for branch in value for hook in _offered(branch))
        elif key in BY_PHRASES:
            for first in value[:1]:
                yield from ((HAS, part) for part in parts(soften(first) or first.run, HAS))
        elif key in _BY_NAME:
            yield from ((key, name) for name in value[:1])
        elif key == "message_regex":
            yield from ((key, pattern.text) for pattern in value[:1])
        elif key == "sender":
            yield from ((f"sender {name}", words(values[0])) for name, values in value.items())
        else:
            yield key, None
