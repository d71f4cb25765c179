"""A pretended thread: carries out decisions and timers as the shell would, without the world."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from keywords.reading import Meaning
from rules.compliance import SILENCE
from rules.decide import decide
from rules.decision import (
    EVERYTHING,
    AskPrivacy,
    Assign,
    Close,
    Decision,
    Effect,
    Enroll,
    Escalate,
    Facts,
    OptIn,
    OptOut,
    SaveAttribute,
    Say,
    Snooze,
    ThreadState,
    WantBack,
    number_scope,
    topic_scope,
)
from rules.hearing import read
from rules.limits import count_reply
from rules.model import Rulebook
from rules.moves import escalated, flagged, woken

_TOPIC = topic_scope("")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step brought about: what was said, and the thread before and after.

    `person`: who has the thread afterwards, as far as a test tells who is on shift.
    """

    before: ThreadState
    after: ThreadState
    said: tuple[Say, ...]
    decision: Decision | None = None
    person: str | None = None

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects of the decision; none where time merely passed."""
        return self.decision.effects if self.decision else ()


@dataclass(frozen=True, slots=True)
class _Timer:
    due_at: datetime
    escalate: Escalate


class PretendedThread:
    """One contact's thread; `facts` is what the next text will be decided with.

    What the facts say of opt-outs at the beginning holds for every number of the tenant. Nobody
    knows here who is in which team: of the people `on_shift` only the one who had the thread last
    is picked, by teams that ask for that.
    """

    def __init__(self, book: Rulebook, facts: Facts) -> None:
        self.book = book
        self.facts = facts
        self.on_shift: frozenset[str] = frozenset()
        self._person: str | None = None
        self._timers: list[_Timer] = []
        self._wakes_at: datetime | None = None
        self._silence_at: datetime | None = None
        self._suppressed = {topic_scope(topic) for topic in facts.topics_out}
        if facts.opted_out:
            self._suppressed.add(EVERYTHING)

    def say(self, text: str) -> Outcome:
        """A text comes in."""
        self._note_suppressed()
        before = self.facts.thread
        if before.state == "closed":
            self._person = None
        decision = decide(self.book, read(self.book, text), text, self.facts)
        said: list[Say] = []
        for effect in decision.effects:
            if isinstance(effect, Say):
                said += self._sent(effect)
            elif isinstance(effect, AskPrivacy):
                said += self._sent(effect.say)
            else:
                self._apply(effect)
        self._note_suppressed()
        self._note_silence(decision, said)
        self.facts = replace(
            self.facts, thread=decision.after, language=decision.language, first_contact=False
        )
        self._wakes_at = self._wakes_at if decision.after.state == "snoozed" else None
        return Outcome(before, decision.after, tuple(said), decision, self._person)

    def wait(self, length: timedelta) -> Outcome:
        """Time passes: escalations that fall due fire, once each, as nobody of staff is there."""
        before, until = self.facts.thread, self.facts.at + length
        said: list[Say] = []
        due = sorted((t for t in self._timers if t.due_at <= until), key=lambda t: t.due_at)
        self._timers = [timer for timer in self._timers if timer.due_at > until]
        for timer in due:
            said += self._fire(timer)
        self._take_silence(until)
        self._wake(until)
        self.facts = replace(self.facts, at=until)
        return Outcome(before, self.facts.thread, tuple(said), person=self._person)

    def _sent(self, say: Say) -> list[Say]:
        """A text, unless it is withheld or the contact has opted out of such."""
        unwanted = self.facts.opted_out and say.kind != "compliance"
        return [] if say.withheld or unwanted else [say]

    def _note_silence(self, outcome: Decision, said: list[Say]) -> None:
        """A clarifying question waits a day for its answer; another text in doubt is none."""
        if any(say.template == "clarify" for say in said):
            self._silence_at = self.facts.at + SILENCE
        elif outcome.keyword is not Meaning.AMBIGUOUS:
            self._silence_at = None

    def _take_silence(self, until: datetime) -> None:
        if self._silence_at is not None and self._silence_at <= until:
            self._silence_at = None
            self._suppressed.add(EVERYTHING)
            thread = replace(self.facts.thread, dialog=None, prompt=None, asked_back=False)
            flags = thread.flags - {"doubt"}
            self.facts = replace(self.facts, thread=replace(thread, flags=flags), opted_out=True)

    def _wake(self, until: datetime) -> None:
        if self._wakes_at is not None and self._wakes_at <= until:
            self._wakes_at = None
            self.facts = replace(self.facts, thread=woken(self.facts.thread))

    def _fire(self, timer: _Timer) -> list[Say]:
        self._take_silence(timer.due_at)
        if self.facts.thread.state == "closed":
            return []
        thread, say = escalated(woken(self.facts.thread), timer.escalate.to), timer.escalate.say
        self.facts = replace(self.facts, thread=thread)
        self._place(timer.escalate.to)
        if say is None or self.facts.opted_out or "doubt" in thread.flags:
            return []
        recent, allowed = count_reply(thread.recent, timer.due_at, self.book.limits)
        thread = replace(thread, recent=recent)
        self.facts = replace(self.facts, thread=thread if allowed else flagged(thread, "limit"))
        return [say] if allowed else []

    def _note_suppressed(self) -> None:
        """Tell the facts which opt-outs hold at the number that the contact writes to."""
        number = self.book.numbers.get(self.facts.to)
        all_here = {EVERYTHING, number_scope(number.address) if number else EVERYTHING}
        topics = {s.removeprefix(_TOPIC) for s in self._suppressed if s.startswith(_TOPIC)}
        self.facts = replace(
            self.facts,
            opted_out=bool(all_here & self._suppressed),
            topics_out=frozenset(topics),
        )

    def _apply(self, effect: Effect) -> None:
        facts = self.facts
        match effect:
            case OptOut():
                self._suppressed.add(effect.scope)
                self._leave(effect.scope.removeprefix(_TOPIC))
            case OptIn():
                self._suppressed.difference_update(effect.scopes)
            case WantBack():
                self._suppressed -= {EVERYTHING}
            case Enroll():
                self._suppressed.discard(topic_scope(effect.code))
                enrolled, groups = facts.enrolled | {effect.code}, facts.groups | {effect.group}
                self.facts = replace(facts, enrolled=enrolled, groups=groups)
            case SaveAttribute():
                attributes = {**facts.attributes, effect.name: effect.value}
                self.facts = replace(facts, attributes=attributes)
            case Escalate():
                self._escalate_later(effect)
            case Assign():
                self._place(effect)
            case Snooze():
                self._wakes_at = facts.at + effect.length
            case Close():
                self._timers.clear()
            case _:
                pass

    def _place(self, to: Assign) -> None:
        """Give the thread to a person, if a person is meant."""
        last = self.facts.thread.last_assignee
        asks_for_last = to.strategy == "previous-then-least-busy" and last in self.on_shift
        self._person = to.staff or (last if asks_for_last else None)

    def _leave(self, code: str) -> None:
        """End a membership whose texts somebody has stopped."""
        facts = self.facts
        if code in facts.enrolled:
            groups = facts.groups - {self.book.enrollments[code].group}
            self.facts = replace(facts, enrolled=facts.enrolled - {code}, groups=groups)

    def _escalate_later(self, escalate: Escalate) -> None:
        """Start a timer, unless one of the same rule runs: the first silence is what counts."""
        if all(timer.escalate.rule != escalate.rule for timer in self._timers):
            self._timers.append(_Timer(self.facts.at + escalate.after, escalate))
