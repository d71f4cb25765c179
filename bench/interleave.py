"""Timing in one process: rivals in turns, so that a busy machine is unfair to all alike."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any


def time_each(
    rivals: Mapping[str, Callable[[Any], object]], inputs: Sequence[Any], rounds: int
) -> dict[str, list[float]]:
    """The µs that each rival takes for each input: the quickest of `rounds`, taken in turns."""
    best = {name: [float("inf")] * len(inputs) for name in rivals}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in rivals.items():
                _time_round(run, inputs, best[name])
    finally:
        gc.enable()
    return best


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def median_seconds(run: Callable[[], object], times: int) -> float:
    """The median time of a few runs."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return median(took)


def _time_round(run: Callable[[Any], object], inputs: Sequence[Any], best: list[float]) -> None:
    clock = time.perf_counter
    for place, given in enumerate(inputs):
        began = clock()
        run(given)
        took = (clock() - began) * 1e6
        best[place] = min(best[place], took)
