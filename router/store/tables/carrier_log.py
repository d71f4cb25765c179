"""What the carrier tells that belongs to no message yet, and how far its log has been read."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class StrayStatus(SQLModel, table=True):
    """The furthest status of a SID that no message bears yet. Kept for an hour; names nobody."""

    sid: str = Field(primary_key=True)
    status: str
    error_code: int | None = None
    at: datetime


class Watermark(SQLModel, table=True):
    """How far something of the carrier's has been read: all that is older than `at` is here."""

    name: str = Field(primary_key=True)
    at: datetime
