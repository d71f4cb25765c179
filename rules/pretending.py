"""A pretended thread: carries out decisions and timers as the shell would, without the world."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from keywords.classify import classify
from rules.decide import decide
from rules.decision import (
    AskPrivacy,
    Decision,
    Effect,
    Enroll,
    Escalate,
    Facts,
    OptIn,
    OptOut,
    SaveAttribute,
    Say,
    ThreadState,
)
from rules.escalation import escalated
from rules.model import Rulebook


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step brought about: what was said, and the thread before and after."""

    before: ThreadState
    after: ThreadState
    said: tuple[Say, ...]
    decision: Decision | None = None

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects of the decision; none where time merely passed."""
        return self.decision.effects if self.decision else ()


@dataclass(frozen=True, slots=True)
class _Timer:
    due_at: datetime
    escalate: Escalate


class PretendedThread:
    """One contact's thread; `facts` is what the next text will be decided with."""

    def __init__(self, book: Rulebook, facts: Facts) -> None:
        self.book = book
        self.facts = facts
        self._timers: list[_Timer] = []

    def say(self, text: str) -> Outcome:
        """A text comes in."""
        before = self.facts.thread
        decision = decide(self.book, classify(text), text, self.facts)
        said: list[Say] = []
        for effect in decision.effects:
            if isinstance(effect, Say):
                if effect.kind == "compliance" or not self.facts.opted_out:
                    said.append(effect)
            elif isinstance(effect, AskPrivacy):
                said.append(effect.say)
            else:
                self._apply(effect)
        self.facts = replace(
            self.facts, thread=decision.after, language=decision.language, first_contact=False
        )
        return Outcome(before, decision.after, tuple(said), decision)

    def wait(self, length: timedelta) -> Outcome:
        """Time passes: escalations that fall due fire, once each, as nobody of staff is there."""
        before, until = self.facts.thread, self.facts.at + length
        said: list[Say] = []
        due = sorted((t for t in self._timers if t.due_at <= until), key=lambda t: t.due_at)
        self._timers = [timer for timer in self._timers if timer.due_at > until]
        for timer in due:
            said += self._fire(timer.escalate)
        self.facts = replace(self.facts, at=until)
        return Outcome(before, self.facts.thread, tuple(said))

    def _fire(self, escalate: Escalate) -> list[Say]:
        if self.facts.thread.state == "closed":
            return []
        self.facts = replace(self.facts, thread=escalated(self.facts.thread, escalate.to))
        silent = self.facts.opted_out or escalate.say is None
        return [] if silent or escalate.say is None else [escalate.say]

    def _apply(self, effect: Effect) -> None:
        facts = self.facts
        match effect:
            case OptOut():
                self.facts = replace(facts, opted_out=True)
            case OptIn():
                self.facts = replace(facts, opted_out=False)
            case Enroll():
                enrolled, groups = facts.enrolled | {effect.code}, facts.groups | {effect.group}
                self.facts = replace(facts, enrolled=enrolled, groups=groups)
            case SaveAttribute():
                attributes = {**facts.attributes, effect.name: effect.value}
                self.facts = replace(facts, attributes=attributes)
            case Escalate():
                self._escalate_later(effect)
            case _:
                pass

    def _escalate_later(self, escalate: Escalate) -> None:
        """Start a timer, unless one of the same rule runs: the first silence is what counts."""
        if all(timer.escalate.rule != escalate.rule for timer in self._timers):
            self._timers.append(_Timer(self.facts.at + escalate.after, escalate))
