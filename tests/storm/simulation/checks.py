"""What must hold once a seed is over, whatever went wrong in it.

Texts of one thread, from one number, that say the same are twins: the carrier's log does not tell
them apart, and whoever reads them does not either. So they are counted together.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from router.carrier.statuses import state_after
from router.flows.outbox import EXEMPT, FIRST
from tests.storm.simulation.carrier import Taken
from tests.storm.simulation.history import UNFINISHED, Move, Row
from tests.storm.simulation.plan import Text

SENT = frozenset({"accepted", "sent", "delivered", "undelivered"})
MAYBE_SENT = SENT | {"review", "failed"}
RETRIED_ONCE = frozenset({30003, 30008, 30036})


@dataclass(slots=True)
class Twins:
    """Texts that nobody can tell apart (mostly one), and what the carrier took of them."""

    rows: list[Row] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    @property
    def names(self) -> str:
        """Their ids."""
        return "/".join(row.id for row in self.rows)

    @property
    def most(self) -> int:
        """How often the carrier may take them: one that did not arrive is tried once more."""
        again = [each for each in self.taken if each.error_code in RETRIED_ONCE]
        return len(self.rows) + len(again)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a seed ended: the texts as planned, their rows, all moves, what the carrier took, which
    news of which SID and attempt were taken in, and when who (by thread) was heard to come back.
    """

    is_quiet: bool
    texts: Mapping[str, Text]
    rows: Mapping[str, Row]
    moves: list[Move]
    taken: list[Taken]
    heard: list[tuple[str, str, str]]
    returns: Mapping[str, float]


def find_violations(ending: Ending) -> Iterator[str]:
    """Everything that is wrong, worded."""
    if not ending.is_quiet:
        waiting = UNFINISHED | {"held"}
        stuck = [f"{row.id} is {row.state}" for row in ending.rows.values() if row.state in waiting]
        yield f"stuck: {', '.join(stuck) or 'no end'}"
    for twins in _twins(ending):
        yield from _wrong_numbers(twins)
    yield from _wrong_sids(ending)
    yield from _inversions(ending)
    yield from _after_stop(ending)
    yield from _deaf(ending)


def _twins(ending: Ending) -> Iterable[Twins]:
    found: dict[tuple[int, int, str], Twins] = defaultdict(Twins)
    for row in ending.rows.values():
        found[_sameness(ending, row.id)].rows.append(row)
    for each in ending.taken:
        found[_sameness(ending, each.message_id)].taken.append(each)
    return found.values()


def _sameness(ending: Ending, message_id: str) -> tuple[int, int, str]:
    text = ending.texts[message_id]
    return text.thread, text.number, text.body


def _wrong_numbers(twins: Twins) -> Iterator[str]:
    """Each text is taken once where we say that it was sent, and not at all where it was not."""
    sids = [each.sid for each in twins.taken]
    said = sum(row.state in SENT for row in twins.rows)
    possible = sum(row.state in MAYBE_SENT or row.first_sid is not None for row in twins.rows)
    if len(sids) > twins.most:
        yield f"twice: the carrier took {twins.names} as {sids}"
    if said > len(sids):
        yield f"lost: of {twins.names} {said} are said to be sent, and the carrier took {sids}"
    if len(sids) > possible + (twins.most - len(twins.rows)):
        states = [row.state for row in twins.rows]
        yield f"untrue: {twins.names} are {states}, and the carrier took {sids}"


def _wrong_sids(ending: Ending) -> Iterator[str]:
    """A SID is borne by one text, and by one that it may be of."""
    whose = {each.sid: each.message_id for each in ending.taken}
    seen: dict[str, str] = {}
    for row in ending.rows.values():
        if row.sid is None:
            continue
        if row.sid in seen:
            yield f"SID: {row.id} and {seen[row.sid]} both bear {row.sid}"
        seen[row.sid] = row.id
        owner = whose.get(row.sid)
        if owner is None or _sameness(ending, owner) != _sameness(ending, row.id):
            yield f"SID: {row.id} bears {row.sid}, which is {owner}'s"


def _inversions(ending: Ending) -> Iterator[str]:
    """Of two texts of a thread, the one that was decided first is taken first; what was put aside
    for a while has given up its place.
    """
    first = {each.message_id: each.at for each in reversed(ending.taken)}
    aside = {move.after.id for move in ending.moves if move.after.state in {"review", "held"}}
    rows = [row for row in ending.rows.values() if row.id in first and row.id not in aside]
    for earlier in rows:
        for later in rows:
            is_after = earlier.thread == later.thread and earlier.seq < later.seq
            may_overtake = later.priority == FIRST < earlier.priority
            if is_after and not may_overtake and first[later.id] < first[earlier.id]:
                yield f"inversion: {later.id} was taken before {earlier.id}"


def _after_stop(ending: Ending) -> Iterator[str]:
    """No claim commits after a STOP has committed, but of what answers it; what was there before is
    not claimed after a later START either.
    """
    stopped: set[str] = set()
    outlived: set[str] = set()
    known: dict[str, set[str]] = defaultdict(set)
    for move in ending.moves:
        told, _, thread = move.doing.rpartition(" in ")
        if told == "hears STOP" and not _is_back(ending, thread, move):
            stopped.add(thread)
            outlived |= known[thread]
        if move.after.kind in EXEMPT:
            continue
        known[move.after.thread].add(move.after.id)
        is_claim = move.before and move.before.state == "queued" and move.after.state == "sending"
        thread = move.after.thread
        is_closed = thread in stopped and not _is_back(ending, thread, move)
        if is_claim and (is_closed or move.after.id in outlived):
            yield f"after STOP: {move.after.id} was claimed"


def _is_back(ending: Ending, thread: str, move: Move) -> bool:
    """Whether who is there has said START already. A STOP of before is heard too late to matter."""
    return thread in ending.returns and ending.returns[thread] <= move.at


def _deaf(ending: Ending) -> Iterator[str]:
    """What a callback told, and we said that we had heard, is known in the end."""
    for sid, status, url in ending.heard:
        row = ending.rows[parse_qs(urlsplit(url).query)["message"][0]]
        if row.first_sid == sid:
            continue
        if row.sid != sid or state_after(row.state, status) != row.state:
            yield f"deaf: {status} of {sid} was heard, and {row.id} is {row.state} as {row.sid}"
