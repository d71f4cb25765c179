"""How long an attempt may take, and how long what became of it may be unknown.

All of it follows from one setting, the grace: SETTLE_AFTER_SECONDS. An attempt's lease is at most
half of it, no byte is written after a third of the lease, and the carrier's answer is awaited for
less than that (see `router.carrier.twilio`): so whoever still waits for an answer has given up
before the carrier's log is asked.
"""

from datetime import datetime, timedelta

from router.settings import Settings

LONGEST_LEASE = timedelta(seconds=60)
LOOK_UP = timedelta(seconds=10)  # the time that looking up takes: so long its thread still waits
LOOK_BACK = timedelta(minutes=5)  # so long before an attempt the log is read, to be sure
CLOCKS_DIFFER = timedelta(seconds=60)  # ours and the carrier's, at most
GIVE_UP_AFTER = timedelta(minutes=10)  # a log that lags for longer settles nothing: a person does


def grace_of(settings: Settings) -> timedelta:
    """How long after an attempt the carrier's log is asked for it."""
    return timedelta(seconds=settings.settle_after_seconds)


def lease_of(settings: Settings) -> timedelta:
    """How long an attempt belongs to the process that makes it."""
    return min(LONGEST_LEASE, grace_of(settings) / 2)


def accepted_within(settings: Settings, attempted_at: datetime) -> tuple[datetime, datetime]:
    """By the carrier's clock, the earliest and the latest time at which it took that attempt.

    An earlier text with the same words may be in doubt as well, and a later one, once this one
    holds its thread no longer. They are at least a grace apart, so that neither is taken for it.
    """
    differ = min(CLOCKS_DIFFER, grace_of(settings) / 2)
    return attempted_at - differ, attempted_at + lease_of(settings) + differ
