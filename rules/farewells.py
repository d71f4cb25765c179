"""Words that close a conversation, such as "Thanks!": said after a close, they open nothing."""

from functools import lru_cache

from rules.case import Case
from rules.texts.builtin_texts import wordings

_GLAD = frozenset("👍👌🙏🙂😊😀😃😄☺❤💕💙💚💛🧡💜😍🥰👏🎉✨🤗🫶")
_DRESSING = frozenset("\ufe0f\u200d") | frozenset(chr(code) for code in range(0x1F3FB, 0x1F400))


def is_farewell(case: Case) -> bool:
    """Whether a text to a closed thread only closes the conversation, and answers no question."""
    thread = case.facts.thread
    if thread.state != "closed" or thread.dialog or thread.prompt or case.facts.media:
        return False
    words = case.heard.words
    return _are_farewells(words) if words else _is_glad(case.heard.text)


def _are_farewells(words: tuple[str, ...]) -> bool:
    known, longest = _farewells()
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((n for n in sizes if words[at : at + n] in known), 0)
        if not size:
            return False
        at += size
    return True


def _is_glad(text: str) -> bool:
    shown = {char for char in text if not char.isspace()} - _DRESSING
    return bool(shown & _GLAD) and all(char in _GLAD or char in "!.*~" for char in shown)


@lru_cache(maxsize=1)
def _farewells() -> tuple[frozenset[tuple[str, ...]], int]:
    """The farewells of every language, and the words of the longest."""
    found = frozenset(phrase for wording in wordings().values() for phrase in wording.farewells)
    return found, max(map(len, found), default=0)
