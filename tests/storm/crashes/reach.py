"""Which functions of the program write to the database, and which of them die in a scenario."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from tests.storm.boundaries import WatchedStore
from tests.storm.crashes.outcome import read_outcome
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.stage import Stage

ROOT = Path(__file__).parents[3]
PROGRAM, STORE = "router", "router.store"  # the store's own writing is how the schema is made
WRITES = (".store.write", "act_on")  # the latter opens the transaction of every act of staff


@dataclass(slots=True)
class Reach:
    """`functions` (MODULE.FUNCTION) were at work as something was committed; the scenarios in
    `idle` have changed nothing.
    """

    functions: set[str] = field(default_factory=set)
    idle: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Witness:
    """Notes who is at work as something is committed."""

    reach: Reach

    def before(self) -> None:
        """See Watcher."""

    def committing(self) -> None:
        """See Watcher."""
        self.reach.functions.update(_at_work(sys._getframe(1)))

    def committed(self) -> None:
        """See Watcher."""

    def has_read(self) -> None:
        """See Watcher."""


def reach_of(stage: Stage, url: str, scenarios: Sequence[Scenario]) -> Reach:
    """Play what may die of each scenario, undisturbed."""
    reach = Reach()
    watched = replace(stage.world, store=WatchedStore(Witness(reach), url))
    for scenario in scenarios:
        stage.reset()
        scenario.prepare(stage)
        before = read_outcome(stage)
        scenario.act(stage, watched)
        if read_outcome(stage) == before:
            reach.idle.append(scenario.name)
    watched.store.close()
    return reach


def writers() -> set[str]:
    """All functions (MODULE.FUNCTION) that open a transaction to write."""
    return {name for file in (ROOT / PROGRAM).rglob("*.py") for name in _writers_in(file)}


def _writers_in(file: Path) -> Iterator[str]:
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    if module.startswith(STORE):
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef) and any(map(_is_write, ast.walk(node))):
            yield f"{module}.{node.name}"


def _is_write(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(WRITES)


def _at_work(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"
        frame = frame.f_back
