"""The faults that the simulated carrier has been told to make."""

import random
import threading
from collections import Counter
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
        "late",  # done after `seconds`, then answered
        "reset",  # done; the connection breaks within the answer
        "bad_json",  # done; the answer is cut off JSON
        "empty",  # done; the answer is empty
        "no_sid",  # done; the answer is {}
        "rfc9457",  # refused with a problem document, `code` (default 21211; 20429 and 20500 too)
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
    """One fault: where, of what kind, how often (`times`: None for ever), and in what `share` of
    the cases where it could be made.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: Place
    kind: str
    times: int | None = Field(1, ge=1)
    share: float = Field(1, gt=0, le=1)
    copies: int = Field(2, ge=2, le=5)
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
        self._made: Counter[str] = Counter()

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

    def made(self) -> dict[str, int]:
        """How many have been made, by place and kind."""
        with self._lock:
            return dict(self._made)

    def take(self, place: Place, *kinds: str) -> Fault | None:
        """The next fault for this place (of these kinds), counted as made; None: none waits."""
        with self._lock:
            for at, fault in enumerate(self._waiting):
                if fault.on != place or fault.kind == "lag" or (kinds and fault.kind not in kinds):
                    continue
                if fault.share == 1 or random.random() < fault.share:  # noqa: S311  # no secret
                    self._count(at, fault)
                    return fault
        return None

    def lag_seconds(self) -> float:
        """How far the listing lags behind."""
        return max((fault.seconds for fault in self.waiting() if fault.kind == "lag"), default=0.0)

    def _count(self, at: int, fault: Fault) -> None:
        self._made[f"{fault.on} {fault.kind}"] += 1
        if fault.times is None:
            return
        left = fault.times - 1
        self._waiting[at : at + 1] = [fault.model_copy(update={"times": left})] if left else []
