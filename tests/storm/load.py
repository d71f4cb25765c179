"""Load: texts on a fixed timetable with their callbacks, and a crowd at once."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.load import write_requests
from bench.traffic import CONTACTS, Text, phone, signed_request
from tests.storm.stage.cast import CLOCK, WEB, WORKER
from tests.storm.stage.people import AWAY, OK, Diary
from tests.storm.stage.processes import PROJECT, StageError
from tests.storm.stage.quiet import calm_down, close_down
from tests.storm.stage.referee import STRICT, Figure, examine
from tests.storm.stage.report import Say, listed, tell
from tests.storm.stage.stage import SQLITE, Stage, kinds, set_stage

ROLES = {WEB: 1, WORKER: 1, CLOCK: 1}
AS_IT_COMES = {"SETTLE_AFTER_SECONDS": "120"}  # nothing fails here that would have to be waited for
TWICE_SHARE = 0.05
TWICE_WITHIN = 100  # a repeated text comes again at most so many texts later
P99_SECONDS, WORST_SECONDS = 0.5, 10.0
WARM_UP, WARM_UP_A_SECOND = 100, 50


@dataclass(frozen=True, slots=True)
class Length:
    """How many a second and for how long, and how many at once."""

    a_second: int
    seconds: int
    crowd: int


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of a stretch: a status for each request, and seconds since it was due."""

    texts: list[Text]
    statuses: list[str]
    seconds: list[float]

    def counted(self) -> Counter[str]:
        """How many of which status."""
        return Counter(self.statuses)

    def share(self, of: float) -> float:
        """The time within which this share was answered."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * of))]

    def acknowledged(self) -> set[str]:
        """The texts that were answered 200 at least once."""
        answered = zip(self.texts, self.statuses, strict=True)
        return {text.sid for text, status in answered if status == OK}


SHORT = Length(10, 3, 100)  # so slow, for it shares the machine
LONG = Length(50, 60, 2_000)


def run(say: Say, seed: int, short: bool) -> bool:
    """On each kind of database; whether all was answered in time, and stored once."""
    stormed = [SQLITE] if short else kinds(say)
    return sum(not _load(say, kind, seed, short) for kind in stormed) == 0


def _load(say: Say, kind: str, seed: int, short: bool) -> bool:
    length = SHORT if short else LONG
    say(f"\n== load on {kind}, one web, worker and clock; seed {seed}")
    timetable = write_timetable(seed, WARM_UP + length.a_second * length.seconds)
    crowd = list(write_texts(len(timetable) + 1, length.crowd))
    with (
        set_stage(kind, ROLES, AS_IT_COMES) as stage,
        generator(stage, [*timetable, *crowd]) as generate,
    ):
        warm_up = generate(0, WARM_UP, WARM_UP_A_SECOND)
        steady = generate(WARM_UP, len(timetable) - WARM_UP, length.a_second)
        calm_down(stage)
        began = time.monotonic()
        rush = generate(len(timetable), length.crowd, None)
        drained = (time.monotonic() - began) + calm_down(stage)
        close_down(stage, deaf=False)
        pace = f"{length.a_second} a second for {length.seconds} s"
        say(f"{pace} and 5 % of them again: {_told(steady)}")
        say(f"{length.crowd:,} at once: {_told(rush)}; all sent after {drained:.1f} s")
        figures = examine(stage, _diary(warm_up, steady, rush), STRICT)
        return tell(say, stage, [*figures, *_limits(steady, rush, short)])


def _limits(steady: Answers, rush: Answers, short: bool) -> Iterator[Figure]:
    """How quickly is only told where the run is short, for then it shares the machine."""
    other = len(steady.statuses) - steady.counted()[OK]
    odd = len(rush.statuses) - rush.counted()[OK] - rush.counted()[AWAY]
    yield Figure("on the timetable: other than 2xx", other, 0)
    yield Figure("on the timetable: p99 in s", steady.share(0.99), None if short else P99_SECONDS)
    yield Figure("at once: neither 2xx nor 503", odd, 0)
    yield Figure("at once: the last answer in s", rush.share(1), None if short else WORST_SECONDS)


def _told(answers: Answers) -> str:
    p50, p99, worst = (answers.share(share) * 1000 for share in (0.5, 0.99, 1))
    return f"{listed(answers.counted())}; p50 {p50:.0f} ms, p99 {p99:.0f} ms, last {worst:.0f} ms"


def _diary(warm_up: Answers, steady: Answers, rush: Answers) -> Diary:
    """All of the timetable is to be there. Texts of the warm-up and the crowd count where they were
    acknowledged: whoever got a 503 would come again.
    """
    diary = Diary(acknowledged=steady.acknowledged(), statuses=steady.counted() + rush.counted())
    diary.texts = {text.sid: text for text in steady.texts}
    for answers in (warm_up, rush):
        diary.acknowledged |= answers.acknowledged()
        diary.texts |= {text.sid: text for text in answers.texts if text.sid in diary.acknowledged}
    return diary


def write_timetable(seed: int, count: int) -> list[Text]:
    """Texts in the order in which they come; some come again a little later, as they were."""
    chance = random.Random(seed)
    texts = list(write_texts(1, count))
    for place in range(WARM_UP, count):
        if chance.random() < TWICE_SHARE:
            again = min(len(texts), place + chance.randint(1, TWICE_WITHIN))
            texts.insert(again, texts[place])
    return texts


def write_texts(first: int, count: int) -> Iterator[Text]:
    """Texts from a thousand phones in turn, each of which gets a reply."""
    for number in range(first, first + count):
        yield Text(f"SM{number:032x}", phone(number % CONTACTS), "once please")


Generate = Callable[[int, int, float | None], Answers]
"""Takes the first text, how many, and how many a second (None: all at once)."""


@contextmanager
def generator(stage: Stage, texts: list[Text]) -> Iterator[Generate]:
    """A load generator with these texts, signed: a process, which ends with its stdin."""
    file = stage.folder / "requests"
    write_requests(file, map(signed_request, texts))
    command = [sys.executable, "-m", "tests.storm.stage.open_loop", str(file), str(stage.port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=PROJECT) as process:
        orders, answers = process.stdin, process.stdout
        assert orders is not None
        assert answers is not None

        def generate(first: int, count: int, a_second: float | None) -> Answers:
            orders.write(json.dumps({"first": first, "count": count, "a_second": a_second}) + "\n")
            orders.flush()
            told = answers.readline()
            if not told:
                raise StageError("the load generator ended early: see what it wrote above")
            return Answers(texts[first : first + count], **json.loads(told))

        yield generate
        orders.close()
