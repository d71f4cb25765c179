"""A replay: who wants it is noted, then each page of recorded texts is opened and decided again."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.audit import note
from router.flows.people.staff_named import missing_author
from router.flows.record import is_as_recorded
from router.flows.replay.traffic import Page, Sheet, find_pages, read_page
from router.flows.rulebooks.live import RulebookLost
from router.flows.show import NoSuchTenant
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import Tenant
from rules.inputs import InputsLost, unpack
from rules.load import load
from rules.model import Rulebook
from rules.replay.again import Bridge, Recorded
from rules.replay.outcome import is_alike, outcome_of
from rules.replay.tally import LeftOut, Sample, Tally

REPLAYED = "rules.replayed"


class NoSuchStaff(LookupError):
    """The tenant has no member of staff of this handle."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants a replay: a member of staff by handle, else the operating system's user."""

    name: str
    is_staff: bool = True


@dataclass(frozen=True, slots=True)
class Replay:
    """What is to be replayed: the new rulebook's text, and how old recorded texts may be.

    `against`: each text's own rulebook as `recorded`, or the one that is `live`. Up to `samples`
    texts a group are kept.
    """

    tenant_id: str
    file: str
    text: str
    hash: str
    since: datetime
    samples: int = 3
    against: Literal["recorded", "live"] = "recorded"


def begin(world: World, replay: Replay, asker: Asker) -> list[Page]:
    """Find the texts, newest first, and note for the audit that they will be opened.

    Raises NoSuchTenant and NoSuchStaff.
    """
    with world.store.read() as connection:
        wanted = select(col(Tenant.id)).where(col(Tenant.id) == replay.tenant_id)
        if connection.execute(wanted).first() is None:
            raise NoSuchTenant(replay.tenant_id)
        if asker.is_staff and missing_author(connection, replay.tenant_id, asker.name):
            raise NoSuchStaff(asker.name)
    pages = find_pages(world, replay.tenant_id, replay.since)
    with world.store.write() as connection:
        note(
            connection,
            replay.tenant_id,
            world.now(),
            asker.name if asker.is_staff else f"os:{asker.name}",
            REPLAYED,
            file=replay.file,
            hash=replay.hash,
            since=replay.since.isoformat(),
            against=replay.against,
            texts=sum(page.texts for page in pages),
            samples=replay.samples,
        )
    return pages


@dataclass(slots=True)
class Replayer:
    """Decides pages of texts again. Made once a process: it keeps what the last page needed."""

    world: World
    replay: Replay
    _new: Rulebook = field(init=False)
    _live: Rulebook | None = None
    _sides: dict[int, "_Sides | None"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        loaded = load(self.replay.text, self.replay.file)
        if loaded.book is None:
            raise ValueError(f"{self.replay.file} does not load: {loaded.findings[0]}")
        self._new = loaded.book

    def count(self, page: Page) -> Tally:
        """What the texts of a page come to under both rulebooks."""
        replay = self.replay
        sheet = read_page(self.world, replay.tenant_id, replay.since, page)
        keys = self._load(sheet)
        tally = Tally(replay.samples)
        for row in sheet.rows:
            if row.thread_id in sheet.being_erased:
                tally.left_out["erased"] += 1
            elif why := self._count_one(row, keys, tally):
                tally.left_out[why] += 1
        return tally

    def _load(self, sheet: Sheet) -> TenantKeys:
        """Load the rulebooks that a page's texts were decided under, and let go of others.

        Gives the tenant's keys.
        """
        with self.world.store.read() as connection:
            self._sides = {
                revision: self._sides.get(revision) or self._compare(connection, revision)
                for revision in {row.revision for row in sheet.rows}
            }
            return self.world.keys(connection, self.replay.tenant_id)

    def _compare(self, connection: Connection, revision: int) -> "_Sides | None":
        """What texts of a revision are decided under; None where it does not load any more."""
        tenant_id = self.replay.tenant_id
        try:
            base = then = self.world.live(connection, tenant_id, revision).book
            if self.replay.against == "live":
                base = self._live = self._live or self.world.live_book(connection, tenant_id)
        except RulebookLost:
            return None
        return _Sides(Bridge(then, base), Bridge(then, self._new))

    def _count_one(self, row: AnyRow, keys: TenantKeys, tally: Tally) -> LeftOut | None:
        """Count one text; why it is left out, where it is."""
        sides = self._sides[row.revision]
        if sides is None:
            return "rulebook_lost"
        try:
            inputs = unpack(keys.open_json("decision.inputs", row.id, row.inputs))
        except InputsLost as lost:
            return lost.why
        recorded = Recorded(keys.open("message.body", row.id, row.body), *inputs)
        before, after = sides.before.decide(recorded), sides.after.decide(recorded)
        if before is None or after is None:
            return "number_gone"
        if sides.before.leads_nowhere and not is_as_recorded(row, before):
            tally.outdated += 1
        if is_alike(before, after):
            tally.same += 1
        else:
            sample = Sample(row.id, row.created_at, recorded.text)
            tally.add(outcome_of(before), outcome_of(after), sample)
        return None


@dataclass(frozen=True, slots=True)
class _Sides:
    """From the rulebook of a record to the one it is compared with, and to the new one."""

    before: Bridge
    after: Bridge
