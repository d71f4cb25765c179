"""Folding: what two texts must share to count as the same words (RULEBOOK, "Comparison")."""

import re
import unicodedata

# Every sign that people type for an apostrophe. NFKC would turn ´ into a space and an accent.
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ‛′`´＇"), "'")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_CONTROLS = dict.fromkeys([*range(9), *range(14, 28), 127])
_ASCII = {**_CONTROLS, ord("`"): "'"}
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENTS = re.compile(f"[{_MARKS}]+")
# A mark is part of its word, so that words are the same with accents kept and without.
_ELIDED = re.compile(
    rf"(?<![\w'{_MARKS}])(?:(?:jusqu|lorsqu|puisqu|qu|[ldjnscmt])')+(?=[{_MARKS}]*\w)"
)
# Letters and marks that show nothing and are not of the category "format".
_BLANK = frozenset(
    {
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
    }
)
_REMEMBERED_BELOW = 0x3000  # so that no sender can fill the memory with rare characters
_UNSPACED = re.compile(  # Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, Han
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003134f]"
)
_ROUNDS = 6  # two settle nearly every text; rare marks over removed ones need a few more


class _Visible(dict[int, int | None]):
    """A translation table that drops zero-width, bidi and control characters."""

    def __missing__(self, code: int) -> int | None:
        hidden = code in _BLANK or unicodedata.category(chr(code)) == "Cf"
        kept = None if hidden else code
        if code < _REMEMBERED_BELOW:
            self[code] = kept
        return kept


class _Separating(dict[int, int | str | None]):
    """A translation table that keeps letters, digits and marks; all else becomes a space.

    In scripts that are written without spaces each sign is a word, so that phrases are found in
    sentences.
    """

    def __missing__(self, code: int) -> int | str:
        char = chr(code)
        in_word = char.isalnum() or unicodedata.category(char)[0] == "M"
        kept: int | str = code if in_word else 0x20
        if in_word and _UNSPACED.match(char):
            kept = f" {char} "
        if code < _REMEMBERED_BELOW:
            self[code] = kept
        return kept


class _Folding(dict[int, str]):
    """A translation table from each of `_SIMPLE`'s characters to what it folds to."""

    def __init__(self, *, accents: bool) -> None:
        super().__init__()
        self._accents = accents

    def __missing__(self, code: int) -> str:
        self[code] = _fold_fully(chr(code), self._accents)
        return self[code]


_VISIBLE = _Visible(_CONTROLS)
_SEPARATING = _Separating({ord("'"): None})
_FOLDING = {accents: _Folding(accents=accents) for accents in (False, True)}
# Characters that fold the same whatever stands beside them: Latin, its signs, most emoji.
_SIMPLE = re.compile(
    "[\x00-\u024f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\uff01-\uff5e\U0001f300-\U0001faff]*"
)


def fold(text: str, *, accents: bool = False) -> str:
    """Return `text` as NFKC, without case, accents and invisible characters.

    `accents=True` keeps the accents. Folding what is folded changes nothing.

    >>> fold("ＳＴＯＰ Café")
    'stop cafe'
    """
    if text.isascii():
        return text.translate(_ASCII).lower()
    if _SIMPLE.fullmatch(text):
        return text.translate(_FOLDING[accents])
    return _fold_fully(text, accents)


def words(text: str, *, accents: bool = False) -> tuple[str, ...]:
    """Return the folded words of `text`: punctuation separates, apostrophes vanish.

    The French elided l' d' j' qu' n' s' c' m' t' jusqu' lorsqu' puisqu' are words of their own.

    >>> words("Don't! L'arrêt d'autobus")
    ('dont', 'l', 'arret', 'd', 'autobus')
    """
    return split(fold(text, accents=accents))


def split(folded: str) -> tuple[str, ...]:
    """Return the words of a text that `fold` has folded already."""
    if "'" in folded:
        folded = _ELIDED.sub(_part, folded)
    return tuple(folded.translate(_SEPARATING).split())


def _part(elided: re.Match[str]) -> str:
    return elided[0].replace("'", " ")


def _fold_fully(text: str, accents: bool) -> str:
    folded = text.translate(_APOSTROPHES)
    for _ in range(_ROUNDS):
        before, folded = folded, _fold_once(folded, accents)
        if folded == before:
            break
    return folded


def _fold_once(text: str, accents: bool) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_VISIBLE)).casefold()
    if not accents:
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(_LIGATURES)
    return unicodedata.normalize("NFKC", text.translate(_VISIBLE)).translate(_APOSTROPHES)
