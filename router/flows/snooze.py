"""A thread is put aside until a time: it wakes then, once, or before with a text of the person."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from router.flows.acting import Acted, act_on
from router.flows.assign.hands import take
from router.flows.assign.place import resume
from router.flows.held import Held
from router.flows.staff import StaffIdentity
from router.flows.timer_rows import cancel_timers, start_timer
from router.flows.world import World
from rules.model import Rulebook
from rules.moves import woken

MORNING = time(9)
CLOSED = "This thread is closed: the next text opens it again."
AWAKE = "This thread is open already."


def _morning_after(at: datetime, zone: ZoneInfo) -> datetime:
    day = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)


SNOOZES: Mapping[str, Callable[[datetime, ZoneInfo], datetime]] = MappingProxyType(
    {
        "hour": lambda at, zone: (at + timedelta(hours=1)).astimezone(zone),
        "morning": _morning_after,
        "week": lambda at, zone: (at + timedelta(weeks=1)).astimezone(zone),
    }
)
"""How long staff may put a thread aside, and until when that is; `morning`: tomorrow at nine, where
the business is."""


def snooze(world: World, staff: StaffIdentity, thread_id: str, length: str) -> Acted:
    """Put a thread aside for one of `SNOOZES`. Who puts aside what nobody has claimed, has it."""

    def act(held: Held) -> str | None:
        if held.state.state == "closed":
            return CLOSED
        if not held.state.claimed:
            take(held, staff.handle)
        zone = world.live_book(held.connection, held.tenant_id).timezone
        put_aside(held, SNOOZES[length](held.at, zone).astimezone(UTC))
        return None

    return act_on(world, staff, thread_id, act)


def wake_up(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """Staff goes on with a thread before its time."""

    def act(held: Held) -> str | None:
        book = world.live_book(held.connection, held.tenant_id)
        return None if wake(held, book) else AWAKE

    return act_on(world, staff, thread_id, act)


def put_aside(held: Held, until: datetime) -> None:
    """The thread sleeps until then, and waits in no queue. An escalation still comes: to put a
    thread aside is no answer to the person.
    """
    held.state = replace(held.state, state="snoozed")
    held.waiting_since = None
    cancel_timers(held, "wake")
    start_timer(held, "wake", until, {})


def wake(held: Held, book: Rulebook) -> bool:
    """Open it again, for whoever has it or is picked now; False where it was not put aside."""
    if held.state.state != "snoozed":
        return False
    held.state = woken(held.state)
    resume(held, book)
    return True
