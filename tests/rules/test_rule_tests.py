"""`rules test`: the books' own tests pass and cover them, and what is wrong is said by line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.casefile import load_tests
from rules.rehearsal.coverage import summarize
from rules.rehearsal.testing import run_tests
from tests.rules.cafe import CAFE
from tests.rules.conftest import BOOKS, load_book
from tests.rules.shop import routes

EXAMPLE = Path(__file__).with_name("example") / "grand-hotel.yaml"
ALL_BOOKS = sorted(path for path in BOOKS.glob("*.yaml") if not path.stem.endswith(".test"))


@pytest.mark.parametrize("path", ALL_BOOKS, ids=lambda path: path.stem)
def test_a_book_of_ours_is_clean_passes_its_tests_and_is_covered(path: Path) -> None:
    loaded = load(path.read_text(), path.name)
    assert loaded.findings == ()
    assert loaded.book is not None
    tests = path.with_suffix(".test.yaml")
    report = run_tests(loaded.book, tests.read_text(), tests.name)
    assert [str(failure) for failure in report.failures] == []
    assert report.unreached == ()


def test_the_example_of_the_language_is_clean_and_passes_its_tests() -> None:
    loaded = load(EXAMPLE.read_text(), EXAMPLE.name)
    assert loaded.findings == ()
    assert loaded.book is not None
    tests = EXAMPLE.with_suffix(".test.yaml")
    assert run_tests(loaded.book, tests.read_text(), tests.name).failures == ()


def _fail(book: Rulebook, case: str) -> list[str]:
    return [str(failure) for failure in run_tests(book, case, "t.yaml").failures]


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        ("rule: maintenance", "rule should be maintenance, but is towels"),
        ("not_rule: towels", "towels should not have acted"),
        ("assign: engineering", "assign should be engineering, but is front-desk"),
        ("reply: waiting", "reply should be waiting, but is towels-coming"),
        ("reply: none", "reply should be none, but is towels-coming"),
        ("keyword: opt_out", "keyword should be opt_out, but is none"),
        ("enrollment: SUMMIT26", "enrollment should be SUMMIT26, but is none"),
        ("enrolled: SUMMIT26", "enrolled should be SUMMIT26, but is none"),
        ("tag: vip", "tag should be vip, but is none"),
        ("set: {diet: vegan}", "set should be diet=vegan, but is none"),
        ("dialog: summit-signup", "dialog should be summit-signup, but is none"),
        ("privacy: delete", "privacy should be delete, but is none"),
        ("escalate: duty-manager", "escalate should be duty-manager, but is none"),
        ("nothing: true", "nothing should be true, but: said towels-coming, changed hands"),
    ],
)
def test_what_is_not_as_expected_fails_at_its_line(hotel: Rulebook, expect: str, why: str) -> None:
    case = f"cases:\n  - name: towels\n    say: towels\n    expect:\n      {expect}\n"
    assert _fail(hotel, case) == [f"t.yaml:5: towels: after 'towels', {why}"]


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("- {name: a}", "t.yaml:2: BH203 a case needs either `say` or `talk`"),
        ("- {name: a, say: b, expect: {rul: c}}", "BH201 expect has no key `rul`; did you mean"),
        ("- {name: a, say: b, given: {to: event}}", "did you mean 'events'?"),
        ("- {name: a, say: b, given: {at: noon}}", "BH206 `at` must be an instant"),
        ("- {name: a, say: b, given: {rollout: maybe}}", "BH207 rollout is one of in, out"),
        ("- {name: a, talk: [{wait: long}]}", "BH206 wait must be a number"),
        ("- {name: a, talk: []}", "BH205 talk must not be empty"),
        ("- {name: a, say: []}", "BH205 say must not be empty"),
        ("- {name: a, say: b, expect: {rule: []}}", "BH205 rule must not be empty"),
        ("- {name: a, say: b, given: {sender: {}}}", "BH205 sender must not be empty"),
        ("- {name: a, say: b, expect: {set: {}}}", "BH205 set must not be empty"),
        ("- {name: a, say: b, expect: {nothing: yes}}", "BH207 nothing is one of true, false"),
        ("- {name: a, say: b, given: {at: 9999-12-31 23:59}}", "in 2000 to 2100"),
        ("- {name: a, say: b, given: {at: 0001-01-01 00:00}}", "in 2000 to 2100"),
        ("- {name: a, talk: [{wait: 99999d}, {wait: 99999d}]}", "BH206 a talk waits 3650d in all"),
        ("- {name: a, say: b, expect: {rule: towel}}", "did you mean 'towels'?"),
        ("- {name: a, say: b, expect: {not_rule: towel}}", "did you mean 'towels'?"),
        ("- {name: a, say: b, expect: {assign: frontdesk}}", "did you mean 'front-desk'?"),
        ("- {name: a, say: b, expect: {reply: waitin}}", "did you mean 'waiting'?"),
        ("- {name: a, say: b, expect: {tag: vips}}", "did you mean 'vip'?"),
        (
            "- {name: a, say: b, expect: {dialog: summit}}",
            "`dialog: summit` is not in",
        ),
    ],
)
def test_a_mistake_in_a_test_file_fails(hotel: Rulebook, case: str, why: str) -> None:
    (failure,) = _fail(hotel, f"cases:\n  {case}\n")
    assert why in failure


def test_more_texts_than_a_save_can_wait_for_are_refused(hotel: Rulebook) -> None:
    case = f"  - {{name: a, say: [{', '.join(['towels'] * 1_000)}]}}\n"
    assert run_tests(hotel, f"cases:\n{case}{case}", "t.yaml").ok
    more = f"cases:\n{case}{case}  - {{name: b, say: towels}}\n"
    said = "t.yaml:2: BH113 2,001 texts and waits; a test file holds 2,000 at most"
    assert [str(failure) for failure in run_tests(hotel, more, "t.yaml").failures] == [said]


def test_tests_without_cases_fail(hotel: Rulebook) -> None:
    assert _fail(hotel, "cases: []\n") == ["t.yaml:1: BH205 cases must not be empty"]


def test_tests_beside_a_rulebook_are_tests_of_that_rulebook(hotel: Rulebook) -> None:
    case = "cases: [{name: a, say: b, expect: {rule: towels}}]\n"
    text = f"given: {{thread: new}}\nrules: other.yaml\n{case}"
    (wrong,) = run_tests(hotel, text, "books/hotel.test.yaml").failures
    assert wrong.line == 2
    assert "`rules` names other.yaml" in wrong.message
    assert "hotel.yaml" in wrong.message


@pytest.mark.parametrize("rules", ["hotel.yaml", "./hotel.yaml"])
def test_tests_may_name_the_rulebook_beside_them(hotel: Rulebook, rules: str) -> None:
    text = f"rules: {rules}\ncases: [{{name: a, say: b}}]\n"
    assert run_tests(hotel, text, "books/hotel.test.yaml").ok


def test_a_rulebook_that_tests_name_need_not_be_beside_them(hotel: Rulebook) -> None:
    text = "rules: ../hotel.yaml\ncases: [{name: a, say: towels, expect: {rule: towels}}]\n"
    assert run_tests(hotel, text, "nightly/more.test.yaml", book_is_named=True).ok


def test_the_last_instant_and_the_longest_wait_run(hotel: Rulebook) -> None:
    talk = "talk: [{say: leak}, {wait: 3650d, expect: {assign: duty-manager}}, {say: towels}]"
    assert not _fail(hotel, f"cases: [{{name: a, given: {{at: 2100-12-31 23:59}}, {talk}}}]\n")


def test_a_rule_that_no_test_reached_is_named_with_its_line(hotel: Rulebook) -> None:
    report = run_tests(hotel, "cases: [{name: a, say: towels}]", "t.yaml")
    unreached = {rule.id: rule.line for rule in report.unreached}
    assert "towels" not in unreached
    assert unreached["maintenance"] == hotel.routes[0].line


def test_coverage_counts_the_texts_that_each_rule_acted_on(hotel: Rulebook) -> None:
    report = run_tests(hotel, "cases: [{name: a, say: [towels, more towels, smoke]}]", "t.yaml")
    texts = {rule.id: rule.texts for rule in report.reached}
    assert (texts["towels"], texts["emergency"], texts["maintenance"]) == (2, 1, 0)
    routes = len(hotel.routes)
    told = summarize(report.reached)
    assert told.startswith(f"2 of {routes + len(hotel.enrich) + 2} rules reached (protect 1 of 1,")
    assert told.endswith(f"routes 1 of {routes}, fallback 0 of 1)")


def test_a_rule_in_shadow_mode_is_reached_where_it_would_have_acted() -> None:
    book = load_book(CAFE.replace("{id: tea,", "{id: tea, mode: shadow,"))
    report = run_tests(book, "cases: [{name: a, say: tea, expect: {not_rule: tea}}]", "t.yaml")
    assert report.ok
    assert "tea" not in {rule.id for rule in report.unreached}


def test_a_picture_comes_with_its_own_text_alone() -> None:
    book = load_book(CAFE.replace("message_has: tea", "media: image"))
    talk = """
      - {say: look, given: {media: image}, expect: {rule: tea}}
      - {say: did you see it, expect: {not_rule: tea}}"""
    assert _fail(book, f"cases:\n  - name: a\n    talk:{talk}\n") == []
    every = "cases: [{name: a, given: {media: image}, say: look, expect: {rule: tea}}]"
    assert _fail(book, every) == []


def test_what_falls_due_before_the_instant_of_a_step_has_happened(hotel: Rulebook) -> None:
    case = """
