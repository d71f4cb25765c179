"""The faults that the simulated carrier has been told to make."""

import threading
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Place = Literal[
    "create",
    "list",
    "fetch",
    "redact",
    "delete",
    "media",
    "account",
    "webhook",
    "callback",
    "delivery",
]
REST_KINDS = frozenset(
    {
        "500_before",  # refused with a 500; nothing was done
        "500_after",  # done, then a 500
        "502_html",  # nothing was done; a gateway's page instead of JSON
        "429",  # code 20429, with Retry-After where retry_after is set
        "hang",  # nothing is done; no answer for `seconds`
        "timeout",  # done; no answer for `seconds`
        "reset",  # done; the connection breaks within the answer
        "bad_json",  # done; the answer is cut off JSON
        "empty",  # done; the answer is empty
        "no_sid",  # done; the answer is {}
        "rfc9457",  # refused with a problem document, `code` (default 21211)
        "401",  # refused, code 20003
    }
)  # and every error code of five digits, refused with a 400
_KINDS_OF = {
    "callback": frozenset({"drop", "duplicate", "shuffle", "before_response"}),
    "webhook": frozenset({"drop", "duplicate"}),
    "delivery": frozenset({"undelivered", "failed"}),
    "list": REST_KINDS | {"lag"},
}
_CODE_DIGITS = 5


class Fault(BaseModel):
    """One fault: where, of what kind, and how often (`times`: None for ever)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: Place
    kind: str
    times: int | None = Field(1, ge=1)
    retry_after: float | None = Field(None, ge=0)
    seconds: float = Field(30, ge=0, le=86400)
    code: int | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> "Fault":
        kinds = _KINDS_OF.get(self.on, REST_KINDS)
        is_code = self.kind.isdigit() and len(self.kind) == _CODE_DIGITS
        if self.kind not in kinds and not (is_code and self.on not in {"callback", "webhook"}):
            raise ValueError(f"kind of {self.on} is one of {', '.join(sorted(kinds))} or a code")
        return self


class Faults:
    """The faults that are still to be made, in the order in which they were told. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        """Make these too."""
        with self._lock:
            self._waiting += [
                fault.model_copy(update={"times": None}) if fault.kind == "lag" else fault
                for fault in faults
            ]

    def clear(self) -> None:
        """Make no more."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """What is still to be made."""
        with self._lock:
            return list(self._waiting)

    def take(self, place: Place, *kinds: str) -> Fault | None:
        """The next fault for this place (of these kinds), counted as made; None: none waits."""
        with self._lock:
            for at, fault in enumerate(self._waiting):
                if fault.on == place and fault.kind != "lag" and (not kinds or fault.kind in kinds):
                    self._count(at, fault)
                    return fault
        return None

    def lag_seconds(self) -> float:
        """How far the listing lags behind."""
        return max((fault.seconds for fault in self.waiting() if fault.kind == "lag"), default=0.0)

    def _count(self, at: int, fault: Fault) -> None:
        if fault.times is None:
            return
        left = fault.times - 1
        self._waiting[at : at + 1] = [fault.model_copy(update={"times": left})] if left else []
