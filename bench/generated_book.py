"""Rulebooks of any size, by a seed: mixed rules with phrases nobody has thought of before."""

import random

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeio"]
TEAMS = ("front-desk", "engineering", "housekeeping")
HEAD = """\
version: 1
tenant: generated
name: The Generated Hotel
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en, es]
numbers:
  main: "+16125550100"
hours:
  desk:
    open: {mon-sun: "08:00-20:00"}
teams:
  front-desk: {strategy: everyone}
  engineering: {strategy: everyone}
  housekeeping: {strategy: everyone}
templates:
  noted:
    en: "Noted."
    es: "Anotado."
"""
FALLBACK = """\
fallback:
  do:
    - assign: {team: front-desk}
"""


class Words:
    """Words that look like words, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._fresh: set[str] = set()

    def word(self) -> str:
        """One word of three or four syllables, so that none is a built-in word."""
        return "".join(self._chance.choices(SYLLABLES, k=self._chance.randint(3, 4)))

    def phrase(self) -> str:
        """One to three words."""
        return " ".join(self.word() for _ in range(self._chance.choice((1, 1, 2, 3))))

    def fresh_word(self) -> str:
        """A word that no phrase before was made of, so that no rule hides one below it."""
        while True:
            word = "".join(self._chance.choices(SYLLABLES, k=5))
            if word not in self._fresh:
                self._fresh.add(word)
                return word

    def phrases(self) -> list[str]:
        """One to four phrases."""
        return [self.fresh_word(), *(self.phrase() for _ in range(self._chance.randint(0, 3)))]

    def pattern(self) -> str:
        """A regex for a word and a number: room 12, room #1204."""
        return rf"\b{self.fresh_word()}\s?#?\d{{1,4}}\b"

    def pick(self, *choices: str) -> str:
        """One of these."""
        return self._chance.choice(choices)


def generate_book(seed: int, rules: int) -> tuple[str, list[tuple[str, list[str]]]]:
    """The YAML of a rulebook, and its rules as (condition, phrases) for who compiles regexes."""
    words = Words(seed)
    lines, plain = [HEAD, "routes:\n"], []
    for number in range(rules):
        condition = words.pick(
            "message_has", "message_has", "message_starts", "message_is", "message_regex"
        )
        phrases = [words.pattern()] if condition == "message_regex" else words.phrases()
        extra = words.pick(
            "", "", "", ", during: desk", ", language: [en]", ", thread: [open, new]"
        )
        plain.append((condition, phrases))
        listed = ", ".join(f"'{phrase}'" for phrase in phrases)
        lines.append(
            f"  - id: rule-{number}\n"
            f"    match: {{{condition}: [{listed}]{extra}}}\n"
            f"    do:\n      - reply: noted\n      - assign: {{team: {words.pick(*TEAMS)}}}\n"
        )
    return "".join([*lines, FALLBACK]), plain