cases:
  - name: a
    given: {at: 2026-11-10 10:00}
    talk:
      - {say: leak, expect: {assign: engineering}}
      - {say: hello?, given: {at: 2026-11-10 11:00}, expect: {assign: duty-manager, reply: waiting}}
      - {wait: 1h, expect: {nothing: true}}
"""
    assert _fail(hotel, case) == []


def test_a_thread_that_is_given_is_no_first_contact() -> None:
    book = load_book(CAFE.replace("message_has: tea", 'first_contact: "true"'))
    assert _fail(book, "cases: [{name: a, say: x, expect: {rule: tea}}]") == []
    case = "cases: [{name: a, given: {thread: closed}, say: x, expect: {not_rule: tea}}]"
    assert _fail(book, case) == []


def test_each_text_of_say_runs_afresh(hotel: Rulebook) -> None:
    case = "cases:\n  - {name: a, say: [leak, breakfast], expect: {assign: front-desk}}\n"
    assert len(_fail(hotel, case)) == 1


def test_the_rulebooks_file_is_named_for_the_caller() -> None:
    assert load_tests("rules: a.yaml\ncases: []", "t.yaml").rules == "a.yaml"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100))
def test_no_text_makes_loading_tests_raise(text: str) -> None:
    load_tests(text, "t.yaml")


@pytest.mark.parametrize(
    ("given_now", "match"),
    [
        ("{group: [club, staff]}", "{group: club}"),
        ("{tags: vip}", "{tag: vip}"),
        ("{sender: {tier: Gold}}", "{sender: {tier: gold}}"),
        ("{thread: closed, last_assignee: carol}", "{last_assignee: carol, within: 1d}"),
        ("{media: image}", "{media: image}"),
        ("{from: 'whatsapp:+16125550111'}", "{channel: whatsapp}"),
        ("{thread: open}", "{thread: open, within: 5m}"),
        ("{language: es}", "{language: es}"),
        ("{to: events}", "{to: events}"),
        ('{to: "+16125550199"}', "{to: events}"),
    ],
)
def test_what_a_test_gives_is_what_rules_see(given_now: str, match: str) -> None:
    book = routes(f"{{id: it, match: {match}, do: [{{assign: boss}}]}}")
    cases = f"cases: [{{name: a, given: {given_now}, say: xyzzy, expect: {{rule: it}}}}]"
    assert run_tests(book, cases, "t.yaml").failures == ()
    without = "cases: [{name: a, say: xyzzy, expect: {rule: fallback}}]"
    assert run_tests(book, without, "t.yaml").failures == ()


RETURNING = """
cases:
  - name: who had the thread last
    given: {{thread: closed, last_assignee: carol, on_shift: {on_shift}}}
    say: hi
    expect: {{assign: {to}}}
