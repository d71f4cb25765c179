"""Texts that a built-in word or a code takes before any rule, choice, code or topic."""

from keywords.classify import names_no_topic
from keywords.reading import Meaning, Reading
from rules.codes import fold_code
from rules.compliance import GO_ON
from rules.enrolling import names_code
from rules.file.findings import Place
from rules.file.scope import Scope
from rules.heard import Phrase
from rules.hearing import read
from rules.model import Condition, Dialog, Rule, Rulebook


class Taken:
    """Finds what built-in words and codes take of one rulebook."""

    def __init__(self, book: Rulebook, scope: Scope) -> None:
        self.book = book
        self.scope = scope
        self._readings: dict[str, Reading] = {}

    def check_rule(self, rule: Rule, match: tuple[Condition, ...]) -> None:
        """A whole text that a built-in word or a code takes never reaches a rule."""
        for condition in match:
            if condition.key == "any":
                for conditions in condition.value:
                    self.check_rule(rule, conditions)
            elif condition.key == "message_is":
                self._check_whole(condition, behind_codes=rule.section == "routes")

    def check_dialog(self, dialog: Dialog) -> None:
        """No choice is a built-in word."""
        for step in dialog.steps:
            for phrase in (phrase for phrases in step.choices.values() for phrase in phrases):
                self._check_choice(phrase, step)

    def check_codes(self) -> None:
        """No code is a built-in word or an answer, however people type it, and no two are alike."""
        seen: dict[str, str] = {}
        for code, key in self.scope.declared["enrollments"].items():
            folded = fold_code(code)
            readings = (self._read(code), self._read(folded))
            if any(reading.meaning is not Meaning.NONE for reading in readings):
                self._add(code, key)
            elif any(reading.answer for reading in readings):
                message = f"'{code}' is an answer to a question, so it cannot be a code"
                self.scope.add("BH407", key, message)
            else:
                self._check_name(code, key)
            if folded in seen:
                message = f"people could not tell '{code}' from '{seen[folded]}'"
                self.scope.add("BH302", key, message)
            seen.setdefault(folded, code)

    def check_topics(self) -> None:
        """No topic takes a STOP that is meant for every text."""
        for name, key in self.scope.declared["topics"].items():
            for phrase in (p for group in self.book.topics.get(name, {}).values() for p in group):
                if self._read(phrase.text).meaning not in GO_ON:
                    self._add_every(phrase.text, key)
                else:
                    self._check_name(phrase.text, key)

    def _check_name(self, text: str, place: Place) -> None:
        if names_no_topic(text) or names_no_topic(fold_code(text)):
            self._add_every(text, place)

    def _add_every(self, text: str, place: Place) -> None:
        message = f"whoever writes 'STOP {text}' means every text, so nothing else is called so"
        self.scope.add("BH421", place, message)

    def _check_whole(self, condition: Condition, *, behind_codes: bool) -> None:
        phrases: tuple[Phrase, ...] = condition.value
        for phrase in phrases:
            if self._read(phrase.text).meaning not in GO_ON:
                self._add(phrase.text, condition)
        if behind_codes and phrases and all(names_code(self.book, p.text) for p in phrases):
            message = "every such text is an enrollment code, which acts before this"
            self.scope.add("BH420", condition, message)

    def _check_choice(self, phrase: Phrase, place: Place) -> None:
        meaning = self._read(phrase.text).meaning
        if meaning is Meaning.OPT_OUT:
            message = f"the choice '{phrase.text}' opts people out; word it otherwise"
            self.scope.add("BH408", place, message)
        elif meaning is not Meaning.NONE:
            self._add(phrase.text, place)

    def _add(self, text: str, place: Place) -> None:
        meanings = (self._read(text).meaning, self._read(fold_code(text)).meaning)
        meaning = next(meaning for meaning in meanings if meaning is not Meaning.NONE)
        message = f"'{text}' is a built-in word ({meaning.value}), which acts before this"
        self.scope.add("BH407", place, message)

    def _read(self, text: str) -> Reading:
        """The reading of a text, once however many rules name it."""
        if text not in self._readings:
            self._readings[text] = read(self.book, text)
        return self._readings[text]
