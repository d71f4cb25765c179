"""The full story of one text: how it was read, what each rule made of it, what was held back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keywords.reading import Reading
from rules.actions import table as actions
from rules.case import Case, open_case
from rules.conditions.table import CONDITIONS, describe
from rules.decide import decide
from rules.decision import Decision, Facts
from rules.draft import Draft
from rules.matching import in_force
from rules.model import Rule, Rulebook, Section
from rules.story.effects import describe_effect


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition: what it asks for, whether it held, and its line."""

    says: str
    held: bool
    line: int


@dataclass(frozen=True, slots=True)
class RuleStory:
    """What became of one rule: `acted`, `in shadow` (it would have acted), `held back` (by a
    dialog), `not in force`, `came too late` or `did not match`.
    """

    id: str
    section: Section
    line: int
    outcome: str
    reasons: tuple[Reason, ...]
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a text was decided as it was."""

    text: str
    reading: Reading
    decision: Decision
    rules: tuple[RuleStory, ...]
    effects: tuple[str, ...]

    def as_lines(self) -> list[str]:
        """The story for people, a line each."""
        return [*self._opening(), *self._rule_lines(), *self._ending()]

    def _opening(self) -> list[str]:
        reading, decision = self.reading, self.decision
        also = f", also {', '.join(self.reading.also)}" if reading.also else ""
        reason = f" ({reading.reason})" if reading.reason else ""
        lines = [
            f"text      {self.text!r}",
            f"keyword   {reading.meaning.value}{also}{reason}",
            *([f"topics    {', '.join(reading.topics)}"] if reading.topics else []),
            *([f"written   by a machine: {reading.automatic}"] if reading.automatic else []),
            f"language  {decision.language}",
        ]
        if decision.code:
            lines.append(f"code      {decision.code}")
        if decision.held_by:
            lines.append(f"dialog    held by {decision.held_by}")
        if decision.held_back:
            lines.append(f"held back {', '.join(rule.id for rule in decision.held_back)}")
        if decision.farewell:
            lines.append("farewell  the conversation was closed before, and stays so")
        return lines

    def _rule_lines(self) -> list[str]:
        lines: list[str] = []
        for rule in self.rules:
            lines.append(f"{rule.outcome:<14} {rule.section} {rule.id} (line {rule.line})")
            for reason in rule.reasons:
                lines.append(f"    {'yes' if reason.held else 'no ':<3} {reason.says}")
        return lines

    def _ending(self) -> list[str]:
        after = self.decision.after
        holder = after.team or (after.last_assignee if after.claimed else None) or "nobody"
        effects = [f"  → {effect}" for effect in self.effects] or ["  → nothing"]
        return ["effects", *effects, f"thread    {after.state}, with {holder}"]

    def as_dict(self) -> dict[str, Any]:
        """The story for programs: values that JSON has."""
        decision = self.decision
        rule = decision.rule
        return {
            "text": self.text,
            "keyword": self.reading.meaning.value,
            "also": [wish.value for wish in self.reading.also],
            "reason": self.reading.reason,
            "topics": list(self.reading.topics),
            "automatic": self.reading.automatic,
            "language": decision.language,
            "code": decision.code,
            "held_by": decision.held_by,
            "held_back": [held.id for held in decision.held_back],
            "farewell": decision.farewell,
            "rule": rule.id if rule else None,
            "line": rule.line if rule else None,
            "rules": [_story_dict(story) for story in self.rules],
            "effects": list(self.effects),
            "state": decision.after.state,
            "team": decision.after.team,
        }


def explain(book: Rulebook, reading: Reading, text: str, facts: Facts) -> Explanation:
    """Decide a text and tell the story: every rule in order, with each of its conditions."""
    decision = decide(book, reading, text, facts)
    return Explanation(
        text,
        reading,
        decision,
        tuple(_tell_all(Draft(open_case(book, reading, text, facts)), decision)),
        tuple(describe_effect(effect) for effect in decision.effects),
    )


def _tell_all(draft: Draft, decision: Decision) -> Iterator[RuleStory]:
    """Each rule as it was asked: what rules above it tagged and set is seen by those below."""
    book = draft.case.book
    for rule in (*book.protect, *book.enrich, *book.routes, book.fallback):
        story = _tell(rule, draft.case, decision)
        yield story
        if story.outcome == "acted" and (rule.section == "enrich" or rule.goes_on):
            actions.perform(rule.do, draft)
            draft.look_again()


def _tell(rule: Rule, case: Case, decision: Decision) -> RuleStory:
    reasons = tuple(
        Reason(describe(condition), holds, condition.line)
        for condition in rule.match
        for holds in [CONDITIONS[condition.key].holds(condition.value, case)]
    )
    outcome = _outcome(rule, case, all(reason.held for reason in reasons), decision)
    does = tuple(actions.describe(action) for action in rule.do)
    return RuleStory(rule.id, rule.section, rule.line, outcome, reasons, does)


def _outcome(rule: Rule, case: Case, matched: bool, decision: Decision) -> str:
    if rule.ref in decision.rules:
        return "acted"
    if rule.ref in decision.shadow:
        return "in shadow"
    if not matched:
        return "did not match"
    if not in_force(rule, case):
        return "not in force"
    return "held back" if rule.ref in decision.held_back else "came too late"


def _story_dict(story: RuleStory) -> dict[str, Any]:
    return {
        "id": story.id,
        "section": story.section,
        "line": story.line,
        "outcome": story.outcome,
        "conditions": [
            {"says": reason.says, "held": reason.held, "line": reason.line}
            for reason in story.reasons
        ],
        "does": list(story.does),
    }
