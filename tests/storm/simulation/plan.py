"""What a seed decides: who writes what, what the carrier does, and how much goes wrong."""

from dataclasses import dataclass
from random import Random
from typing import Literal

Wish = Literal["STOP", "START"]
Lag = Literal["none", "below", "above"]
GRACE_SECONDS = 120.0
UNEVENLY = (150.0, 385.0)  # when a text may also be decided: once all may be in doubt
CALM_AT = 400.0  # from then on nothing goes wrong any more, and all must come to an end
FAULTS = (
    "refused_connection",
    "429",
    "500_before",
    "500_after",
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
    "bad_json",
    "slow",
    "21408",
    "20003",
)
LAGS: dict[Lag, tuple[float, float]] = {
    "none": (0.0, 3.0),
    "below": (3.0, 60.0),
    "above": (130.0, 1500.0),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be sent: `thread` and `number` by their places, `at` seconds after the start."""

    id: str
    thread: int
    number: int
    at: float
    kind: Literal["reply", "code", "staff"]
    priority: int
    body: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One seed's world. Rates are shares of one."""

    seed: int
    workers: int
    clocks: int
    threads: int
    texts: tuple[Text, ...]
    lag: Lag
    lag_seconds: float
    faults: tuple[str, ...]
    fault_rate: float
    undelivered_rate: float
    drop_rate: float
    repeat_rate: float
    late_news_rate: float
    log_outages: tuple[tuple[float, float], ...]
    lost_bells: float
    crash_rate: float
    crashes: int
    pause_rate: float
    pauses: int
    terms: float
    wishes: tuple[tuple[float, int, Wish], ...]
    number_leaves_at: float | None
    late_writes: bool


def draw_plan(seed: int, *, late_writes: bool = False) -> Plan:
    """The plan of a seed. `late_writes`: pauses fall between the deadline's check and the write."""
    rng = Random(seed)
    threads = rng.choice((1, 1, 2, 2, 3))
    lag: Lag = rng.choices(("none", "below", "above"), (4, 4, 2))[0]
    is_quiet = rng.random() < 0.3  # hardly anything comes back by itself
    return Plan(
        seed=seed,
        workers=rng.choice((1, 2, 2, 3)),
        clocks=rng.choice((1, 1, 1, 2)),
        threads=threads,
        texts=_draw_texts(rng, threads),
        lag=lag,
        lag_seconds=rng.uniform(*LAGS[lag]),
        faults=tuple(rng.sample(FAULTS, rng.randint(1, 4))),
        fault_rate=rng.choice((0.0, 0.15, 0.3, 0.6)),
        undelivered_rate=rng.choice((0.0, 0.0, 0.2)),
        drop_rate=1.0 if lag == "above" or is_quiet else rng.choice((0.0, 0.3, 0.8)),
        repeat_rate=rng.choice((0.0, 0.0, 0.5)),
        late_news_rate=rng.choice((0.0, 0.3)),
        log_outages=_draw_outages(rng),
        lost_bells=rng.choice((0.0, 0.0, 0.2, 0.6)),
        crash_rate=rng.choice((0.0, 0.02, 0.08)),
        crashes=rng.randint(1, 4),
        pause_rate=rng.choice((0.0, 0.02, 0.08)),
        pauses=rng.randint(1, 4),
        terms=rng.choice((0.0, 0.0, 0.0, 0.4)),
        wishes=_draw_wishes(rng, threads),
        number_leaves_at=rng.uniform(0, 120) if rng.random() < 0.03 else None,
        late_writes=late_writes,
    )


def _draw_texts(rng: Random, threads: int) -> tuple[Text, ...]:
    """Three to seven texts; now and then one says the same as the one before it."""
    texts: list[Text] = []
    has_second_number = rng.random() < 0.2
    is_early = rng.random() < 0.5
    for place in range(rng.randint(3, 7)):
        thread = rng.randrange(threads)
        mine = [each for each in texts if each.thread == thread and each.kind != "code"]
        kind, priority = rng.choices(
            (("reply", 1), ("staff", 1), ("code", 0), ("reply", 2)), (6, 2, 1, 1)
        )[0]
        repeats = bool(mine) and kind != "code" and rng.random() < 0.4
        texts.append(
            Text(
                id=f"m{place + 1}",
                thread=thread,
                number=rng.randrange(2) if has_second_number else 0,
                at=0.0 if is_early else rng.choices((rng.uniform(0, 40), *UNEVENLY), (8, 1, 1))[0],
                kind=kind,
                priority=priority,
                body=mine[-1].body if repeats else f"text {place + 1}",
            )
        )
    return tuple(texts)


def _draw_wishes(rng: Random, threads: int) -> tuple[tuple[float, int, Wish], ...]:
    """One in eight has somebody opt out, and half of them come back."""
    if rng.random() >= 0.12:
        return ()
    at, thread = rng.uniform(0, 90), rng.randrange(threads)
    comes_back = at + rng.uniform(5, 200)
    if rng.random() < 0.5:
        return ((at, thread, "STOP"),)
    return (at, thread, "STOP"), (comes_back, thread, "START")


def _draw_outages(rng: Random) -> tuple[tuple[float, float], ...]:
    """Times in which the carrier's log gives no answer."""
    if rng.random() < 0.8:
        return ()
    begins = rng.uniform(0, 200)
    return ((begins, begins + rng.choice((20.0, 200.0, 900.0))),)
