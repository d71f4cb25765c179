"""Cutting a phrase of a language file into the signs and words of its notation."""

import re

from keywords.normalize import words

CLOSING = {"(": ")", "[": "]"}
_TOKENS = re.compile(r"\.\.\.|[()\[\]|^.,;&]|<[\w-]+>|~\d+|[^\s()\[\]|<>.,;&^]+")


class PhraseError(ValueError):
    """A phrase that the notation does not allow; the message says which and why."""


def tokenize(phrase: str) -> list[str]:
    """Return the signs and words of `phrase`."""
    tokens = _TOKENS.findall(phrase)
    if "".join(tokens) != re.sub(r"\s", "", phrase):
        raise PhraseError(f"{phrase!r}: < and > stand around the name of a set")
    return tokens


def pieces(tokens: list[str], phrase: str) -> list[list[str]]:
    """Return `tokens` cut into pieces: a word, a set, a gap, or a bracket with what it holds."""
    found: list[list[str]] = []
    expected: list[str] = []
    for token in tokens:
        inside = bool(expected)
        if token in CLOSING:
            expected.append(CLOSING[token])
        elif token in CLOSING.values() and (not expected or token != expected.pop()):
            raise PhraseError(f"{phrase!r}: a bracket is not closed")
        elif token in {"|", "..."} and not inside:
            raise PhraseError(f"{phrase!r}: | and ... stand inside brackets")
        if inside:
            found[-1].append(token)
        else:
            found.append([token])
    if expected:
        raise PhraseError(f"{phrase!r}: a bracket is not closed")
    return found


def rows(tokens: list[str], phrase: str) -> list[list[str]]:
    """Return what stands between the `|` of a bracket."""
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in CLOSING) - (token in CLOSING.values())
        if token == "|" and depth == 0:  # noqa: S105 - a sign of the notation
            found.append([])
        else:
            found[-1].append(token)
    if not all(found):
        raise PhraseError(f"{phrase!r}: an empty choice")
    return found


def run_of(tokens: list[str], phrase: str) -> tuple[str, ...]:
    """Return the folded words of a row of plain tokens."""
    run = words(" ".join(tokens))
    if not run:
        raise PhraseError(f"{phrase!r}: an empty choice")
    return run
