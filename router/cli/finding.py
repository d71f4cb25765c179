"""What `bellhop doctor` finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; `do` where it is wrong."""

    ok: bool
    says: str
    do: str = ""
