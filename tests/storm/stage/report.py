"""How a storm tells what came of it."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence

from tests.storm.stage.referee import Figure
from tests.storm.stage.stage import Stage

_SOCKETS = shutil.ignore_patterns("s", "behind")

Say = Callable[[str], None]
Part = Callable[[Say, int, bool], bool]
"""A part of the campaign: say, seed, short; whether all that is promised held."""


def tell(say: Say, stage: Stage, figures: Sequence[Figure]) -> bool:
    """Print the figures, each beside its limit; whether all hold. Else what there was is kept."""
    for figure in figures:
        say(str(figure))
    held = all(figure.holds for figure in figures)
    if not held:
        kept = tempfile.mkdtemp(prefix="bellhop-storm-")
        shutil.copytree(stage.folder, kept, dirs_exist_ok=True, ignore=_SOCKETS)
        say(f"  its logs, its carrier's log and its SQLite are in {kept}")
    return held


def listed(counts: Mapping[str, int]) -> str:
    """Names with their counts, in one line."""
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none"
