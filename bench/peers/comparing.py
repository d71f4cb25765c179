"""What a text costs here and in other job queues: the same texts, as many in flight, in turns."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import create_engine, func, insert, select

from bench.answering import Arrival
from bench.carrier import ANSWER_SECONDS
from bench.cpu import cpu_seconds
from bench.outbox import CALM_SECONDS, LOOK_SECONDS, PATIENCE_SECONDS, Site, reader
from bench.peers.sending import THREADS, texts
from bench.processes import PROJECT, BenchError, running
from bench.report import Say, Target, heading, table
from bench.sending import WARM_TEXTS, send_answers
from bench.traffic import OUR_NUMBER

PYTHON = PROJECT / ".tools" / "peers" / "bin" / "python"
OURS, LIKE, BARE, CELERY = (
    "bellhop worker",
    "dramatiq, like for like",
    "dramatiq, sending alone",
    "celery threads, like for like",
)
AT_ONCE = str(THREADS)
DRAMATIQ = (
    *("dramatiq", "bench.peers.actors"),
    *("--processes", "1", "--threads", AT_ONCE),
)
CELERY_WORKER = (
    *("celery", "-A", "bench.peers.tasks", "worker", "--loglevel", "WARNING"),
    *("--without-gossip", "--without-mingle", "--pool", "threads", "--concurrency", AT_ONCE),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A job queue: its worker's command, the module that enqueues, and the form of its jobs."""

    name: str
    worker: Sequence[str]
    module: str
    form: str


PEERS = (
    Peer(LIKE, DRAMATIQ, "bench.peers.actors", "stored"),
    Peer(BARE, DRAMATIQ, "bench.peers.actors", "bare"),
    Peer(CELERY, CELERY_WORKER, "bench.peers.tasks", "stored"),
)


@dataclass(slots=True)
class Side:
    """What one has done: texts a second, and the processor's time that each text took."""

    rates: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    def add(self, arrivals: Sequence[Arrival], used: float) -> None:
        """A slice: what arrived, and the seconds of the processor that it took."""
        took = arrivals[-1].at - arrivals[0].at + ANSWER_SECONDS
        self.rates.append(len(arrivals) / took)
        self.cpu_seconds.append(used / len(arrivals))


def why_no_peers() -> str | None:
    """None where the peers are installed."""
    return None if PYTHON.exists() else "they are not installed: `./run bench peers` does that"


def compare_peers(
    say: Say, site: Site, database_url: str, *, recorded: int, rounds: int, count: int
) -> None:
    """Run and print the comparison on one kind of database; `database_url` is the peers' own."""
    say(heading(f"peers on {site.kind}"))
    say(
        f"{rounds} rounds of {count:,} texts a side in turns, {THREADS} in flight, the carrier "
        f"answers in {ANSWER_SECONDS * 1000:.0f} ms, {recorded:,} texts recorded before; "
        "the cost of enqueuing is not counted for anyone"
    )
    store = PeerStore(database_url)
    store.add(recorded, "accepted")
    sides = {name: Side() for name in (OURS, *(peer.name for peer in PEERS))}
    for _ in range(rounds):
        _run_ours(site, sides[OURS], count)
        for peer in PEERS:
            Stand(peer, site, store).run(sides[peer.name], count)
    store.engine.dispose()
    _tell(say, sides)


class PeerStore:
    """The peers' database, made here."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.url = url
        texts.metadata.create_all(self.engine)

    def add(self, count: int, state: str) -> int:
        """Store so many texts; the number of the first."""
        with self.engine.begin() as connection:
            first = 1 + (connection.execute(select(func.max(texts.c.id))).scalar() or 0)
            rows = [_row(first + number, state) for number in range(count)]
            connection.execute(insert(texts), rows)
        return first

    def wait_until_calm(self) -> None:
        """Wait until nothing is queued any more."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while self._has_work():
            if time.monotonic() > ends:
                raise BenchError("the peers' texts that came are not written down as sent")
            time.sleep(LOOK_SECONDS)
        time.sleep(CALM_SECONDS)

    def _has_work(self) -> bool:
        waiting = select(texts.c.id).where(texts.c.state == "queued").limit(1)
        with self.engine.connect() as connection:
            return connection.execute(waiting).first() is not None


def _row(number: int, state: str) -> dict[str, object]:
    given = {"id": number, "recipient": reader(number), "number": OUR_NUMBER, "state": state}
    sid = f"SMpeer{number}" if state == "accepted" else None
    return given | {"body": "Towels are on the way.", "sid": sid}


def _run_ours(site: Site, side: Side, count: int) -> None:
    workers = site.crew.call()
    send_answers(site, WARM_TEXTS)
    used = sum(workers.cpu_seconds())
    arrivals = send_answers(site, count)
    side.add(arrivals, sum(workers.cpu_seconds()) - used)
    site.crew.dismiss()


@dataclass(frozen=True, slots=True)
class Stand:
    """A peer at the site, with the database of its texts."""

    peer: Peer
    site: Site
    store: PeerStore

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        return {
            "PEERS_DATABASE_URL": self.store.url,
            "PEERS_REDIS_URL": self.site.place.environment["REDIS_URL"],
            "PEERS_API_URL": self.site.carrier.url,
        }

    def run(self, side: Side, count: int) -> None:
        """One slice."""
        folder = self.site.place.folder / self.peer.module
        command = [str(PYTHON), "-m", *self.peer.worker]
        with running(command, folder, self.environment) as worker:
            self._send(worker.pid, WARM_TEXTS)
            used = cpu_seconds(worker.pid)
            arrivals = self._send(worker.pid, count)
            side.add(arrivals, cpu_seconds(worker.pid) - used)
        self.site.crew.dismiss()  # what it left in Redis

    def _send(self, worker: int, count: int) -> list[Arrival]:
        """Store and enqueue while the worker stands still, and wait until all of it has arrived."""
        first = self.store.add(count, "queued" if self.peer.form == "stored" else "accepted")
        self.site.carrier.take()
        began = self.site.carrier.count()
        os.killpg(worker, signal.SIGSTOP)
        try:
            self._enqueue(first, count)
        finally:
            os.killpg(worker, signal.SIGCONT)
        self.site.carrier.wait_for(began + count, PATIENCE_SECONDS)
        self.store.wait_until_calm()
        return self.site.carrier.take()

    def _enqueue(self, first: int, count: int) -> None:
        done = subprocess.run(
            [str(PYTHON), "-m", self.peer.module, self.peer.form, str(first), str(count)],
            cwd=PROJECT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{self.peer.name}: nothing was enqueued: {done.stderr[-500:]}")


def _tell(say: Say, sides: Mapping[str, Side]) -> None:
    ours = median(sides[OURS].cpu_seconds)
    head = ("side", "texts/s", "CPU a text, ms", "(least–most)", "of ours")
    for line in table(head, (_line(name, side, ours) for name, side in sides.items())):
        say(line)
    share = ours / median(sides[LIKE].cpu_seconds)
    aim = "CPU a text ≤ half of dramatiq's, like for like"
    say(str(Target(aim, f"{share:.0%} of it", share <= 0.5, "see where the time goes")))


def _line(name: str, side: Side, ours: float) -> tuple[str, ...]:
    cost = median(side.cpu_seconds)
    return (
        name,
        f"{median(side.rates):,.0f}",
        f"{cost * 1000:.2f}",
        f"({min(side.cpu_seconds) * 1000:.2f}–{max(side.cpu_seconds) * 1000:.2f})",
        f"{cost / ours:.1f} ×",
    )
