"""A process that dies at one of its boundaries: at a commit, or as the carrier takes a text."""

from dataclasses import dataclass


class Died(BaseException):
    """The process ends here; nothing of it goes on."""


@dataclass(slots=True)
class Reaper:
    """Lets a process die at the boundary of number `at` (0: the first; None: at none) while it is
    `armed`. Once dead, no thread of the process goes on. `place`: the boundary passed last.
    """

    at: int | None = None
    armed: bool = False
    passed: int = 0
    place: str = ""

    @property
    def has_struck(self) -> bool:
        """Whether the process has died."""
        return self.at is not None and self.passed > self.at

    @property
    def has_kept_it(self) -> bool:
        """Whether it died after a commit, which is kept."""
        return self.has_struck and self.place.startswith("after commit")

    def arm(self, at: int | None) -> None:
        """From now on boundaries count."""
        self.at, self.armed, self.passed, self.place = at, True, 0, ""

    def step(self, place: str) -> None:
        """A boundary."""
        if not self.armed:
            return
        if self.has_struck:
            raise Died
        self.passed, self.place = self.passed + 1, place
        if self.has_struck:
            raise Died

    def before(self) -> None:
        """See Watcher."""
        if self.armed and self.has_struck:
            raise Died

    def committing(self) -> None:
        """See Watcher."""
        self.step(f"before commit, boundary {self.passed + 1}")

    def committed(self) -> None:
        """See Watcher."""
        self.step(f"after commit, boundary {self.passed + 1}")

    def has_read(self) -> None:
        """See Watcher."""
