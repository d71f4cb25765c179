"""A decision in the making: effects in order, and the thread as they leave it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rules.case import Case
from rules.decision import (
    NOTHING,
    Assign,
    Decision,
    Effect,
    RuleRef,
    SaveAttribute,
    Say,
    Tag,
    ThreadState,
)
from rules.escalation import escalated
from rules.hours import is_open
from rules.model import Rule, Section, Texts
from rules.templates import fill, in_language


class Draft:
    """Gathers what one text brings about. `muted`: rules may neither reply, start nor enroll."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.state: ThreadState = case.facts.thread
        self.effects: list[Effect] = []
        self.rules: list[RuleRef] = []
        self.muted = False
        self.section: Section = "routes"
        self.rule_id = ""
        self.code: str | None = None
        self.held_by: str | None = None
        self.values: dict[str, str] = dict(case.facts.attributes)

    def reopen(self) -> None:
        """The text opens the thread: one that was closed begins afresh, without team and tags."""
        if self.state.state == "closed":
            self.state = replace(self.state, team=None, claimed=False, tags=frozenset())
        self.state = replace(self.state, state="open")

    def drop_questions(self) -> None:
        """Wait for no answer any more, neither to a dialog nor to a double opt-in."""
        self.state = replace(self.state, dialog=None, prompt=None)

    def enter(self, rule: Rule) -> None:
        """A rule acts from here on."""
        self.rules.append(RuleRef(rule.id, rule.section, rule.line))
        self.section, self.rule_id = rule.section, rule.id

    def word(
        self, template: str, texts: Texts | None = None, values: Mapping[str, str] = NOTHING
    ) -> Say:
        """A reply in the language of the text, its placeholders filled."""
        book, language = self.case.book, self.case.language
        text = in_language(book, book.templates[template] if texts is None else texts, language)
        return Say(template, fill(text, {**self.values, **values}), language)

    def reply(self, template: str, texts: Texts | None = None) -> None:
        """Answer, unless rules may not."""
        if not self.muted:
            self.effects.append(self.word(template, texts))

    def ask(self, template: str, values: Mapping[str, str] = NOTHING) -> None:
        """Ask a dialog's question, or welcome someone to it; `values` fill placeholders first."""
        say = self.word(template, values=values)
        self.effects.append(replace(say, kind="question"))

    def save(self, name: str, value: str) -> None:
        """Remember what a dialog heard."""
        self.values[name] = value
        self.effects.append(SaveAttribute(name, value))

    def tag(self, tag: Tag) -> None:
        """Put a tag on the thread."""
        self.state = replace(self.state, tags=self.state.tags | {tag.name})
        self.effects.append(tag)

    def assign(self, to: Assign) -> None:
        """Give the thread to someone, as far as this section may take it from whoever has it."""
        to = self.stand_in(to, self.case.facts.at)
        if self._may_move() and not self._has(to):
            self.state = escalated(self.state, to)
            self.effects.append(to)

    def stand_in(self, to: Assign, at: datetime) -> Assign:
        """Whom an assignment means at an instant: out of a team's hours its backup."""
        if to.team is None:
            return to
        teams, team = self.case.book.teams, self.case.book.teams[to.team]
        while team.hours and team.backup and not self._at_work(team.hours, at):
            team = teams[team.backup]
        return Assign(team.name, None, to.strategy or team.strategy)

    def _at_work(self, hours: str, at: datetime) -> bool:
        return is_open(self.case.book.hours[hours], at, self.case.book.timezone)

    def _may_move(self) -> bool:
        if self.section == "protect":
            return True
        if self.section == "fallback":
            return self.state.team is None and not self.state.claimed
        return not self.state.claimed

    def _has(self, to: Assign) -> bool:
        if to.staff:
            return self.state.claimed and self.state.last_assignee == to.staff
        return self.state.team == to.team

    def decision(self) -> Decision:
        """The finished decision."""
        case = self.case
        return Decision(
            keyword=case.reading.meaning,
            language=case.language,
            after=replace(self.state, last_activity_at=case.facts.at),
            rules=tuple(self.rules),
            effects=tuple(self.effects),
            code=self.code,
            held_by=self.held_by,
        )
