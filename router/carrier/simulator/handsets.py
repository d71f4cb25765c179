"""What the phones have shown: memory of the process alone, so that an erasure leaves it nowhere."""

import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Shown = Literal["handset", "bellhop", "carrier"]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on a phone's screen; `by` is who wrote it (the carrier: its own confirmations)."""

    sid: str
    direction: Literal["inbound", "outbound"]
    by: Shown
    from_address: str
    to_address: str
    body: str
    status: str
    error_code: int | None
    created_at: datetime
    media_types: tuple[str, ...] = ()

    @property
    def handset(self) -> str:
        """The address of the phone that shows it."""
        return self.from_address if self.direction == "inbound" else self.to_address


class Handsets:
    """The screens of all phones. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._screens: dict[str, dict[str, Bubble]] = defaultdict(dict)

    def show(self, bubble: Bubble) -> None:
        """Put a text on the screen of its phone."""
        with self._lock:
            self._screens[bubble.handset].setdefault(bubble.sid, bubble)

    def update(self, handset: str, sid: str, status: str, error_code: int | None) -> None:
        """Show how far a text has come."""
        with self._lock:
            screen = self._screens.get(handset, {})
            if sid in screen:
                screen[sid] = replace(screen[sid], status=status, error_code=error_code)

    def screen(self, handset: str) -> list[Bubble]:
        """What one phone has shown, oldest first."""
        with self._lock:
            return list(self._screens.get(handset, {}).values())

    def screens(self) -> dict[str, list[Bubble]]:
        """Every phone and what it has shown."""
        with self._lock:
            return {handset: list(screen.values()) for handset, screen in self._screens.items()}
