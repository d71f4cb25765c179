"""The referee: what the carrier accepted, and what people were told is stored, beside the database.

It goes by the carrier's own log, which no fault touches, and by the message and attempt that each
accepted text names in its callback's URL.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from router.flows.outbox import FIRST
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Message, Timer
from tests.storm.stage.carrier_desk import Taken
from tests.storm.stage.people import REPLIED, Diary
from tests.storm.stage.stage import Stage

TAKEN = frozenset({"accepted", "sent", "delivered", "undelivered"})
ENDED = TAKEN | {"review", "failed"}
UNAVOIDABLE = {
    "code": "codes, which are never sent again by themselves",
    "overtaken": "texts that would come out of order by now",
}
"""Why a text may be left to a person although the carrier's log is up to date."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Something counted beside its limit. Without one it is only told."""

    name: str
    count: float
    limit: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        return self.limit is None or self.count <= self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f" (limit {self.limit:g})"
        return f"  {self.name}: {self.count:,.4g}{limit}{'' if self.holds else '  VIOLATION'}"


@dataclass(frozen=True, slots=True)
class Leniency:
    """What a storm makes unavoidable. `review`: any text may be left to a person, not codes alone.
    `deaf`: callbacks are lost, so that a text may have come further than we know. `refused`: so
    many fail, since the carrier was told to refuse them.
    """

    review: bool = False
    deaf: bool = True
    refused: int = 0


STRICT = Leniency(deaf=False)


def examine(stage: Stage, diary: Diary, leniency: Leniency) -> list[Figure]:
    """All figures of a storm that has calmed down."""
    rows, taken = read_messages(stage.world), stage.carrier.taken()
    out = {row.id: row for row in rows if row.direction == "out"}
    fired = count_fired(stage.world)
    return [
        *_texts([row for row in rows if row.direction == "in"], out, diary),
        *_replies(out, taken, fired, leniency),
        *_left_to_people(out, taken, leniency),
        Figure("processes that ended by themselves", stage.cast.deserters, 0),
    ]


def read_messages(world: World) -> Sequence[AnyRow]:
    """Every text in the database, in and out, without its words."""
    columns = (
        Message.id,
        Message.thread_id,
        Message.seq,
        Message.direction,
        Message.kind,
        Message.priority,
        Message.state,
        Message.sid,
        Message.cause_id,
        Message.reason,
    )
    with world.store.read() as connection:
        return connection.execute(select(*map(col, columns))).all()


def count_fired(world: World) -> int:
    """How many timers have fired."""
    with world.store.read() as connection:
        counted = select(func.count()).select_from(Timer).where(col(Timer.state) == "fired")
        return int(connection.execute(counted).scalar_one())


def _texts(inward: Sequence[AnyRow], out: Mapping[str, AnyRow], diary: Diary) -> Iterator[Figure]:
    """Each acknowledged text is there once, with the one reply that it gets."""
    stored = Counter(row.sid for row in inward)
    ids = {row.sid: row.id for row in inward}
    replies = Counter(row.cause_id for row in out.values() if row.kind == "reply" and row.cause_id)
    replied = [text.sid for text in diary.texts.values() if text.body in REPLIED]
    wrong = sum(replies[ids[sid]] != 1 for sid in replied if sid in ids)
    yield Figure("texts acknowledged", len(diary.acknowledged))
    yield Figure("acknowledged and lost", sum(not stored[sid] for sid in diary.acknowledged), 0)
    yield Figure("stored more than once", sum(count > 1 for count in stored.values()), 0)
    yield Figure("never acknowledged", len(diary.texts.keys() - diary.acknowledged), 0)
    yield Figure("decided without their reply, or with two", wrong, 0)
    yield Figure("answers that were neither 2xx nor 503", diary.odd(), 0)


def _replies(
    out: Mapping[str, AnyRow], taken: Sequence[Taken], fired: int, leniency: Leniency
) -> Iterator[Figure]:
    times = Counter(each.message_id for each in taken)
    by_timers = sum(row.kind == "reply" and row.cause_id is None for row in out.values())
    failed = sum(row.state == "failed" for row in out.values())
    yield Figure("texts of ours", len(out))
    yield Figure("accepted by the carrier", len(taken))
    replaced = _replaced(out)
    lost = sum(_is_lost(row, times) for row in out.values() if row.id not in replaced)
    yield Figure("codes that a newer one replaced before they left", len(replaced))
    yield Figure("lost", lost, 0)
    yield Figure("sent twice", sum(count > 1 for count in times.values()), 0)
    yield Figure("out of order in their thread", count_inversions(out, taken), 0)
    yield Figure("sent and not in the database", len(times.keys() - out.keys()), 0)
    yield Figure("with the carrier's id of another", count_strange_sids(out, taken), 0)
    yield Figure("replies of timers beyond those fired", max(0, by_timers - fired), 0)
    yield Figure("failed", failed, leniency.refused)
    if not leniency.deaf:
        yield Figure("with another status than the carrier's", count_stale(out, taken), 0)


def _left_to_people(
    out: Mapping[str, AnyRow], taken: Sequence[Taken], leniency: Leniency
) -> Iterator[Figure]:
    reviewed = [row for row in out.values() if row.state == "review"]
    why = Counter(row.reason if row.reason in UNAVOIDABLE else "other" for row in reviewed)
    sent = {each.message_id for each in taken}
    for reason, name in UNAVOIDABLE.items():
        yield Figure(f"left to a person: {name}", why[reason])
    yield Figure("left to a person: others", why["other"], None if leniency.review else 0)
    yield Figure("of those left to a person, sent", sum(row.id in sent for row in reviewed))


def _replaced(out: Mapping[str, AnyRow]) -> frozenset[str]:
    """The codes that were taken back since the person asked for another, which is there."""
    newest: dict[str, int] = defaultdict(int)
    for row in out.values():
        if row.kind == "code":
            newest[row.thread_id] = max(newest[row.thread_id], row.seq)
    return frozenset(
        row.id
        for row in out.values()
        if row.kind == "code" and row.state == "canceled" and row.seq < newest[row.thread_id]
    )


def _is_lost(row: AnyRow, times: Mapping[str, int]) -> bool:
    """Waiting for ever, given up without a cause, or said to be sent and was not."""
    return row.state not in ENDED or (row.state in TAKEN and not times[row.id])


def count_inversions(out: Mapping[str, AnyRow], taken: Sequence[Taken]) -> int:
    """Texts that the carrier accepted after a later one of their thread (codes may overtake)."""
    latest: dict[str, int] = defaultdict(int)
    found = 0
    for each in taken:
        row = out.get(each.message_id)
        if row is not None and row.priority != FIRST:
            found += row.seq < latest[row.thread_id]
            latest[row.thread_id] = max(latest[row.thread_id], row.seq)
    return found


def count_strange_sids(out: Mapping[str, AnyRow], taken: Sequence[Taken]) -> int:
    """Texts in the database with an id that the carrier gave to none of their attempts."""
    given: dict[str, set[str]] = defaultdict(set)
    for each in taken:
        given[each.message_id].add(each.sid)
    return sum(row.sid is not None and row.sid not in given[row.id] for row in out.values())


def count_stale(out: Mapping[str, AnyRow], taken: Sequence[Taken]) -> int:
    """Texts whose state is not what the carrier said last."""
    states = {row.sid: row.state for row in out.values()}
    return sum(states.get(each.sid) != each.status for each in taken)
