"""Folding: what the rulebook calls comparison."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keywords.normalize import fold, words

ANY_TEXT = st.text(st.characters(exclude_categories=()))
TRICKY = st.text(
    st.sampled_from("aé´'’œﬁİıßΣς\u0301\u0327\u200b\u00ad\ufe0f가\u1100\u1161ŉǅ¨ﾞ㎏Ⅷ🅂\ud800\0")
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＳＴＯＰ", ("stop",)),
        ("Número", ("numero",)),
        ("S\u200bT\u200dO\ufeffP", ("stop",)),
        ("\u202eSTOP\u202c", ("stop",)),
        ("don't, don’t don´t don`t", ("dont",) * 4),
        ("rock'n'roll", ("rocknroll",)),
        ("l'arrêt d'autobus", ("l", "arret", "d", "autobus")),
        ("L’ARRÊT jusqu'à qu'il", ("l", "arret", "jusqu", "a", "qu", "il")),
        ("j't'aime", ("j", "t", "aime")),
        ("aujourd'hui quelqu'un", ("aujourdhui", "quelquun")),
        ("opt-out opt_out 4/5 a.b", ("opt", "out", "opt", "out", "4", "5", "a", "b")),
        ("Cœur", ("coeur",)),
        ("Straße", ("strasse",)),
        ("हिन्दी में", ("हिन्दी", "में")),
        ("ST\0OP", ("stop",)),
        ("👍🏽 ok", ("ok",)),
        ("", ()),
        ("\ud800", ()),
    ],
)
def test_words_are_folded(text: str, folded: tuple[str, ...]) -> None:
    assert words(text) == folded


def test_a_mark_is_part_of_its_word() -> None:
    """The dot of a Turkish İ stays a mark of its own; what is elided after it stays unsplit."""
    assert words("İl'eau", accents=True) == ("i\u0307leau",)
    assert words("İl'eau") == ("ileau",)


def test_accents_are_kept_on_demand() -> None:
    assert words("Él SÍ, l'été", accents=True) == ("él", "sí", "l", "été")
    assert words("e\u0301", accents=True) == ("é",)


@given(ANY_TEXT | TRICKY, st.booleans())
def test_folding_is_idempotent(text: str, accents: bool) -> None:
    once = fold(text, accents=accents)
    assert fold(once, accents=accents) == once


@given(st.text(st.characters(max_codepoint=0x24F)), st.booleans())
def test_words_of_words_are_the_same_words(text: str, accents: bool) -> None:
    found = words(text, accents=accents)
    assert words(" ".join(found), accents=accents) == found


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_a_text_folds_as_its_parts_do(text: str) -> None:
    assert fold(text + "\u3042") == fold(text) + "\u3042"


def test_signs_of_a_script_without_spaces_are_words_each() -> None:
    assert words("我要毛巾!") == ("我", "要", "毛", "巾")
    assert words("トイレ wc") == ("ト", "イ", "レ", "wc")
