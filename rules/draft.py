"""A decision in the making: effects in order, and the thread as they leave it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from rules.case import Case
from rules.decision import (
    NOTHING,
    AskPrivacy,
    Assign,
    Close,
    Decision,
    Effect,
    Flag,
    Flags,
    RuleRef,
    SaveAttribute,
    Say,
    Snooze,
    Tag,
    ThreadState,
    Untag,
)
from rules.limits import count_answer, count_reply, trim
from rules.model import Rule, Section, Texts
from rules.moves import closed, escalated, flagged, stand_in
from rules.texts import builtin
from rules.texts.templates import fill, in_language

PrivacyKind = Literal["delete", "access", "correct"]


class Draft:
    """Gathers what one text brings about.

    `silent`: no person reads an answer, so that nothing at all is said; `muted`: rules may neither
    reply, start nor enroll; `closing`: a dialog's last actions run, whose reply is a confirmation.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.state: ThreadState = case.facts.thread
        self.effects: list[Effect] = []
        self.rules: list[RuleRef] = []
        self.silent = case.facts.machine or case.reading.automatic is not None
        self.muted = self.silent
        self.closing = False
        self.replied = False
        self.section: Section = "routes"
        self.rule_id = ""
        self.code: str | None = None
        self.held_by: str | None = None
        self.held_back: list[RuleRef] = []
        self.shadow: list[RuleRef] = []
        self.farewell = False
        self.values: dict[str, str] = dict(case.facts.attributes)

    def reopen(self) -> None:
        """The text opens the thread: one that was closed begins afresh, without team and tags."""
        if self.state.state == "closed":
            self.state = replace(self.state, team=None, claimed=False, tags=frozenset())
        if self.state.state != "open":
            self.state = replace(self.state, state="open")

    def drop_old_tags(self) -> None:
        """No rule sees the tags of a closed thread: they ended with its episode."""
        if self.state.state == "closed" and self.state.tags:
            self.state = replace(self.state, tags=frozenset())
            self.look_again()

    def stay_shut(self) -> None:
        """The text opens no thread: one that was new counts as closed."""
        if self.state.state == "new":
            self.state = replace(self.state, state="closed")

    def drop_questions(self) -> None:
        """Wait for no answer any more, neither to a dialog nor to a double opt-in."""
        self.state = replace(self.state, dialog=None, prompt=None)

    def flag(self, name: Flags) -> None:
        """Show staff why to look at the thread."""
        self.state = flagged(self.state, name)
        self.effects.append(Flag(name))

    def flag_once(self, name: Flags) -> None:
        """The same, unless staff is shown that already."""
        if name not in self.state.flags:
            self.flag(name)

    def unflag(self, *names: Flags) -> None:
        """Nobody need look at the thread for these any more."""
        self.state = replace(self.state, flags=self.state.flags - set(names))

    def enter(self, rule: Rule) -> None:
        """A rule acts from here on."""
        self.rules.append(rule.ref)
        self.section, self.rule_id = rule.section, rule.id

    def word(
        self, template: str, texts: Texts | None = None, values: Mapping[str, str] = NOTHING
    ) -> Say:
        """A reply in the language of the text, its placeholders filled."""
        book, language = self.case.book, self.case.language
        text = in_language(book, book.templates[template] if texts is None else texts, language)
        return Say(template, fill(text, {**self.values, **values}), language)

    def reply(self, template: str, texts: Texts | None = None) -> None:
        """Answer, unless rules may not; a reply past the limit is withheld."""
        if self.muted or self.replied:
            return  # a second reply is refused when the file is read, as far as that can be told
        self.replied = True
        say = self.word(template, texts)
        if self.closing:
            self.effects.append(replace(say, kind="question"))
        elif self.case.facts.opted_out:
            self.effects.append(say)  # it is not sent, so that it counts for nothing
        else:
            recent, allowed = count_reply(
                self.state.recent, self.case.facts.at, self.case.book.limits
            )
            self.state = replace(self.state, recent=recent)
            self.effects.append(self._limited(say, allowed))

    def ask(self, template: str, values: Mapping[str, str] = NOTHING) -> None:
        """Ask a dialog's question, or welcome someone to it; `values` fill placeholders first."""
        say = self.word(template, values=values)
        self.effects.append(replace(say, kind="question"))

    def confirm(self, template: str, *, frequency: str) -> None:
        """Say a built-in text that an enrollment needs, whatever was said before."""
        say = self._built_in(template, frequency=frequency)
        self.effects.append(replace(say, kind="question"))

    def answer(self, template: str, values: Mapping[str, str] = NOTHING) -> Say | None:
        """A built-in answer to a text, withheld past the limit; None to a machine."""
        if self.silent:
            return None
        recent, allowed = count_answer(self.state.recent, self.case.facts.at, self.case.book.limits)
        self.state = replace(self.state, recent=recent)
        return self._limited(self._built_in(template, values), allowed)

    def say_answer(self, template: str, values: Mapping[str, str] = NOTHING) -> bool:
        """Give a built-in answer; whether it is sent."""
        say = self.answer(template, values)
        if say is not None:
            self.effects.append(say)
        return say is not None and not say.withheld

    def acknowledge(self, template: str, values: Mapping[str, str] = NOTHING) -> None:
        """Confirm an opt-out, whatever was said before; to a machine nothing is said."""
        if not self.silent:
            self.effects.append(self._built_in(template, values))

    def _built_in(
        self, template: str, values: Mapping[str, str] = NOTHING, *, frequency: str = ""
    ) -> Say:
        book, language = self.case.book, self.case.language
        text = builtin.answer(book, template, language, frequency=frequency, values=values)
        return Say(template, text, language, "compliance")

    def _limited(self, say: Say, allowed: bool) -> Say:
        if not allowed:
            self.flag_once("limit")
        return say if allowed else replace(say, withheld=True)

    def ask_privacy(self, kind: PrivacyKind) -> None:
        """Open a privacy request, as only a person can."""
        say = self.answer(kind)
        if say is not None:
            self.effects.append(AskPrivacy(kind, say))

    def save(self, name: str, value: str) -> None:
        """Remember a value as an attribute of the contact."""
        self.values[name] = value
        self.effects.append(SaveAttribute(name, value))

    def tag(self, name: str) -> None:
        """Put a tag on the thread."""
        self.state = replace(self.state, tags=self.state.tags | {name})
        self.effects.append(Tag(name))

    def untag(self, name: str) -> None:
        """Take a tag off the thread."""
        self.state = replace(self.state, tags=self.state.tags - {name})
        self.effects.append(Untag(name))

    def snooze(self, length: timedelta) -> None:
        """Put the thread aside."""
        self.state = replace(self.state, state="snoozed")
        self.effects.append(Snooze(length))

    def close(self) -> None:
        """End the thread's episode."""
        self.state = closed(self.state)
        self.effects.append(Close())

    def look_again(self) -> None:
        """Let the rules from here on see the tags and attributes as they have become."""
        facts = self.case.facts
        if facts.thread.tags == self.state.tags and facts.attributes == self.values:
            return
        thread, values = replace(facts.thread, tags=self.state.tags), dict(self.values)
        self.case = replace(self.case, facts=replace(facts, thread=thread, attributes=values))

    def assign(self, to: Assign) -> None:
        """Give the thread to someone, as far as this section may take it from whoever has it."""
        to = stand_in(self.case.book, to, self.case.facts.at)
        if self._may_move() and not self._has(to):
            self.state = escalated(self.state, to)
            self.effects.append(to)

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
        case, at = self.case, self.case.facts.at
        recent = trim(self.state.recent, at, case.book.limits)
        return Decision(
            keyword=case.reading.meaning,
            language=case.language,
            after=replace(self.state, last_activity_at=at, recent=recent),
            rules=tuple(self.rules),
            effects=tuple(self.effects),
            code=self.code,
            held_by=self.held_by,
            held_back=tuple(self.held_back),
            shadow=tuple(self.shadow),
            farewell=self.farewell,
        )
