"""The hotel's rulebook, and a conversation that starts on a Tuesday morning in Chicago."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keywords.classify import classify
from rules.decide import decide
from rules.decision import Decision, Facts, Say
from rules.load import load
from rules.model import Rulebook
from rules.pretending import PretendedThread

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
    return decide(book, classify(text), text, Facts(**given))  # type: ignore[arg-type]  # by name


def said(decision: Decision) -> list[str]:
    """The templates of what a decision says."""
    return [effect.template for effect in decision.effects if isinstance(effect, Say)]


@pytest.fixture(scope="session")
def hotel() -> Rulebook:
    """The demo's rulebook."""
    return load_book((BOOKS / "grand-hotel.yaml").read_text())


@pytest.fixture
def guest(hotel: Rulebook) -> PretendedThread:
    """A guest who has not written before."""
    return PretendedThread(hotel, Facts(MORNING, "main"))
