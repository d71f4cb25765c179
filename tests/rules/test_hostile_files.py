"""Files that mean harm, or were damaged in every way: each is answered, and none raises."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.file.findings import Finding
from rules.load import load
from rules.patterns import PatternSet, compile_pattern
from tests.rules.conftest import BOOKS, MORNING
from tests.rules.shop import SHOP

GRAND = yaml.load((BOOKS / "grand-hotel.yaml").read_text(), Loader=yaml.CBaseLoader)
LINE_END = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
Tree = Any  # maps, lists and texts, as YAML has them
Path = tuple[str | int, ...]


def _paths(tree: Tree, path: Path = ()) -> list[Path]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    deeper = () if isinstance(tree, str) else inside
    return [path, *(found for key, one in deeper for found in _paths(one, (*path, key)))]


def _at(tree: Tree, path: Path) -> Tree:
    for key in path:
        tree = tree[key]
    return tree


def _with(tree: Tree, path: Path, value: Tree) -> Tree:
    """A copy of a tree with another value at a path."""
    if not path:
        return value
    key, *rest = path
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[key] = _with(tree[key], tuple(rest), value)
    return copy


PATHS = _paths(GRAND)
KEYS = [
    *sorted({str(key) for path in PATHS for key in path if isinstance(key, str)}),
    *("then", "mode", "rollout", "expires", "tag", "untag", "set", "start", "enroll", "close"),
    *("snooze", "notify", "webhook", "privacy", "media", "within", "thread", "on", "retries"),
    *("holidays", "webhooks", "limits", "retention", "message_regex", "channel", "group"),
]
ODD = (
    *("0", "-1", "9" * 40, "²", "99999d", "0m", "100%", "$", "$towels", "{{", "{{ a }}", "\\b"),
    *("(a{1000}){1000}", "[é]\\b", "e\u0301", "\u202e", "😀", "2026-02-30", "0001-01-01"),
    *("9999-12-31", "24:00-24:00", "mon-", "US-", "+1", "stop", "yes", "fallback", "a" * 3000),
)
scalars = st.one_of(
    st.text(max_size=8),
    st.sampled_from(KEYS),
    st.sampled_from(ODD),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def _damaged(draw: st.DrawFn) -> Tree:
    tree = GRAND
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(_paths(tree)))
        there = _at(tree, path)
        match draw(st.sampled_from(["exchange", "swap", "nest", "add", "double"])):
            case "exchange":
                tree = _with(tree, path, draw(values))
            case "swap":
                tree = _with(tree, path, _at(GRAND, draw(st.sampled_from(PATHS))))
            case "nest":
                for _ in range(draw(st.integers(1, 25))):
                    there = [there] if draw(st.booleans()) else {draw(st.sampled_from(KEYS)): there}
                tree = _with(tree, path, there)
            case "add" if isinstance(there, dict):
                tree = _with(tree, path, {**there, draw(st.sampled_from(KEYS)): draw(values)})
            case "double" if isinstance(there, list):
                tree = _with(tree, path, there + there)
            case _:
                tree = _with(tree, path, [there, draw(values)])
    return tree


def _is_inside(finding: Finding, lines: list[str]) -> bool:
    """Whether a finding's place is in the file, or right behind a line's end."""
    return 1 <= finding.line <= len(lines) and 1 <= finding.col <= len(lines[finding.line - 1]) + 1


@settings(max_examples=80, deadline=None)
@given(_damaged(), st.sampled_from([None, True, False]))
def test_no_damage_to_the_tree_makes_loading_raise(tree: Tree, flow: bool | None) -> None:
    text = yaml.dump(tree, allow_unicode=True, sort_keys=False, default_flow_style=flow, width=999)
    loaded = load(text, "a.yaml", MORNING)
    lines = LINE_END.split(text)
    assert [str(one) for one in loaded.findings if not _is_inside(one, lines)] == []
    assert (loaded.book is None) == any(one.severity == "error" for one in loaded.findings)


def _rules(count: int, match: str) -> str:
    """The shop with many routes; `match` has `N` where each differs."""
    rules = (
        f"  - {{id: r{n}, match: {{{match.replace('N', str(n))}}}, do: [{{assign: bar}}]}}\n"
        for n in range(count)
    )
    return SHOP.format(rules="routes:\n" + "".join(rules))


NEST = (
    "any: [{any: [{tag: a}, {tag: b}], not: {any: [{tag: c}, {group: d}]}}, {group: e}], "
    "not: {any: [{tag: f}, {group: g, to: main}]}"
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(2_000)), {"BH105"}),
        ("".join(f"k{n}: &a{n} x\n" for n in range(9_000)), {"BH105"}),
        ("[" * 100_000, {"BH104"}),
        ("a: " + "{a: " * 60_000, {"BH104"}),
        ("".join(f"k{n}: 1\n" for n in range(20_000)), {"BH201"}),
        ("k: 1\n" * 30_000, {"BH108"}),
        (SHOP.format(rules="") + "#" * 256 * 1024, {"BH101"}),
        (_rules(900, "message_regex: '(a{1000}){1N}'"), {"BH422"}),
        (_rules(1_500, "message_regex: '(x{1,100}yN){1,9}'"), {"BH114"}),
        (_rules(1, f"message_regex: '{'a?' * 60_000}'"), {"BH114"}),
        (_rules(1, "message_regex: '" + "(" * 2_000 + "'"), {"BH422"}),
        (_rules(1, f"message_has: [{', '.join(f'w{n}' for n in range(20_000))}]"), set()),
        (_rules(1, f"message_has: {'a ' * 60_000}"), set()),
        (_rules(2_000, "not: {tag: tN}"), set()),
        (_rules(500, NEST), set()),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_file_that_means_harm_is_answered(text: str, codes: set[str]) -> None:
    found = {one.code for one in load(text, "a.yaml").findings}
    assert codes <= found


def test_patterns_too_large_for_one_pass_are_asked_one_by_one() -> None:
    patterns = [compile_pattern(f"((a|b){{100}}c{n}){{10}}") for n in range(1_500)]
    patterns.append(compile_pattern("tea"))
    assert PatternSet(patterns).find("some tea") == [1_500]
