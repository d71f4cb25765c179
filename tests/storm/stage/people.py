"""People who text, as the carrier delivers it: signed, again until answered 200, some twice."""

import http.client
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bench.traffic import INBOUND_PATH, PUBLIC_URL, TOKEN, Text, phone
from router.carrier.signature import SIGNATURE_HEADER, sign

FALLBACK_PATH = "/twilio/fallback"
OK, AWAY, NO_ANSWER = "200", "503", "no answer"
ANSWER_SECONDS = 15.0  # the carrier waits no longer
HANDS = 8  # deliveries side by side
AGAIN_SECONDS = 0.5
MOST_OPEN = 50  # texts that wait to be acknowledged, before people wait, too
BODIES = {"once please": 70, "later please": 15, "hello": 12, "DELETE": 3}
"""What is texted, how often of a hundred: a reply; a reply and one by a timer; nothing; a code."""
REPLIED = frozenset({"once please", "later please"})


@dataclass(frozen=True, slots=True)
class Habits:
    """How texts come: so many a second from so many phones; and shares of them.

    `twice`: delivered again after it was acknowledged. `at_once`: delivered twice side by side.
    `fallback`: of what was not answered 200, what is tried by the fallback at once.
    """

    a_second: float = 30.0
    phones: int = 80
    twice: float = 0.05
    at_once: float = 0.05
    fallback: float = 0.0


@dataclass(slots=True)
class Diary:
    """What was texted and what was answered. Statuses are HTTP's, or `no answer`."""

    texts: dict[str, Text] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0

    def odd(self) -> int:
        """How many answers were neither 2xx nor 503; none is told by `statuses`."""
        usual = sum(self.statuses[status] for status in (OK, AWAY, NO_ANSWER))
        return self.statuses.total() - usual

    def __str__(self) -> str:
        told = ", ".join(f"{status} {count:,}" for status, count in sorted(self.statuses.items()))
        return f"{told}; the slowest answer after {self.slowest_seconds:.1f} s"


class People:
    """They text from `start` to `stop`; what was not acknowledged by then is delivered on."""

    def __init__(self, port: int, habits: Habits, seed: int) -> None:
        self.diary = Diary()
        self._habits = habits
        self._port = port
        self._chance = random.Random(seed)
        self._due: queue.Queue[Text | None] = queue.Queue()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        hands: list[Callable[[], None]] = [self._deliver_all] * HANDS
        self._threads = [threading.Thread(target=each, daemon=True) for each in hands]
        self._writing = threading.Thread(target=self._write_all, daemon=True)

    def start(self, *, by_themselves: bool = True) -> None:
        """Begin: `by_themselves` they text on, else only what `text` has them text."""
        for thread in [*self._threads, *([self._writing] if by_themselves else [])]:
            thread.start()

    def text(self, body: str) -> None:
        """One text more, from any of the phones."""
        with self._lock:
            number = len(self.diary.texts) + 1
            sender = phone(self._chance.randrange(self._habits.phones))
            text = Text(f"SM{number:032x}", sender, body)
            self.diary.texts[text.sid] = text
        self._due.put(text)

    def stop(self, patience_seconds: float = 120.0) -> None:
        """Text no more, and wait until all that was texted has been acknowledged."""
        self._stopped.set()
        if self._writing.is_alive():
            self._writing.join()  # or its last text comes when nobody delivers any more
        self.wait_until_acknowledged(patience_seconds)
        for _ in self._threads:
            self._due.put(None)
        for thread in self._threads:
            thread.join(ANSWER_SECONDS)

    def wait_until_acknowledged(self, patience_seconds: float = 120.0) -> None:
        """Wait until all that was texted has been acknowledged, or patience ends."""
        until = time.monotonic() + patience_seconds
        while len(self.diary.acknowledged) < len(self.diary.texts) and time.monotonic() < until:
            time.sleep(0.02)

    def _write_all(self) -> None:
        bodies, weights = list(BODIES), list(BODIES.values())
        due = time.monotonic()
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            due += self._chance.expovariate(self._habits.a_second)
            if len(self.diary.texts) - len(self.diary.acknowledged) < MOST_OPEN:
                (body,) = self._chance.choices(bodies, weights)
                self.text(body)

    def _deliver_all(self) -> None:
        line = Line(self._port)
        while (text := self._due.get()) is not None:
            self._deliver(line, text)
        line.close()

    def _deliver(self, line: "Line", text: Text) -> None:
        """Once; and again later where it was not acknowledged, so that no text waits for it."""
        if random.random() < self._habits.at_once:
            self._post_side_by_side(line, text)
        else:
            self._post(line, text, INBOUND_PATH)
        if self._is_open(text) and random.random() < self._habits.fallback:
            self._post(line, text, FALLBACK_PATH)
        if self._is_open(text):
            again = threading.Timer(AGAIN_SECONDS, self._due.put, (text,))
            again.daemon = True
            again.start()
        elif random.random() < self._habits.twice:
            self._post(line, text, INBOUND_PATH)

    def _is_open(self, text: Text) -> bool:
        return text.sid not in self.diary.acknowledged

    def _post_side_by_side(self, line: "Line", text: Text) -> None:
        other = Line(self._port)
        beside = threading.Thread(target=self._post, args=(other, text, INBOUND_PATH), daemon=True)
        beside.start()
        self._post(line, text, INBOUND_PATH)
        beside.join()
        other.close()

    def _post(self, line: "Line", text: Text, path: str) -> None:
        began = time.monotonic()
        status = line.post(path, text.form())
        took = time.monotonic() - began
        with self._lock:
            self.diary.statuses[status] += 1
            if status != NO_ANSWER:
                self.diary.slowest_seconds = max(self.diary.slowest_seconds, took)
            if status == OK:
                self.diary.acknowledged.add(text.sid)


class Line:
    """A kept-alive connection to the webhooks; made anew after it broke."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def post(self, path: str, form: dict[str, str]) -> str:
        """Post a signed form; the status, or that there was no answer."""
        head = {
            SIGNATURE_HEADER: sign(TOKEN, PUBLIC_URL + path, form),
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        }
        try:
            self._connection.request("POST", path, urlencode(form), head)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return NO_ANSWER
        return str(answer.status)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def texting(port: int, habits: Habits, seed: int) -> Iterator[People]:
    """People who text as long as the block runs, and are all acknowledged when it ends."""
    people = People(port, habits, seed)
    people.start()
    try:
        yield people
    except BaseException:
        people.stop(0.0)
        raise
    people.stop()
