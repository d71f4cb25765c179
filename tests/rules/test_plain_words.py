"""Slips that YAML itself does not take are told in words that say what to do, at their place."""

import pytest

from rules.load import load
from tests.rules.cafe import CAFE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("why: note: this\n", "1:10: BH102 this is not valid YAML: `: ` makes a key"),
        (
            'name: "The Bar\nversion: 1\n',
            "1:7: BH102 this is not valid YAML: a quote that opens here",
        ),
        ("name: @bar\n", "1:7: BH102 this is not valid YAML: no text begins with this sign"),
        ("why: it\nburns\nname: x\n", "3:1: BH102 this is not valid YAML: the line above"),
        ("do:\n  - a\n b: c\n", "3:2: BH102 this is not valid YAML: this belongs to nothing"),
        ("- a\nb: c\n", "2:1: BH102 this is not valid YAML: this stands among the items"),
        ("a: {b: c: d}\n", "1:9: BH102 this is not valid YAML: a `{` before this"),
        ("a: [b, c\nd: e\n", "2:2: BH102 this is not valid YAML: a `[` before this"),
        ("do: - reply\n", "1:5: BH102 this is not valid YAML: a list begins on a line of its own"),
        ('a: "\\d"\n', "1:5: BH102 this is not valid YAML: in double quotes"),
        ("a: *b*\n", "1:6: BH102 this is not valid YAML: did not find expected alphabetic"),
    ],
)
def test_a_slip_is_told_in_plain_words(text: str, told: str) -> None:
    (finding,) = load(text, "a.yaml").findings
    assert str(finding).startswith(f"a.yaml:{told}")


def test_actions_that_are_no_list_are_told_so_under_done_as_well() -> None:
    text = CAFE.replace("done: [{reply: done}]", "done: {reply: done}")
    (finding,) = load(text, "a.yaml").findings
    assert (finding.code, finding.message) == ("BH204", "what is to be done must be a list")
