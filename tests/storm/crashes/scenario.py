"""A scenario: what goes before, and the flow that dies at each of its commits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from router.flows.world import World
from tests.storm.crashes.outcome import MayMiss
from tests.storm.crashes.stage import Stage

Prepare = Callable[[Stage], object]
Act = Callable[[Stage, World], object]
Again = Literal["always", "undone", "never"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`again`: whether whoever wanted the flow wants it once more after a death: always, as the
    carrier does; where it was not done, as people do; never.

    `may_miss`: what is never sent again by itself, so that a person may be left to decide on it.
    """

    name: str
    act: Act
    prepare: Prepare
    again: Again = "always"
    may_miss: MayMiss = None