"""


@pytest.mark.parametrize(
    ("on_shift", "to", "passes"),
    [("[bob, carol]", "[carol, bar]", True), ("bob", "bar", True), ("bob", "carol", False)],
)
def test_the_last_person_has_the_thread_again_if_on_shift(
    on_shift: str, to: str, passes: bool
) -> None:
    assign = "{team: bar, strategy: previous-then-least-busy}"
    book = routes(f"{{id: it, match: {{thread: closed}}, do: [{{assign: {assign}}}]}}")
    assert run_tests(book, RETURNING.format(on_shift=on_shift, to=to), "t.yaml").ok is passes


def test_a_close_ends_what_would_have_escalated_and_a_snooze_ends_by_itself() -> None:
    book = routes(
        "{id: bye, match: {message_has: bye}, do: [{close: true}]}",
        "{id: later, match: {message_has: later}, do: [{snooze: 1h}, {assign: bar}]}",
        "{id: tea, match: {message_has: tea}, do: [{escalate: {after: 10m, to: boss}}]}",
    )
    cases = """
cases:
  - name: closed
    talk:
      - {say: tea, expect: {escalate: boss}}
      - {say: bye now, expect: {rule: bye, close: true}}
      - {wait: 1h, expect: {nothing: true, close: true}}
  - name: snoozed
    talk:
      - {say: later, expect: {rule: later, close: false}}
      - {wait: 2h, expect: {nothing: true}}
      - {say: hmm, expect: {rule: fallback, assign: bar}}
