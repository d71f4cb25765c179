"""The checks of `bellhop doctor`: each looks at one part and says what to do where it is wrong."""

from collections.abc import Iterator
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from router.carrier.api import CarrierError
from router.carrier.errors import explain_stop
from router.carrier.twilio import TwilioCarrier
from router.cli.finding import Finding
from router.flows.consent.audit import count_differences
from router.flows.reconcile import read_up_to
from router.flows.sending.stopped import stopped_senders
from router.flows.world import World
from router.jobs.redis import connect, look_into
from router.jobs.worker import has_worker
from router.store import schema
from router.store.durability import settings_that_lose
from router.store.engine import CONNECTIONS, DatabaseDown
from router.store.server_clock import MOST_ASTRAY, clock_ahead
from router.store.server_setup import read_server_setup

LATE_LOOKS = 3


def check_database(world: World) -> list[Finding]:
    """It answers, stands at the newest schema or a newer one, and keeps what it commits."""
    kind = world.store.engine.dialect.name
    try:
        standing = schema.standing(world.store)
    except (DatabaseDown, SQLAlchemyError) as error:
        said = f"{kind} does not answer ({type(error).__name__})"
        return [Finding(False, said, "start it, or correct DATABASE_URL")]
    if standing == "behind":
        return [Finding(False, f"{kind} has an older schema", "run: bellhop db upgrade")]
    lossy = settings_that_lose(world.store)
    do = "set it otherwise in the database's configuration: commits must survive a power cut"
    found = [Finding(False, f"{kind} has {setting}", do) for setting in lossy]
    which = "the newest schema" if standing == "current" else "a newer schema than this program's"
    found = found or [Finding(True, f"{kind} answers with {which}; its commits last")]
    return [*found, *_remarks(world)]


def _remarks(world: World) -> Iterator[Finding]:
    """What is no fault by itself, and may become one."""
    setup = read_server_setup(world.store)
    if setup is None:
        return
    if setup.has_few_connections:
        said = f"max_connections is {setup.most_connections}, and each process may take"
        yield Finding(True, f"{said} {CONNECTIONS}: under load some would find none")
    if setup.replicas and not setup.is_synchronous:
        said = f"{setup.replicas} replicas, and synchronous_standby_names is empty"
        yield Finding(True, f"{said}: a failover to one of them may lose what was acknowledged")


def check_consent(world: World) -> list[Finding]:
    """The suppression list is what the consent events add up to."""
    try:
        differ = count_differences(world)
    except (DatabaseDown, SQLAlchemyError):
        return []  # said by the database's own check
    if differ:
        do = "stop sending and restore the newest backup: somebody has changed rows by hand"
        return [
            Finding(False, f"{differ} people are suppressed otherwise than their events say", do)
        ]
    return [Finding(True, "suppressions are what the consent events say")]


def check_redis(world: World) -> list[Finding]:
    """It answers, and throws nothing away when it is full."""
    with connect(world.settings.redis_url) as redis:
        try:
            redis.ping()
            about = look_into(redis)
        except (RedisError, OSError) as error:
            said = f"does not answer ({type(error).__name__})"
            return [Finding(False, said, "start Redis or Valkey, or correct REDIS_URL")]
    if about is None:
        return [Finding(True, "answers, and tells nothing of itself")]
    if about.evicts:
        said = f"throws keys away at {about.most_bytes} bytes (maxmemory-policy {about.policy})"
        return [Finding(False, said, "set maxmemory-policy noeviction")]
    kept = "keeps a file" if about.is_persistent else "keeps no file, which loses but time"
    return [Finding(True, f"{about.server} {about.version} answers; {kept}")]


def check_worker(world: World) -> list[Finding]:
    """At least one listens."""
    with connect(world.settings.redis_url) as redis:
        if has_worker(redis):
            return [Finding(True, "listens")]
    return [Finding(False, "none listens: nothing is sent", "start: bellhop worker")]


def check_time(world: World) -> list[Finding]:
    """This machine's time agrees with the database's and the carrier's."""
    found = [Finding(True, "the database is on this machine")] if world.store.is_sqlite else []
    differences = {"the database": _of_database(world), "the carrier": _of_carrier(world)}
    for whose, skew in differences.items():
        if skew is None:
            continue
        said = f"this machine and {whose} differ by {skew.total_seconds():.0f} s"
        is_small = skew <= MOST_ASTRAY
        found.append(Finding(is_small, said, "" if is_small else "set both by a time server"))
    return found


def _of_database(world: World) -> timedelta | None:
    if world.store.is_sqlite:
        return None
    try:
        with world.store.read() as connection:
            return abs(clock_ahead(connection))
    except (DatabaseDown, SQLAlchemyError):
        return None  # said by the database's own check


def _of_carrier(world: World) -> timedelta | None:
    try:
        difference = TwilioCarrier(world.settings).clock_difference()
    except CarrierError:
        return None  # said by the carrier's own check
    return None if difference is None else abs(difference)


def check_inbound(world: World) -> list[Finding]:
    """A clock has lately looked into the carrier's log for texts that did not come."""
    try:
        up_to = read_up_to(world)
    except (DatabaseDown, SQLAlchemyError):
        return []
    if up_to is None:
        said = "no clock has looked into the carrier's log yet for texts that did not come"
        return [Finding(False, said, "start: bellhop clock; if it runs, see what it logs")]
    minutes = max((world.now() - up_to) / timedelta(minutes=1), 0)
    if minutes > LATE_LOOKS * world.settings.reconcile_minutes:
        said = f"what came to the carrier in the last {minutes:.0f} min may be missing here"
        do = "start: bellhop clock; if it runs, it logs why: chore_failed or reconcile_held_up"
        return [Finding(False, said, do)]
    return [Finding(True, f"all that came to the carrier until {minutes:.0f} min ago is here")]


def check_senders(world: World) -> list[Finding]:
    """The carrier takes what each number has to send."""
    try:
        stopped = stopped_senders(world)
    except (DatabaseDown, SQLAlchemyError):
        return []
    found = [
        Finding(
            False,
            f"nothing leaves from {one.address} of {one.tenant_id}: {one.waiting} texts wait",
            explain_stop(one.code),
        )
        for one in stopped
    ]
    return found or [Finding(True, "none is stopped")]
