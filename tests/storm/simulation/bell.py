"""The bell of the simulation: errands for whichever worker is free; rings are lost."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from router.flows.ripples import Ripples
from tests.storm.simulation.process import Alarm, this_strand

Errand = tuple[str, str]  # what is to be done, for which sender


@dataclass(slots=True)
class ModelBell:
    """Keeps what was rung until a worker takes it; `lost`: the share of rings nobody hears."""

    rng: Random
    lost: float
    _rung: dict[Errand, None] = field(default_factory=dict)
    _waiting: list[Alarm] = field(default_factory=list)

    def ring(self, ripples: Ripples) -> None:
        """Have the outboxes of these senders drained."""
        self._leave(("drain", sender) for sender in sorted(ripples.senders))

    def settle(self, senders: Iterable[str]) -> None:
        """Have the doubts of these senders settled."""
        self._leave(("settle", sender) for sender in sorted(senders))

    def take(self) -> Errand:
        """The next errand; waits for it."""
        while not self._rung:
            strand = this_strand()
            assert strand is not None
            strand.wait(None, self._waiting.append)
        errand = next(iter(self._rung))
        del self._rung[errand]
        return errand

    def put_back(self, errand: Errand) -> None:
        """Whoever had it died: it may be done once more."""
        self._leave([errand])

    def _leave(self, errands: Iterable[Errand]) -> None:
        for errand in errands:
            if self.rng.random() >= self.lost:
                self._rung[errand] = None
        waiting, self._waiting = self._waiting, []
        for alarm in waiting:
            alarm.soon()
