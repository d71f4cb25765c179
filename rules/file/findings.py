"""What is wrong with a rulebook: findings with stable codes, and the table that explains them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from types import MappingProxyType
from typing import Literal, Protocol

Severity = Literal["error", "warning"]

_MOST_SUGGESTIONS = 20  # in one file
_MOST_CANDIDATES = 1_000
_LONGEST_NAME = 60  # characters that are compared

CODES: Mapping[str, str] = MappingProxyType(
    {
        # the file
        "BH101": "The file is larger than 256 KB.",
        "BH102": "The file is not valid YAML.",
        "BH103": "The file holds a character that YAML does not allow.",
        "BH104": "The file is nested deeper than 20 levels.",
        "BH105": "Anchors and aliases (& and *) are not allowed.",
        "BH106": "YAML tags (!…) are not allowed.",
        "BH107": "Merge keys (<<) are not allowed.",
        "BH108": "The same key stands twice in one map.",
        "BH109": "A file holds one document only.",
        "BH110": "The file is empty.",
        "BH111": "The file cannot be read.",
        "BH112": "The rules name keywords of more than 200,000 phrases in all.",
        "BH113": "A test file holds more than 2,000 texts and waits.",
        "BH114": "The patterns of the rules are too large, one of them or all together.",
        # the shape
        "BH201": "This key is not part of the language.",
        "BH203": "A required key is missing.",
        "BH204": "A map, a list or a plain value stands where something else is expected.",
        "BH205": "A value is empty.",
        "BH206": "A value does not have the form that its key asks for.",
        "BH207": "A value is none of those that its key allows.",
        # the names
        "BH301": "A name is used that is declared nowhere.",
        "BH302": "The same name, number or code is given twice.",
        "BH303": "Backups of teams form a circle.",
        # what would go wrong
        "BH401": "`match` is empty: the rule would swallow every text.",
        "BH402": "`do` is empty: the rule would do nothing.",
        "BH403": "One text would get two replies, two questions, or a reply after a question.",
        "BH404": "A text lacks one of the rulebook's languages.",
        "BH405": "Opening hours overlap, or a span has no length.",
        "BH406": "A day stands in two keys of the same opening hours.",
        "BH407": "A built-in word takes this text, so that it never gets here.",
        "BH408": "A dialog invites a word that opts people out.",
        "BH409": "A text lacks something that carriers demand of it.",
        "BH410": "YAML cut an unquoted text at ` #`.",
        "BH411": "A placeholder is one letter away from a name that exists.",
        "BH412": "An example under `yes` is not acted on by its rule.",
        "BH413": "An example under `no` is matched by its rule.",
        "BH414": "A phrase holds no word, so that no text can match it.",
        "BH415": "This action is not allowed in this place.",
        "BH416": "An escalation goes to the team that has the thread already.",
        "BH417": "One rule escalates twice.",
        "BH419": "Double braces hold something else than one name.",
        "BH420": "An enrollment code takes every text of this rule, so that none gets here.",
        "BH421": "A topic or code is called by a word for every text, or by a built-in word.",
        "BH422": "RE2 does not take this pattern.",
        "BH423": "A word boundary stands beside a letter that RE2 does not count as one.",
        "BH424": "`within` stands alone, though every thread is active as it is written to.",
        "BH425": "A rule above takes every text of this one.",
        "BH426": "No text can match: conditions exclude one another.",
        "BH427": "Dialogs start one another in a circle.",
        "BH428": "No answer leads to this step of a dialog, or to its `done`.",
        # what may be meant otherwise
        "BH501": "A template, hours, a keyword, a dialog or a webhook is used nowhere.",
        "BH502": "A placeholder is no value that a dialog saves.",
        "BH503": "There are no built-in answers in this language; English stands in.",
        "BH504": "Texts are allowed at hours that the table of quiet hours keeps quiet.",
        "BH505": "A rule or an enrollment is past its last day.",
        "BH506": "A tag, group or attribute is one letter away from one that the book sets.",
        "BH507": "A built-in answer lacks something that people need to be told by it.",
        "BH508": "The fallback assigns nobody, so that a text could stay with no one.",
        "BH509": "`close` stands beside an action that needs the thread open.",
        "BH510": "A built-in word takes one of the phrases of a rule; the others still get here.",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One problem, at a 1-based line and column of `file`. Errors block a file, warnings do not."""

    file: str
    line: int
    col: int
    code: str
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """The finding as editors read it: `file:line:col: CODE message`."""
        return f"{self.file}:{self.line}:{self.col}: {self.code} {self.message}"


class Place(Protocol):
    """Anything with a 1-based line and column."""

    @property
    def line(self) -> int: ...

    @property
    def col(self) -> int: ...


class Problems:
    """Gathers the findings of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: set[Finding] = set()
        self._suggestions_left = _MOST_SUGGESTIONS

    def add(self, code: str, place: Place, message: str) -> None:
        """Note a finding; codes from BH500 on are warnings."""
        severity: Severity = "warning" if code >= "BH500" else "error"
        assert code in CODES  # noqa: S101 - a code without an explanation is our own mistake
        self._found.add(Finding(self.file, place.line, place.col, code, message, severity))

    def suggest(self, word: str, known: Iterable[str]) -> str:
        """`suggest`, for the first mistakes of a file only: it is slow."""
        self._suggestions_left -= 1
        return suggest(word, known) if self._suggestions_left >= 0 else ""

    @property
    def errors(self) -> list[Finding]:
        """The errors found so far."""
        return [finding for finding in self._found if finding.severity == "error"]

    @property
    def blocked(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self._found)

    def sorted(self) -> tuple[Finding, ...]:
        """All findings, top to bottom."""
        return tuple(sorted(self._found))


def suggest(word: str, known: Iterable[str]) -> str:
    """The tail of a message that offers the nearest of the known names, or nothing."""
    candidates = [name for name in islice(known, _MOST_CANDIDATES) if len(name) <= _LONGEST_NAME]
    near = get_close_matches(word[:_LONGEST_NAME], candidates, n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
