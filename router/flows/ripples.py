"""What a flow leaves to be done once it has committed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ripples:
    """Opaque ids only: `senders` whose outbox has work, `erasures` (tenant id, request id) to run,
    `threads` (tenant id, thread id) that pages should show afresh, `staff` (tenant id, staff id)
    whose own pages should; `dispatches`: the tenants (ids) with something to tell others."""

    senders: frozenset[str] = frozenset()
    threads: frozenset[tuple[str, str]] = frozenset()
    erasures: frozenset[tuple[str, str]] = frozenset()
    dispatches: frozenset[str] = frozenset()
    staff: frozenset[tuple[str, str]] = frozenset()

    def __or__(self, other: "Ripples") -> "Ripples":
        return Ripples(
            self.senders | other.senders,
            self.threads | other.threads,
            self.erasures | other.erasures,
            self.dispatches | other.dispatches,
            self.staff | other.staff,
        )


CALM = Ripples()
