"""What became of one file."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["live", "unchanged", "mended", "refused", "stale", "pending", "gone"]


@dataclass(frozen=True, slots=True)
class Published:
    """One file after it was looked at.

    `status`: live (a new revision), unchanged, mended (it is what is in force once more), refused
    (also where it is missing or cannot be read), pending (it is being written, or what is wrong
    with it is not told yet), gone, stale (an earlier revision, while a later one is in force that
    came from elsewhere). `tenant` is None where it cannot be told whose it is; `revision`
    is the one in force; `is_news`: pages should show it.
    """

    file: str
    tenant: str | None
    status: Status
    revision: int | None = None
    findings: tuple[str, ...] = ()
    is_news: bool = False
