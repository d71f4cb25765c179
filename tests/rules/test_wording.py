"""What the texts of a rulebook may say, and what they are filled with."""

import pytest

from rules.decision import Say
from rules.file.spelling import Spelling
from rules.lint.carriers import DEMANDED, missing_from
from rules.lint.invitations import invited_opt_out
from rules.load import load
from rules.model import Rulebook
from tests.rules.conftest import decide_text, load_book

BOOK = """
version: 1
tenant: cafe
name: The Cafe
contact: +1 612 555 0100
timezone: America/Toronto
languages: [en, fr-CA]
numbers: {main: "+16125550100"}
teams: {bar: {}}
keywords: {tea: {en: [tea], fr-CA: [infusion]}}
templates:
  hi:
    en: "{{ name }}: hello! {{ frequency }}. Msg & data rates may apply. {{ contact }}. STOP ends."
    fr-CA: "{{ name }} : bonjour ! {{ frequency }}. Des frais. {{ contact }}. STOP arrête."
enrollments:
  CLUB: {group: club, confirm: single, welcome: hi, frequency: 2 texts a week}
routes: []
fallback: {do: [{assign: bar}]}
"""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("COW or OAT? CANCEL to leave", "CANCEL"),
        ("Your name? (END.)", "END"),
        ("Reply 'quit' to go", "quit"),
        ("Text yes or cancel", "cancel"),
        ("¿Su nombre? Responda con la palabra baja", "baja"),
        ("Répondez oui ou arrêt", "arrêt"),
        ("Send STOP for the next question", "STOP"),
        ("Reply STOP to opt out", None),
        ("Reply STOP to unsubscribe.", None),
        ("Responda STOP para darse de baja", None),
        ("Répondez STOP pour vous désabonner", None),
        ("Responda STOP para cancelar a inscrição", None),
        ("Seu nome? Responda com a palavra sair", "sair"),
        ("Antworten Sie STOP, um sich abzumelden", None),
        ("Ihr Name? Antworten Sie mit abmelden", "abmelden"),
        ("Reply STOP to opt out, or QUIT", "QUIT"),
        ("When does your stay end?", None),
        ("Reply YES to cancel your booking", None),
        ("", None),
    ],
)
def test_an_invitation_to_opt_out_is_seen(text: str, word: str | None) -> None:
    assert invited_opt_out(text) == word


def test_a_welcome_is_filled_with_the_program_and_its_frequency() -> None:
    effects = decide_text(load_book(BOOK), "club").effects
    (say,) = [effect for effect in effects if isinstance(effect, Say)]
    assert say.text == (
        "The Cafe: hello! 2 texts a week. Msg & data rates may apply. +1 612 555 0100. STOP ends."
    )


def test_help_needs_the_contact_itself_not_the_word_help(hotel: Rulebook) -> None:
    text = "The Grand Hotel help: msg frequency varies, rates may apply, STOP ends. Reply HELP."
    assert missing_from(text, DEMANDED["help"], hotel) == ["the contact"]
    assert missing_from(f"{text} Yes!", DEMANDED["confirm"], hotel) == []


@pytest.mark.parametrize("text", ["ARRET", "infusion"])
def test_a_regional_language_is_known_by_the_words_of_its_root(text: str) -> None:
    assert decide_text(load_book(BOOK), text).language == "fr-CA"


def test_an_arret_is_answered_in_the_french_of_the_region() -> None:
    (say,) = [e for e in decide_text(load_book(BOOK), "ARRET").effects if isinstance(e, Say)]
    assert say.text.startswith("Vous êtes désabonné de The Cafe")


def test_a_fallback_without_anybody_is_warned_of() -> None:
    loaded = load(BOOK.replace("[{assign: bar}]", "[{reply: hi}]"), "a.yaml")
    assert ("BH508", "warning") in [(one.code, one.severity) for one in loaded.findings]
    assert loaded.book is not None


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("full_nam", "full_name"),
        ("full_nmae", "full_name"),
        ("ful1_name", "full_name"),
        ("full_namee", "full_name"),
        ("fullname2", None),
        ("d", None),
    ],
)
def test_a_word_one_edit_away_is_near(word: str, near: str | None) -> None:
    assert Spelling({"full_name", "a"}).nearest(word) == near
