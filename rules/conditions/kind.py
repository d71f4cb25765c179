"""What a kind of condition is made of, and the words that the kinds share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.case import Case
from rules.file.scalars import read_choice
from rules.file.scope import Scope
from rules.file.shape import read_one_or_more
from rules.file.source import Node
from rules.schema import forms
from rules.schema.forms import Form

_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition. `says` tells what it asks for; `of_text`: the text alone decides it.

    `form` is what its value looks like, for editors.
    """

    about: str
    read: Callable[[Node, Scope], Any]
    holds: Callable[[Any, Case], bool]
    says: Callable[[Any], str]
    of_text: bool = False
    form: Form = field(kw_only=True)


def any_of(names: Sequence[str], most: int = _MOST_SHOWN) -> str:
    """Names as a choice: a or b or 3 more."""
    shown = list(names[:most]) + ([f"{len(names) - most} more"] if len(names) > most else [])
    return " or ".join(shown)


def choice_kind(
    about: str,
    what: str,
    allowed: tuple[str, ...],
    holds: Callable[[tuple[str, ...], Case], bool],
    says: Callable[[tuple[str, ...]], str],
) -> Kind:
    """A condition whose value is one or more of a few fixed words."""

    def read(node: Node, scope: Scope) -> tuple[str, ...]:
        items = read_one_or_more(node, what, scope)
        return tuple(read_choice(item, allowed, what, scope) for item in items)

    return Kind(about, read, holds, says, form=forms.one_or_more(forms.choice(allowed)))


def names_kind(
    about: str,
    section: str,
    holds: Callable[[tuple[str, ...], Case], bool],
    says: Callable[[tuple[str, ...]], str],
) -> Kind:
    """A condition whose value names one or more things of a section."""

    def read(node: Node, scope: Scope) -> tuple[str, ...]:
        items = read_one_or_more(node, f"a name of `{section}`", scope)
        return tuple(scope.refer(section, item) for item in items)

    return Kind(about, read, holds, says, form=forms.one_or_more(forms.text()))
