"""What a kind of action is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rules.draft import Draft
from rules.file.scope import Scope
from rules.file.source import Node
from rules.schema.forms import Form


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of action. `says` tells what it does; `form` is what its value looks like."""

    about: str
    read: Callable[[Node, Scope], Any]
    act: Callable[[Any, Draft], None]
    says: Callable[[Any], str]
    form: Form
