"""What the carrier tells that belongs to no message yet, and how far something has come."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class StrayStatus(SQLModel, table=True):
    """The furthest status of a SID that no message bears yet. Kept for an hour; names nobody."""

    sid: str = Field(primary_key=True)
    status: str
    error_code: int | None = None
    at: datetime


class Watermark(SQLModel, table=True):
    """How far something has come. `inbound`: all that the carrier's log has of before `at` is here;
    `clock`: a clock last went round then; `restored`: a backup was put in place.
    """

    name: str = Field(primary_key=True)
    at: datetime
