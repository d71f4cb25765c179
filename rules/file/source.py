"""YAML text into nodes that know their place; everything that YAML should not do here is refused.

Every scalar stays text. Anchors, aliases, tags, merge keys, duplicate keys, deep nesting and large
files are findings, so that no file can grow in memory or mean something that it does not show.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from rules.file.findings import Problems
from rules.file.plain_words import place_of, plainly

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
_LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_COMMENT = re.compile(r"\s+#")
_FORBIDDEN = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file, 1-based."""

    line: int = 1
    col: int = 1


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written. `cut`: it is unquoted, and a comment follows on its line."""

    text: str
    line: int
    col: int
    cut: bool = False


@dataclass(slots=True)
class Items:
    """A list."""

    line: int
    col: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A map, in the order of the file."""

    line: int
    col: int
    entries: dict[str, tuple[Scalar, "Node"]] = field(default_factory=dict)


Node = Scalar | Items | Table


class _Stop(Exception):
    """Reading on would make no sense: the finding has been noted."""


def parse(text: str, problems: Problems) -> Node | None:
    """The root node of a YAML text, or None where it cannot be read at all (with a finding)."""
    if not hasattr(yaml, "CLoader"):
        raise RuntimeError("PyYAML was built without libyaml; install a wheel that has it")
    text = text.removeprefix("\ufeff")
    try:
        _check_characters(text, problems)
        return _Builder(text, problems).build()
    except yaml.MarkedYAMLError as error:
        spot, why = Spot(*place_of(error)), plainly(error)
        if _stands_at("\t", text, spot):
            why = "a tab indents this line; write spaces instead"
        problems.add("BH102", spot, f"this is not valid YAML: {why}")
    except yaml.YAMLError as error:
        problems.add("BH102", Spot(), f"this is not valid YAML: {error}")
    except _Stop:
        pass
    return None


def _stands_at(char: str, text: str, spot: Spot) -> bool:
    lines = _LINE_END.split(text)
    return spot.line <= len(lines) and lines[spot.line - 1][spot.col - 1 :].startswith(char)


def _check_characters(text: str, problems: Problems) -> None:
    bad = _FORBIDDEN.search(text)
    if bad:
        before = text[: bad.start()].split("\n")
        spot = Spot(len(before), len(before[-1]) + 1)
        problems.add("BH103", spot, f"the character U+{ord(bad[0]):04X} is not allowed")
        raise _Stop
    if len(text.encode()) > MAX_BYTES:
        problems.add(
            "BH101", Spot(), "the file is larger than 256 KB; split the rulebook or trim it"
        )
        raise _Stop


class _Builder:
    """Builds nodes from libyaml's events, without recursion."""

    def __init__(self, text: str, problems: Problems) -> None:
        self.lines = _LINE_END.split(text)
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CLoader)
        self.problems = problems
        self.root: Node | None = None
        self.open: list[Items | Table] = []
        self.keys: list[Scalar | None] = []

    def build(self) -> Node | None:
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.problems.add("BH109", _spot(event), "a second document begins here")
                    raise _Stop
            elif isinstance(event, yaml.NodeEvent):
                self._enter(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
                self.keys.pop()
        if self.root is None:
            self.problems.add(
                "BH110", Spot(), "the file is empty; it needs at least version, tenant"
            )
        return self.root

    def _enter(self, event: yaml.NodeEvent) -> None:
        spot = _spot(event)
        if event.anchor is not None:
            sign = "alias *" if isinstance(event, yaml.AliasEvent) else "anchor &"
            self.problems.add("BH105", spot, f"{sign}{event.anchor}: write the value out instead")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.problems.add("BH106", spot, f"the tag {tag} is not allowed; leave it out")
        self._place(self._node(event, spot))

    def _node(self, event: yaml.NodeEvent, spot: Spot) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, spot.line, spot.col, self._is_cut(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(spot.line, spot.col)
        if isinstance(event, yaml.MappingStartEvent):
            return Table(spot.line, spot.col)
        return Scalar(f"*{event.anchor}", spot.line, spot.col)  # an alias, noted above

    def _is_cut(self, event: yaml.ScalarEvent) -> bool:
        if event.style or not event.value:
            return False
        end = event.end_mark
        assert end is not None  # noqa: S101 - libyaml always says where
        return _COMMENT.match(self.lines[end.line], end.column) is not None

    def _place(self, node: Node) -> None:
        parent = self.open[-1] if self.open else None
        if parent is None:
            self.root = node
        elif isinstance(parent, Items):
            parent.items.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = self._key(parent, node)
        else:
            parent.entries.setdefault(self.keys[-1].text, (self.keys[-1], node))
            self.keys[-1] = None
        if not isinstance(node, Scalar):
            self._descend(node)

    def _key(self, parent: Table, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self.problems.add("BH204", node, "a key must be a plain word")
            raise _Stop
        if node.text == "<<":
            self.problems.add("BH107", node, "merge keys are not allowed; write the values out")
        elif node.text in parent.entries:
            first = parent.entries[node.text][0].line
            self.problems.add("BH108", node, f"'{node.text}' stands in line {first} already")
        return node

    def _descend(self, node: Items | Table) -> None:
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > MAX_DEPTH:
            self.problems.add("BH104", node, f"nested deeper than {MAX_DEPTH} levels")
            raise _Stop


def _spot(event: yaml.Event) -> Spot:
    start = event.start_mark
    assert start is not None  # noqa: S101 - libyaml always says where
    return Spot(start.line + 1, start.column + 1)
