"""What became of one try to tell somebody. The words carry no address and no text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """It was taken."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Certainly not taken, or taking it twice does no harm: again, in `seconds` at least."""

    why: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """It was refused for good."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been taken, and must not be said twice."""

    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """What was to be told, or the device to tell it to, is no more: forget about it."""


Outcome = Done | Retry | Failed | Unknown | Gone
