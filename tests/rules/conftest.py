"""The hotel's rulebook, and a conversation that starts on a Tuesday morning in Chicago."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.decide import decide
from rules.decision import Decision, Facts, Say
from rules.hearing import read
from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.pretending import Outcome, PretendedThread
from tests.rules.cafe import CAFE

BOOKS = Path(__file__).parents[2] / "rules" / "books"
MORNING = datetime(2026, 11, 10, 16, tzinfo=UTC)

Load = Callable[[str], Rulebook]
Decide = Callable[..., Decision]


def load_book(text: str) -> Rulebook:
    """Load a rulebook that must have no errors."""
    loaded = load(text, "book.yaml")
    assert loaded.book is not None, "\n".join(map(str, loaded.findings))
    return loaded.book


def decide_text(book: Rulebook, text: str, **facts: object) -> Decision:
    """Decide one text at the usual time."""
    given: dict[str, object] = {"at": MORNING, "to": next(iter(book.numbers)), **facts}
    return decide(book, read(book, text), text, Facts(**given))  # type: ignore[arg-type]  # by name


def said(decision: Decision) -> list[str]:
    """The templates of what a decision says."""
    return [effect.template for effect in decision.effects if isinstance(effect, Say)]


def names(outcome: Outcome) -> list[str]:
    """The templates of what a step said."""
    return [say.template for say in outcome.said]


@pytest.fixture(scope="session")
def hotel() -> Rulebook:
    """The demo's rulebook."""
    return load_book((BOOKS / "grand-hotel.yaml").read_text())


@pytest.fixture(scope="session")
def cafe() -> Rulebook:
    """A small rulebook with topics, codes and tight limits."""
    return load_book(CAFE)


@pytest.fixture
def regular(cafe: Rulebook) -> PretendedThread:
    """Somebody who writes to the cafe for the first time."""
    return PretendedThread(cafe, Facts(MORNING, "main"))


@pytest.fixture
def guest(hotel: Rulebook) -> PretendedThread:
    """A guest who has not written before."""
    return PretendedThread(hotel, Facts(MORNING, "main"))
