"""The checks of `bellhop doctor` that look at this machine: settings, disk, ledger, spool."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from router.cli.finding import Finding
from router.flows.free_space import LEAST_BYTES, SCARCE, free_space
from router.flows.restoring.age import check_age
from router.flows.restoring.missing import count_missing
from router.flows.spool import spooled
from router.flows.world import World
from router.settings import Settings
from router.store.engine import DatabaseDown

FASTEST_PACE = 200.0
SHORTEST_GRACE_SECONDS = 60.0
LONGEST_IN_SPOOL = timedelta(minutes=5)
RESTORED = "stop worker and clock, run `bellhop db restored`, start them again"


def check_settings(world: World) -> list[Finding]:
    """They fit an installation that others reach, and do not only have the right form."""
    settings = world.settings
    found = [*_on_address(settings), *_on_paces(settings)]
    return found or [Finding(True, "fit together")]


def check_disk(world: World) -> list[Finding]:
    """There is room under DATA_DIR."""
    try:
        free, share = free_space(world)
    except OSError as error:
        said = f"DATA_DIR cannot be looked at ({error.strerror})"
        return [Finding(False, said, "make it, or correct DATA_DIR")]
    said = f"{free // 1_000_000} MB are left in DATA_DIR, {share:.0%} of the disk"
    if free < LEAST_BYTES or share < SCARCE:
        return [Finding(False, said, "make room: a full disk takes in no text")]
    return [Finding(True, said)]


def check_ledger(world: World) -> list[Finding]:
    """It can be appended to, and the database is not older than it."""
    path = world.settings.ledger
    try:
        world.ledger.check_writable()
    except OSError as error:
        said = f"{path} cannot be written ({error.strerror})"
        return [Finding(False, said, "make it writable, or set LEDGER_PATH")]
    try:
        return [Finding(True, f"{path} can be written"), *_on_age(world)]
    except (DatabaseDown, SQLAlchemyError):
        return []  # said by the database's own check


def check_spool(world: World) -> list[Finding]:
    """Nothing lies in it for long."""
    count, oldest_seconds = spooled(world)
    if not count:
        return [Finding(True, "empty")]
    said = f"{count} texts wait, the oldest for {oldest_seconds:.0f} s"
    is_fresh = oldest_seconds < LONGEST_IN_SPOOL.total_seconds()
    do = "start `bellhop clock` on this machine; its log says why a text is passed over"
    return [Finding(is_fresh, said, "" if is_fresh else do)]


def _on_address(settings: Settings) -> Iterator[Finding]:
    place = urlsplit(settings.public_url)
    if _is_this_machine(place.hostname or ""):
        return
    if place.scheme != "https":
        said = "PUBLIC_URL is not https: texts and sign-ins can be read on their way"
        yield Finding(False, said, "put a proxy with a certificate in front, and correct it")
    if settings.simulator:
        said = "SIMULATOR is on where others reach it: anybody may write texts as anybody"
        yield Finding(False, said, "set SIMULATOR=false")


def _on_paces(settings: Settings) -> Iterator[Finding]:
    if settings.simulator:
        return
    for name in ("pace_long_code", "pace_toll_free", "pace_short_code", "pace_channel"):
        pace: float = getattr(settings, name)
        if not 0 < pace <= FASTEST_PACE:
            said = f"{name.upper()} is {pace:g}: the carrier queues what comes faster, and drops it"
            yield Finding(False, said, "set it to what the carrier has granted")
    if settings.settle_after_seconds < SHORTEST_GRACE_SECONDS:
        said = f"SETTLE_AFTER_SECONDS is {settings.settle_after_seconds:g}: its log lags for longer"
        yield Finding(False, said, "leave it at 120")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _on_age(world: World) -> Iterator[Finding]:
    older = check_age(world)
    if older is not None:
        yield Finding(False, f"{older}: a backup was restored", RESTORED)
        return
    opt_outs, erased = count_missing(world)
    if opt_outs:
        said = f"{opt_outs} opt-outs of this machine's ledger are not in the database"
        yield Finding(False, said, "run: bellhop db restored; they hold again then")
    if erased:
        said = f"{erased} contacts that were erased, by this machine's ledger, are in the database"
        do = "`bellhop db restored` names them: have each erased once more"
        yield Finding(False, said, do)
    if not opt_outs and not erased:
        yield Finding(True, "the database has every opt-out and erasure of the ledger")
