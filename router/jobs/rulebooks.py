"""The clock's watch over RULES_DIR: what is saved goes live at once, what is half-written waits.

A file is read once it has stood still for a moment, with the tests beside it. If it is good it goes
live; what is wrong with it is told only once it has stood still for longer, since editors write in
many ways: in place, by a rename, empty first. Each file is checked in a thread of its own, so that
one that takes long holds up no other.
"""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from router.backoff import doubled
from router.flows.publish import Published, publish_file
from router.flows.ripples import Ripples
from router.flows.rulebooks.files import Look, Unreadable, book_names, look_at
from router.flows.rulebooks.in_force import known_files
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.live import ANY

LOOK_SECONDS = 0.2
QUIET_SECONDS = 0.2  # a file that stood still so long is read
PATIENCE_SECONDS = 1.0  # and what is wrong with it is told after so long
ALL_SECONDS = 30.0  # all files are looked at anew this often, changed or not
FAILED_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
AT_ONCE = 4
WAS_IN_FORCE = frozenset({"live", "unchanged", "mended", "stale"})
ONE_FOLDER = "have all clocks share one RULES_DIR: another one has published a later revision"

log = structlog.get_logger()


@dataclass(slots=True)
class Watched:
    """One file: how it looks since when, and the look that was dealt with last and how.

    `dealt` is forgotten where it is to be looked at anew, `met` is not.
    """

    look: Look
    since: float
    dealt: Look | None = None
    met: Look | None = None
    found: Published | None = None
    failures: int = 0
    retry_at: float = 0.0
    at_work: Future[None] | None = None

    def is_due(self, now_seconds: float) -> bool:
        """Whether it is to be read now."""
        if self.dealt == self.look or (self.at_work is not None and not self.at_work.done()):
            return False
        return now_seconds >= max(self.since + QUIET_SECONDS, self.retry_at)

    def is_patient(self, now_seconds: float) -> bool:
        """Whether it changed so lately that what is wrong with it may be half a save."""
        return now_seconds < self.since + PATIENCE_SECONDS

    def is_untouched(self, look: Look) -> bool:
        """Whether it was in force as it is, and nobody has saved it since."""
        return look == self.met and self.found is not None and self.found.status in WAS_IN_FORCE

    def take(self, look: Look, now_seconds: float) -> None:
        """It looks otherwise than before: wait anew."""
        if look != self.look:
            self.look, self.since, self.retry_at, self.failures = look, now_seconds, 0.0, 0


@dataclass(slots=True)
class RulesWatch:
    """Watches RULES_DIR and publishes. Any number may, in as many processes."""

    world: World
    bell: Bell
    _files: dict[str, Watched] = field(default_factory=dict)
    _all_due_at: float = 0.0
    _last_live: Published | None = None
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rulebook")
    )

    def run(self, stopped: threading.Event) -> None:
        """Look until `stopped` is set; what is being checked then is finished first."""
        while not stopped.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 (logged; the next look may go better)
                log.warning("rules_not_looked_at", error=error)
                stopped.wait(FAILED_SECONDS)
        self.close()

    def look(self) -> None:
        """See which files have changed, and have those dealt with that stand still."""
        now_seconds = time.monotonic()
        self._observe(now_seconds)
        for name, watched in self._files.items():
            if watched.is_due(now_seconds):
                look, is_patient = watched.look, watched.is_patient(now_seconds)
                watched.at_work = self._pool.submit(
                    self._deal_with, name, watched, look, is_patient
                )

    def close(self) -> None:
        """Wait for what is at work, and begin nothing more."""
        self._pool.shutdown(cancel_futures=True)

    def _observe(self, now_seconds: float) -> None:
        folder = self.world.settings.rules_dir
        names = self._known_names() if now_seconds >= self._all_due_at else set()
        with suppress(Unreadable):  # then every file of it is missing, and told so
            names |= {*book_names(folder)}
        for name in names - {*self._files}:
            self._files[name] = Watched(look_at(folder, name), now_seconds)
        for name, watched in list(self._files.items()):
            watched.take(look_at(folder, name), now_seconds)
            if watched.look.book is None and watched.found and watched.found.status == "gone":
                del self._files[name]
        if now_seconds >= self._all_due_at:
            self._look_again(self._files.values())
            self._all_due_at = now_seconds + ALL_SECONDS

    def _known_names(self) -> set[str]:
        """Files that ought to be there, or were there when a clock last looked."""
        with self.world.store.read() as connection:
            return known_files(connection)

    def _look_again(self, files: Iterable[Watched]) -> None:
        for watched in files:
            watched.dealt = None

    def _deal_with(self, name: str, watched: Watched, look: Look, is_patient: bool) -> None:
        folder = self.world.settings.rules_dir
        if look_at(folder, name) != look:
            return  # it changed while it waited for its turn
        last_live = self._last_live
        try:
            found = publish_file(
                self.world,
                folder,
                name,
                is_patient=is_patient,
                is_fresh=watched.found is None,
                is_untouched=watched.is_untouched(look),
            )
        except Exception as error:  # noqa: BLE001 (logged and tried again; no other file suffers)
            watched.failures += 1
            pause = doubled(FAILED_SECONDS, watched.failures, LONGEST_PAUSE_SECONDS)
            watched.retry_at = time.monotonic() + pause
            log.warning("rulebook_not_looked_at", file=name, error=error, pause_seconds=pause)
            return
        if found.status == "pending":
            watched.retry_at = watched.since + PATIENCE_SECONDS
            return
        if found.status == "stale" and watched.found != found:
            log.warning("rulebook_is_an_earlier_one", file=name, tenant=found.tenant, do=ONE_FOLDER)
        watched.failures, watched.dealt, watched.met, watched.found = 0, look, look, found
        self._tell(found)
        if found.status == "refused" and last_live is not self._last_live:
            watched.dealt = None  # what was in its way may have gone meanwhile

    def _tell(self, found: Published) -> None:
        if not found.is_news:
            return
        log.info(
            "rulebook",
            file=found.file,
            tenant=found.tenant,
            status=found.status,
            revision=found.revision,
            findings=len(found.findings),
        )
        if found.tenant is not None:
            self.bell.ring(Ripples(threads=frozenset({(found.tenant, ANY)})))
        if found.status == "live":  # it may have made room for what clashed with it
            self._last_live = found
            files = list(self._files.values())
            self._look_again(w for w in files if w.found and w.found.status == "refused")
