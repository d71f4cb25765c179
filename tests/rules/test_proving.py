"""What is proved of conditions holds for every text and all surroundings that can be tried."""

from hypothesis import given, settings

from rules.conditions.table import match_all
from rules.model import Rulebook
from rules.proving.prover import Prover
from tests.rules.random_rules import matches, some_cases
from tests.rules.shop import unlinted


def _book(*some: str) -> Rulebook:
    """The shop with a route for each of these `match`es."""
    rules = "\n".join(f"  - {{id: r{n}, match: {m}, do: [{{tag: x}}]}}" for n, m in enumerate(some))
    return unlinted(f"routes:\n{rules}\n" if some else "")[0]


def _follows(one: str, other: str) -> bool:
    book = _book(one, other)
    prover = Prover(book)
    known, wanted = (prover.form(rule.match) for rule in book.routes)
    return prover.follows(known, wanted)


def _clashes(match: str) -> bool:
    book = _book(match)
    prover = Prover(book)
    return bool(prover.clash(prover.form(book.routes[0].match)))


CASES = some_cases(_book(), 500, 4)


@settings(max_examples=400, deadline=None)
@given(matches, matches)
def test_what_is_proved_holds_in_every_case(one: str, other: str) -> None:
    book = _book(one, other)
    prover = Prover(book)
    known, wanted = (prover.form(rule.match) for rule in book.routes)
    held, held_too = (
        {n for n, case in enumerate(CASES) if match_all(rule.match, case)} for rule in book.routes
    )
    assert held == {n for n, case in enumerate(CASES) if match_all(known, case)}
    assert not (held and prover.clash(known))
    assert not (held & held_too and prover.clash((*known, *wanted)))
    assert held <= held_too or not prover.follows(known, wanted)
