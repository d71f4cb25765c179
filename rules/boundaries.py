r"""Word boundaries in patterns that stand beside letters which RE2 does not count as such.

To RE2 `\b` stands between a letter of ASCII, a digit or `_` and anything else. Beside an é it
stands where nobody expects it: `\bécole` finds no école.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
      (?P<boundary>\\[bB])
    | \\Q(?P<quoted>.*?)(?:\\E|\Z)
    | (?P<letters>\\p(?:[LM]|\{(?:[LM][\w&]?|\w{3,})\}))
    | \\x\{(?P<long>[0-9a-fA-F]+)\} | \\x(?P<short>[0-9a-fA-F]{2})
    | (?P<escape>\\.)
    | (?P<class>\[\^?\]?(?>\\p\{\^?\w+\}|\[:\^?\w+:\]|\\.|[^\]\\])*+\])
    | (?P<flags>\(\?[\w-]+\))
    | (?P<open>\((?:\?(?:P?<\w+>|[\w-]*:))?)
    | (?P<close>\))
    | (?P<or>\|)
    | (?P<repeat>[*+?]\??|\{\d+(?:,\d*)?\}\??)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LETTERS = re.compile(r"\\p(?:[LM]|\{(?:[LM][\w&]?|\w{3,})\})")
_BY_CODE = re.compile(r"\\x\{([0-9a-fA-F]+)\}|\\x([0-9a-fA-F]{2})")
_BOUNDARY, _LETTER, _ELSE = "boundary", "letter", "else"
_ASCII_END = 128


@dataclass(slots=True)
class _Part:
    """A part of a pattern: what it may begin and end with, and whether it may be nothing at all."""

    first: set[str] = field(default_factory=set)
    last: set[str] = field(default_factory=set)
    may_be_empty: bool = True


@dataclass(slots=True)
class _Open:
    """An open group: its branches so far, the branch at hand, and the last item of that."""

    branches: list[_Part] = field(default_factory=list)
    before: _Part = field(default_factory=_Part)
    item: _Part = field(default_factory=_Part)


class _Walk:
    """Goes through a pattern once and notes what stands beside what."""

    def __init__(self) -> None:
        self.beside: set[tuple[str, str]] = set()
        self._open = [_Open()]

    def take(self, token: re.Match[str]) -> None:
        """Go on over one token."""
        match token.lastgroup:
            case "open":
                self._open.append(_Open())
            case "close":
                self._close()
            case "or":
                self._end_branch()
            case "repeat":
                self._repeat(token["repeat"])
            case "flags":
                pass
            case _:
                for kind in _kinds(token):
                    self._put(_Part({kind}, {kind}, may_be_empty=False))

    def _put(self, part: _Part) -> None:
        """Put an item behind the last one, which cannot be repeated any more."""
        top = self._open[-1]
        top.before, top.item = self._join(top.before, top.item), part
        self.beside |= {(one, other) for one in top.before.last for other in part.first}

    def _join(self, one: _Part, other: _Part) -> _Part:
        return _Part(
            one.first | other.first if one.may_be_empty else one.first,
            one.last | other.last if other.may_be_empty else other.last,
            one.may_be_empty and other.may_be_empty,
        )

    def _repeat(self, sign: str) -> None:
        item = self._open[-1].item
        if not sign.startswith(("?", "{0}", "{1}")):
            self.beside |= {(one, other) for one in item.last for other in item.first}
        item.may_be_empty = item.may_be_empty or sign.startswith(("*", "?", "{0"))

    def _end_branch(self) -> None:
        top = self._open[-1]
        top.branches.append(self._join(top.before, top.item))
        top.before, top.item = _Part(), _Part()

    def _close(self) -> None:
        self._end_branch()
        group = self._open.pop() if len(self._open) > 1 else self._open[0]
        self._put(
            _Part(
                {kind for branch in group.branches for kind in branch.first},
                {kind for branch in group.branches for kind in branch.last},
                any(branch.may_be_empty for branch in group.branches),
            )
        )


def has_lost_boundary(pattern: str) -> bool:
    r"""Whether `\b` or `\B` of a pattern (one that RE2 takes) may stand beside such a letter."""
    walk = _Walk()
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", pattern)):
        walk.take(token)
    return not walk.beside.isdisjoint({(_BOUNDARY, _LETTER), (_LETTER, _BOUNDARY)})


def _kinds(token: re.Match[str]) -> Iterator[str]:
    """The kinds of the characters that a token stands for."""
    group = token.lastgroup
    if group in (_BOUNDARY, "letters"):
        yield _BOUNDARY if group == _BOUNDARY else _LETTER
    elif group == "class":
        inside = _BY_CODE.sub(lambda found: chr(int(found[1] or found[2], 16)), token["class"])
        letters = _has_letter(inside) or _LETTERS.search(inside)
        yield _LETTER if letters and not inside.startswith("[^") else _ELSE
    elif group in ("long", "short"):
        yield _LETTER if _has_letter(chr(int(token[group], 16))) else _ELSE
    else:
        yield from (_LETTER if _has_letter(char) else _ELSE for char in token[group or 0])


def _has_letter(text: str) -> bool:
    """Whether there is a letter or a mark beyond ASCII."""
    return any(
        ord(char) >= _ASCII_END and (char.isalnum() or unicodedata.category(char)[0] == "M")
        for char in text
    )
