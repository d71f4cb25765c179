"""The full story of one text: how it was read, what each rule made of it, what was held back."""

from dataclasses import dataclass
from typing import Any

from keywords.reading import Reading
from rules.actions import table as actions
from rules.case import Case, open_case
from rules.conditions.table import CONDITIONS, describe
from rules.decide import decide
from rules.decision import Decision, Facts
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
    """What became of one rule: `acted`, `held back`, `came too late` or `did not match`."""

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
    case = open_case(book, reading, text, facts)
    rules = (*book.protect, *book.enrich, *book.routes, book.fallback)
    return Explanation(
        text,
        reading,
        decision,
        tuple(_tell(rule, case, decision) for rule in rules),
        tuple(describe_effect(effect) for effect in decision.effects),
    )


def _tell(rule: Rule, case: Case, decision: Decision) -> RuleStory:
    reasons = tuple(
        Reason(describe(condition), holds, condition.line)
        for condition in rule.match
        for holds in [CONDITIONS[condition.key].holds(condition.value, case)]
    )
    outcome = _outcome(rule, all(reason.held for reason in reasons), decision)
    does = tuple(actions.describe(action) for action in rule.do)
    return RuleStory(rule.id, rule.section, rule.line, outcome, reasons, does)


def _outcome(rule: Rule, matched: bool, decision: Decision) -> str:
    if any(acted.id == rule.id for acted in decision.rules):
        return "acted"
    if not matched:
        return "did not match"
    return "held back" if decision.held_by else "came too late"


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