"""
    assert run_tests(book, cases, "t.yaml").failures == ()


def test_a_timer_fires_once_however_long_one_waits() -> None:
    escalate = "{escalate: {after: 10m, to: boss, reply: soon}}"
    book = routes(f"{{id: tea, match: {{message_has: tea}}, do: [{escalate}]}}")
    cases = """
cases:
  - name: once
    talk:
      - {say: tea}
      - {wait: 11m, expect: {reply: soon, assign: boss}}
      - {wait: 5d, expect: {nothing: true}}
"""
    assert run_tests(book, cases, "t.yaml").failures == ()


def test_what_a_rule_tells_others_and_puts_aside_can_be_expected() -> None:
    book = routes(
        "{id: it, match: {message_has: tea}, do: [{notify: boss}, {notify: {staff: carol}},"
        " {webhook: till}, {untag: old}, {tag: old}, {snooze: 120m}]}"
    )
    good = "{notify: [boss, carol], webhook: till, untag: old, snooze: 2h}"
    assert run_tests(book, f"cases: [{{name: a, say: tea, expect: {good}}}]", "t.yaml").ok
    none = "{notify: none, webhook: none, untag: none, snooze: none}"
    assert run_tests(book, f"cases: [{{name: a, say: hello, expect: {none}}}]", "t.yaml").ok
    for wrong in (
        "notify: kitchen",
        "webhook: none",
        "untag: none",
        "snooze: 3h",
        "notify: nobody",
    ):
        cases = f"cases: [{{name: a, say: tea, expect: {{{wrong}}}}}]"
        assert not run_tests(book, cases, "t.yaml").ok, wrong


@pytest.mark.parametrize(
    ("given_first", "empty", "match"),
    [
        ("tags: vip", "tags: []", "{tag: vip}"),
        ("group: club", "group: []", "{group: club}"),
    ],
)
def test_an_empty_list_clears_what_is_given_further_up(
    given_first: str, empty: str, match: str
) -> None:
    book = routes(f"{{id: it, match: {match}, do: [{{assign: boss}}]}}")
    cases = f"""
given: {{{given_first}}}
cases:
  - {{name: with, say: xyzzy, expect: {{rule: it}}}}
  - {{name: without, given: {{{empty}}}, say: xyzzy, expect: {{rule: fallback}}}}
"""
    assert run_tests(book, cases, "t.yaml").failures == ()


def test_an_empty_list_sends_everybody_home() -> None:
    assign = "{team: bar, strategy: previous-then-least-busy}"
    book = routes(f"{{id: it, match: {{thread: closed}}, do: [{{assign: {assign}}}]}}")
    cases = f"given: {{on_shift: carol}}\n{RETURNING.format(on_shift='[]', to='carol')}"
    assert not run_tests(book, cases, "t.yaml").ok


def test_a_tag_that_staff_puts_on_may_be_expected() -> None:
    branches = "[{not: {tag: calm}}, {tag: angry}]"
    book = routes(
        f"{{id: it, match: {{message_has: tea, any: {branches}}}, do: [{{assign: bar}}]}}"
    )
    case = "cases: [{{name: a, given: {{tags: [{0}]}}, say: tea, expect: {{tag: {0}}}}}]"
    for tag in ("calm", "angry", "given-here-alone"):
        assert _fail(book, case.format(tag)) == []
    (wrong,) = _fail(book, "cases: [{name: a, say: tea, expect: {tag: angri}}]")
    assert "did you mean 'angry'?" in wrong


@pytest.mark.parametrize("yes", ["true", "True", "TRUE"])
def test_a_truth_is_written_in_the_ways_of_yaml(yes: str) -> None:
    book = routes(f"{{id: it, match: {{first_contact: {yes}}}, do: [{{close: {yes}}}]}}")
    expect = f"{{rule: it, close: {yes}, nothing: {yes}}}"
    assert _fail(book, f"cases: [{{name: a, say: xyzzy, expect: {expect}}}]") == []
    never = yes.replace("true", "false").replace("True", "False").replace("TRUE", "FALSE")
    assert len(_fail(book, f"cases: [{{name: a, say: xyzzy, expect: {{close: {never}}}}}]")) == 1
