"""How a storm tells what came of it."""

from collections.abc import Callable, Mapping, Sequence

from tests.storm.stage.referee import Figure

Say = Callable[[str], None]


def tell(say: Say, figures: Sequence[Figure]) -> bool:
    """Print the figures, each beside its limit; whether all limits hold."""
    for figure in figures:
        say(str(figure))
    return all(figure.holds for figure in figures)


def listed(counts: Mapping[str, int]) -> str:
    """Names with their counts, in one line."""
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "none"
