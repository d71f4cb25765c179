"""A START that arrives late does not undo a STOP that was written after it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import col

from keywords.reading import Meaning, Reading
from router.flows.held import Held
from router.store.tables import Suppression


def without_outdated(held: Held, reading: Reading, said_at: datetime) -> Reading:
    """The reading, without an opt-in that is older than an opt-out which stands."""
    meanings = (reading.meaning, *reading.also)
    if said_at >= held.at or Meaning.OPT_IN not in meanings or not _is_newer_out(held, said_at):
        return reading
    rest = [one for one in meanings if one is not Meaning.OPT_IN] or [Meaning.NONE]
    reason = f"{reading.reason}, but written before the opt-out that stands"
    return replace(reading, meaning=rest[0], also=tuple(rest[1:]), reason=reason)


def _is_newer_out(held: Held, said_at: datetime) -> bool:
    newer = exists().where(
        col(Suppression.tenant_id) == held.tenant_id,
        col(Suppression.lookup) == held.person,
        col(Suppression.since) > said_at,
    )
    return held.connection.execute(select(newer)).scalar_one()
