"""Texts that a built-in word or a code takes before any rule, choice, code or topic."""

from collections.abc import Iterator

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

    def check_rule(self, rule: Rule) -> None:
        """A whole text that a built-in word or a code takes never reaches a rule.

        It is an error where no other text does either: of all phrases, in all branches of an `any`.
        """
        for condition in rule.match:
            code = "BH407" if self._takes_all(condition) else "BH510"
            for whole in _wholes(condition):
                for phrase in filter(self._takes, whole.value):
                    self._add(phrase.text, whole, code)
                if rule.section == "routes":
                    self._check_behind_codes(whole)

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

    def _takes(self, phrase: Phrase) -> bool:
        return self._read(phrase.text).meaning not in GO_ON

    def _takes_all(self, condition: Condition) -> bool:
        """Whether built-in words take every text that a condition asks for."""
        if condition.key == "any":
            return all(any(map(self._takes_all, branch)) for branch in condition.value)
        return condition.key == "message_is" and all(map(self._takes, condition.value))

    def _check_behind_codes(self, condition: Condition) -> None:
        phrases: tuple[Phrase, ...] = condition.value
        if phrases and all(names_code(self.book, p.text) for p in phrases):
            message = "every such text is an enrollment code, which acts before this"
            self.scope.add("BH420", condition, message)

    def _check_choice(self, phrase: Phrase, place: Place) -> None:
        meaning = self._read(phrase.text).meaning
        if meaning is Meaning.OPT_OUT:
            message = f"the choice '{phrase.text}' opts people out; word it otherwise"
            self.scope.add("BH408", place, message)
        elif meaning is not Meaning.NONE:
            self._add(phrase.text, place)

    def _add(self, text: str, place: Place, code: str = "BH407") -> None:
        meanings = (self._read(text).meaning, self._read(fold_code(text)).meaning)
        meaning = next(meaning for meaning in meanings if meaning is not Meaning.NONE)
        message = f"'{text}' is a built-in word ({meaning.value}), which acts before this"
        self.scope.add(code, place, message)

    def _read(self, text: str) -> Reading:
        """The reading of a text, once however many rules name it."""
        if text not in self._readings:
            self._readings[text] = read(self.book, text)
        return self._readings[text]


def _wholes(condition: Condition) -> Iterator[Condition]:
    """The `message_is` of a condition, those in the branches of an `any` included."""
    if condition.key == "any":
        for branch in condition.value:
            for each in branch:
                yield from _wholes(each)
    elif condition.key == "message_is":
        yield condition
