"""One recorded text, decided again under a rulebook that is not the one of its record.

The conversation around it is as it was then: each text stands for itself, and what a new rulebook
would have made of the texts before it is not pretended.
"""

from dataclasses import dataclass, field, replace

from keywords.reading import Reading
from rules.decide import decide
from rules.decision import Decision, Facts
from rules.hearing import read
from rules.model import Rulebook


@dataclass(frozen=True, slots=True)
class Recorded:
    """A text with what its decision rested on."""

    text: str
    reading: Reading
    facts: Facts


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the rulebook of records to another one: made once for many texts.

    Numbers are matched by name, one that was renamed by its address. The reading of a record holds
    unless the two rulebooks name other topics or codes.
    """

    old: Rulebook
    new: Rulebook
    _reads_alike: bool = field(init=False)
    _numbers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        alike = self.old is self.new or self.old.topic_words == self.new.topic_words
        object.__setattr__(self, "_reads_alike", alike)
        object.__setattr__(self, "_numbers", _matched(self.old, self.new))

    @property
    def leads_nowhere(self) -> bool:
        """Whether the other rulebook is the one of the records itself."""
        return self.old is self.new

    def decide(self, recorded: Recorded) -> Decision | None:
        """The new rulebook's decision; None where it no longer has the number written to."""
        facts = recorded.facts
        number = self._numbers.get(facts.to)
        if number is None:
            return None
        if number != facts.to:
            facts = replace(facts, to=number)
        return decide(self.new, self._reading(recorded), recorded.text, facts)

    def _reading(self, recorded: Recorded) -> Reading:
        """The text read anew, where the two rulebooks read it differently.

        What was not read off the text alone stays: the carrier's own word, an opt-in out of date.
        """
        if self._reads_alike:
            return recorded.reading
        then = read(self.old, recorded.text)
        now = read(self.new, recorded.text)
        return now if then == recorded.reading else recorded.reading


def _matched(old: Rulebook, new: Rulebook) -> dict[str, str]:
    """The number of the new rulebook for each of the old, by name."""
    by_address = {number.address: name for name, number in new.numbers.items()}
    found = {
        name: name if name in new.numbers else by_address.get(number.address)
        for name, number in old.numbers.items()
    }
    return {name: match for name, match in found.items() if match is not None}
