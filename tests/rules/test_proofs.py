"""Rules that are called unreachable or impossible never act; two replies are called so in time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decide import decide
from rules.decision import Say
from rules.lint.proofs import check_proofs
from rules.load import load
from tests.rules.random_rules import matches, some_cases
from tests.rules.shop import SHOP, unlinted

TEA = "{id: tea, match: {message_has: tea}, do: [{assign: bar}]}"
HOT = "{id: hot, match: {message_has: hot tea}, do: [{assign: kitchen}]}"


def _found(protect: str = "", enrich: str = "", routes: tuple[str, ...] = ()) -> list[str]:
    """`rule: CODE` for each error of the shop with these rules."""
    sections = {"protect": [protect], "enrich": [enrich], "routes": routes}
    rules = "".join(
        f"{name}:\n" + "".join(f"  - {rule}\n" for rule in some if rule)
        for name, some in sections.items()
        if any(some)
    )
    text = SHOP.format(rules=rules)
    lines = text.splitlines()
    return [
        f"{lines[one.line - 1].partition('id: ')[2].partition(',')[0]}: {one.code}"
        for one in load(text, "shop.yaml").findings
        if one.severity == "error"
    ]


def test_a_rule_below_one_that_takes_all_of_it_is_unreachable() -> None:
    assert _found(routes=(TEA, HOT)) == ["hot: BH425"]
    assert _found(routes=(HOT, TEA)) == []


@pytest.mark.parametrize(
    "key", ["then: continue", "mode: shadow", "rollout: 99%", "expires: 2099-01-01"]
)
def test_a_rule_that_does_not_take_texts_for_good_hides_none(key: str) -> None:
    assert _found(routes=(TEA.replace(", do:", f", {key}, do:"), HOT)) == []


@pytest.mark.parametrize("key", ["mode: shadow", "rollout: 99%", "expires: 2099-01-01"])
def test_a_rule_that_may_be_absent_can_be_hidden(key: str) -> None:
    assert _found(routes=(TEA, HOT.replace(", do:", f", {key}, do:"))) == ["hot: BH425"]


def test_protect_takes_texts_before_routes_and_enrich_takes_none() -> None:
    assert _found(protect=TEA, routes=(HOT,)) == ["hot: BH425"]
    assert _found(enrich=TEA.replace("assign: bar", "tag: tea"), routes=(HOT,)) == []


def test_the_finding_names_the_rule_above_and_its_line() -> None:
    text = SHOP.format(rules=f"routes:\n  - {TEA}\n  - {HOT}\n")
    line = text[: text.index("{id: tea")].count("\n") + 1
    (found,) = load(text, "shop.yaml").findings[:1]
    assert found.message == f"'tea' in line {line} takes every text of this rule before it"


MARKED = "{id: marked, match: {tag: one}, do: [{assign: bar}]}"
AGAIN = "{id: again, match: {tag: one, to: main}, do: [{assign: kitchen}]}"


def test_what_acts_in_between_may_change_what_the_rule_above_looked_at() -> None:
    marks = "{id: marks, match: {message_has: tea}, then: continue, do: [{tag: one}]}"
    assert _found(routes=(MARKED, AGAIN)) == ["again: BH425"]
    assert _found(routes=(marks, MARKED, AGAIN)) == ["again: BH425"]
    assert _found(routes=(MARKED, marks, AGAIN)) == []
    enriching = "{id: marks, match: {message_has: tea}, do: [{tag: one}]}"
    assert _found(protect=MARKED, routes=(AGAIN,)) == ["again: BH425"]
    assert _found(protect=MARKED, enrich=enriching, routes=(AGAIN,)) == []


def test_a_rule_with_a_mistake_hides_none_and_is_not_judged() -> None:
    broken = TEA.replace("message_has: tea", "message_has: tea, form: main")
    assert _found(routes=(broken, HOT)) == ["tea: BH201"]
    assert _found(routes=(TEA, HOT.replace("message_has", "message_hass"))) == ["hot: BH201"]


GREETS = "{id: greets, match: {message_starts: hello}, then: continue, do: [{reply: soon}]}"


def _says(match: str, do: str = "reply: later", key: str = "") -> str:
    return f"{{id: says, match: {match}{key}, do: [{{{do}}}]}}"


@pytest.mark.parametrize(
    "rule",
    [
        _says("{message_has: tea}"),
        _says("{message_has: tea}", "start: order"),
        _says("{message_has: tea}", "enroll: CLUB"),
        _says("{message_has: tea}", key=", then: continue"),
        _says("{message_has: tea}", key=", rollout: 10%"),
    ],
)
def test_a_second_reply_through_continue_is_refused(rule: str) -> None:
    assert _found(routes=(GREETS, rule)) == ["says: BH403"]


@pytest.mark.parametrize(
    "rule",
    [
        _says("{message_is: [tea, hot tea]}"),
        _says("{message_starts: tea}"),
        _says("{message_has: tea, not: {message_starts: hello}}"),
        _says("{message_has: tea}", "assign: bar"),
        _says("{message_has: tea}", key=", mode: shadow"),
    ],
)
def test_no_second_reply_where_no_text_meets_both(rule: str) -> None:
    assert _found(routes=(GREETS, rule)) == []


def test_a_rule_between_that_takes_all_such_texts_leaves_no_second_reply() -> None:
    between = "{id: between, match: {message_starts: hello}, do: [{assign: bar}]}"
    assert _found(routes=(GREETS, between, _says("{message_has: tea}"))) == []


def test_a_tag_may_tell_that_a_text_was_answered() -> None:
    greets = GREETS.replace("[{reply: soon}]", "[{reply: soon}, {tag: greeted}]")
    says = _says("{message_has: tea, not: {tag: greeted}}")
    untags = "{id: untags, match: {to: main}, then: continue, do: [{untag: greeted}]}"
    assert _found(routes=(greets, says)) == []
    assert _found(routes=(GREETS, says)) == ["says: BH403"]
    assert _found(routes=(greets, untags, says)) == ["says: BH403"]


@pytest.mark.parametrize("pair", ["to: main / to: events", "during: day / outside: [day, late]"])
def test_surroundings_keep_two_replies_apart(pair: str) -> None:
    one, other = pair.split(" / ")
    first = f"{{id: first, match: {{{one}}}, then: continue, do: [{{reply: soon}}]}}"
    assert _found(routes=(first, _says(f"{{{other}}}"))) == []


def test_a_fallback_that_replies_counts_as_well() -> None:
    text = SHOP.format(rules=f"routes:\n  - {GREETS}\n")
    text = text.replace("fallback: {do: [", "fallback: {do: [{reply: later}, ")
    assert [one.code for one in load(text, "shop.yaml").findings if one.code < "BH500"] == ["BH403"]


CASES = some_cases(unlinted("")[0], 150, 9)
DOES = (
    "assign: kitchen",
    "tag: one",
    "untag: two",
    "set: {tier: gold}",
    "reply: soon",
    "close: true",
)
KEYS = ("", "", "", ", then: continue", ", then: continue", ", mode: shadow", ", rollout: 50%")


@st.composite
def _sections(draw: st.DrawFn) -> str:
    lines = []
    for section, most, do in (("protect", 2, DOES), ("enrich", 1, DOES[1:4]), ("routes", 5, DOES)):
        count = draw(st.integers(0, most))
        lines += [f"{section}:"] if count else []
        for n in range(count):
            key = draw(st.sampled_from(KEYS[:3] if section != "routes" else KEYS))
            rule = f"id: {section}-{n}, match: {draw(matches)}{key}"
            lines.append(f"  - {{{rule}, do: [{{{draw(st.sampled_from(do))}}}]}}")
    return "\n".join(lines) + "\n"


@settings(max_examples=60, deadline=None)
@given(_sections())
def test_a_rule_that_is_found_dead_never_acts_and_no_text_gets_two_replies(rules: str) -> None:
    book, scope = unlinted(rules)
    check_proofs(book, scope)
    found = scope.problems.sorted()
    dead = {
        one.line
        for one in found
        if one.code == "BH425" or one.message.startswith("no text can match this rule")
    }
    may_reply_twice = any(one.code == "BH403" for one in found)
    for case in CASES:
        decision = decide(book, case.reading, case.heard.text, case.facts)
        acted = (rule for rule in decision.rules if rule.section != "fallback")
        assert not dead & {rule.line for rule in (*acted, *decision.shadow)}
        replies = [e for e in decision.effects if isinstance(e, Say) and e.kind == "reply"]
        assert len(replies) <= 1 or may_reply_twice
