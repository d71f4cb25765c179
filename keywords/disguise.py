"""Bare words in disguise: look-alike letters, spaced letters, digits for letters, slips.

Only a text that would be a bare word without the disguise is looked at, so that no word inside a
sentence is ever changed.
"""

import re
from collections.abc import Iterator

from keywords.lone import Words, less_by_one
from keywords.normalize import split
from keywords.vocabulary import Vocabulary

STOP_SIGN = "\N{OCTAGONAL SIGN}"
_LONGEST = 24  # words: "u n s u b s c r i b e", twice and with a please

# A Latin letter and the folded Cyrillic, Greek and small-capital letters that print like it.
_LOOKALIKES = {
    ord(other): latin
    for latin, others in {
        "a": "аαᴀ", "b": "вбβʙ", "c": "сσᴄ", "d": "ԁᴅ", "e": "еεᴇ", "f": "ꜰ", "g": "ɢ", "h": "һнʜ",
        "i": "іιɪı", "j": "јᴊ", "k": "кκᴋ", "l": "ӏʟł", "m": "мᴍ", "n": "пηɴ", "o": "оοᴏ",
        "p": "рρᴘ", "q": "ԛ", "r": "ʀ", "s": "ѕꜱ", "t": "тτᴛ", "u": "υᴜ", "v": "ѵνᴠ", "w": "ԝᴡ",
        "x": "хχ", "y": "уγʏ", "z": "ᴢ",
    }.items()
    for other in others
}  # fmt: skip
_DIGITS = str.maketrans("013457$@!|", "oleastsail")
_BADGES = {
    **{0x1F170 + i: chr(0x61 + i) for i in range(26)},  # negative squared letters
    **{0x1F1E6 + i: chr(0x61 + i) for i in range(26)},  # regional indicators
    **{0x1F150 + i: chr(0x61 + i) for i in range(26)},  # negative circled letters
}
_IN_LATIN_CLOTHES = re.compile(f"[{''.join(map(chr, {**_LOOKALIKES, **_BADGES}))}]")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_STRETCHED_LETTERS = re.compile(r"([^\W\d_])\1{2,}")
_SPLIT = re.compile(r"[^\w$@!|]+")
_MANY = 2  # words that say nothing as they are: more of them are a sentence, no disguise


def disguises(folded: str, plain: Words, vocabulary: Vocabulary) -> Iterator[tuple[Words, str]]:
    """Yield what the words of a text may be meant as, with the reason; the likeliest first."""
    if STOP_SIGN in folded:
        yield split(folded.replace(STOP_SIGN, " stop ")), "a stop sign"
    if not folded.isascii() and _IN_LATIN_CLOTHES.search(folded):
        folded = folded.translate(_BADGES).translate(_LOOKALIKES)
        plain = split(folded)
        yield plain, "look-alike letters"
    unknown = [word for word in plain if len(word) > 1 and word not in vocabulary.lone]
    if len(plain) > _LONGEST or len(unknown) > _MANY:
        return
    yield _joined_letters(plain), "spaced letters"
    yield ("".join(plain),), "split letters"
    yield tuple(_STRETCHED.sub(r"\1", word) for word in plain), "stretched letters"
    yield _undigited(folded), "signs for letters"
    yield tuple(_untyped(word, vocabulary) for word in plain), "a slip of the finger"


def undisguised(folded: str) -> str:
    """Return a folded text without look-alike letters and stretched words, for its sentences.

    >>> undisguised("plsss stoppp texting me")
    'pls stop texting me'
    """
    if not folded.isascii() and _IN_LATIN_CLOTHES.search(folded):
        folded = folded.translate(_BADGES).translate(_LOOKALIKES)
    return _STRETCHED_LETTERS.sub(r"\1", folded)


def _joined_letters(plain: Words) -> Words:
    """Return `plain` with each run of single letters as one word."""
    joined: list[str] = []
    open_run = False
    for word in plain:
        single = len(word) == 1
        if single and open_run:
            joined[-1] += word
        else:
            joined.append(word)
        open_run = single
    return tuple(joined)


def _undigited(folded: str) -> Words:
    """Return the words of a text with digits and signs read as letters, pure numbers apart."""
    found = [word for word in _SPLIT.split(folded) if word]
    return tuple(
        word.translate(_DIGITS) if re.search(r"[a-z]", word) else word
        for word in (word.rstrip("!|") for word in found)
    )


def _untyped(word: str, vocabulary: Vocabulary) -> str:
    if len(word) < 4 or word in vocabulary.not_typos or word in vocabulary.lone:  # noqa: PLR2004 - shorter words have too many neighbours
        return word
    near = {meant for less in less_by_one(word) for meant in vocabulary.typos.get(less, ())}
    return min((meant for meant in near if is_one_slip(word, meant)), default=word)


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter missing, added, wrong or swapped with its neighbour parts the two.

    >>> is_one_slip("sotp", "stop"), is_one_slip("strap", "stop")
    (True, False)
    """
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    same = next(
        (i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b),
        min(len(typed), len(meant)),
    )
    if len(typed) != len(meant):
        longer, shorter = sorted((typed, meant), key=len, reverse=True)
        return longer[same + 1 :] == shorter[same:]
    swapped = meant[same + 1 : same + 2] + meant[same] + meant[same + 2 :]
    return typed[same + 1 :] == meant[same + 1 :] or typed[same:] == swapped
