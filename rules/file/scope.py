"""What the readers of a file share: its problems, its languages and the names it declares."""

from collections.abc import Iterable
from datetime import date

from rules.file.findings import Place, Problems
from rules.file.source import Node, Scalar, Table
from rules.heard import Phrase

NAMED_SECTIONS = (
    "numbers",
    "hours",
    "teams",
    "topics",
    "keywords",
    "templates",
    "enrollments",
    "dialogs",
    "webhooks",
)


MOST_PHRASES = 200_000  # that all the keywords named in rules stand for
MOST_PATTERN_STEPS = 400_000  # of RE2's programs for all patterns


class Scope:
    """The surroundings of one file being read. `declared` maps a section to its names."""

    def __init__(self, problems: Problems, root: Table) -> None:
        self.problems = problems
        self.root = root
        self.languages: tuple[str, ...] = ()
        self.languages_node: Node | None = None
        self.declared = {section: _names(root, section) for section in NAMED_SECTIONS}
        self.used: set[tuple[str, str]] = set()
        self.keywords: dict[str, dict[str, tuple[Phrase, ...]]] = {}
        self._phrases_left = MOST_PHRASES
        self._pattern_steps_left = MOST_PATTERN_STEPS
        self._phrases: dict[str, tuple[Phrase, ...]] = {}
        self.spoken: list[tuple[str, Phrase]] = []
        """Language and phrase, of every phrase that is of one language."""
        self.texts: list[tuple[str, str, Scalar]] = []
        """Template (or "" for a rule's own text), language and text."""
        self.saves: set[str] = set()
        self.enrolling: set[str] = set()
        self.mentioned: dict[str, list[Scalar]] = {}
        """The tags, groups and attributes that conditions and `untag` ask for, by their kind."""
        self.last_days: list[tuple[Scalar, date, str]] = []
        """The last day of a rule or an enrollment, and what ends with it."""

    def add(self, code: str, place: Place, message: str) -> None:
        """Note a finding at a place."""
        self.problems.add(code, place, message)

    def mention(self, kind: str, node: Node) -> None:
        """Note that a tag, a group or an attribute is asked for here."""
        if isinstance(node, Scalar):
            self.mentioned.setdefault(kind, []).append(node)

    def end(self, node: Node, day: date, what: str) -> None:
        """Note the last day of something."""
        if isinstance(node, Scalar):
            self.last_days.append((node, day, what))

    def suggest(self, word: str, known: Iterable[str]) -> str:
        """The tail of a message that offers the nearest of the known names, or nothing."""
        return self.problems.suggest(word, known)

    def phrases_of(self, keyword: str) -> tuple[Phrase, ...]:
        """The phrases of a keyword in every language, one tuple however often it is named."""
        if keyword not in self._phrases:
            groups = self.keywords.get(keyword, {}).values()
            self._phrases[keyword] = tuple(phrase for group in groups for phrase in group)
        return self._phrases[keyword]

    def spend_phrases(self, node: Scalar, count: int) -> bool:
        """Whether a keyword of `count` phrases may be named once more, for a file stays small."""
        enough_before = self._phrases_left >= 0
        self._phrases_left -= count
        if enough_before and self._phrases_left < 0:
            self.add("BH112", node, f"from here on keywords are too many: {MOST_PHRASES} phrases")
        return self._phrases_left >= 0

    def spend_pattern(self, node: Node, steps: int) -> bool:
        """Whether a pattern of so many steps may stand here, beside those before."""
        enough_before = self._pattern_steps_left >= 0
        self._pattern_steps_left -= steps
        if enough_before and self._pattern_steps_left < 0:
            self.add("BH114", node, "from here on the patterns are too large all together")
        return self._pattern_steps_left >= 0

    @property
    def is_overspent(self) -> bool:
        """Whether phrases or patterns were too many, so that some of them were left out."""
        return self._phrases_left < 0 or self._pattern_steps_left < 0

    def refer(self, section: str, node: Node) -> str:
        """The name that a node holds, once it is known to be declared in `section`."""
        if not isinstance(node, Scalar):
            self.add("BH204", node, f"one name of `{section}` is expected here")
            return ""
        if not node.text:
            self.add("BH205", node, f"a name of `{section}` is missing here")
            return ""
        known = self.declared[section]
        self.used.add((section, node.text))
        if node.text not in known:
            hint = self.suggest(node.text, known)
            self.add("BH301", node, f"'{node.text}' is not declared under `{section}`{hint}")
        return node.text


def _names(root: Table, section: str) -> dict[str, Scalar]:
    node = root.entries.get(section)
    if node is None or not isinstance(node[1], Table):
        return {}
    return {name: key for name, (key, _) in node[1].entries.items()}
