"""The topics of a rulebook as the keyword layer wants them: its own, and its enrollment codes."""

from collections.abc import Iterable, Mapping

from keywords.topics import Topics, compile_topics
from rules.heard import Phrase


def compile_words(
    topics: Mapping[str, Mapping[str, tuple[Phrase, ...]]], codes: Iterable[str]
) -> Topics:
    """The words of each topic in every language, and the codes, each a topic of its own."""
    words = {
        name: [phrase.text for group in groups.values() for phrase in group]
        for name, groups in topics.items()
    }
    return compile_topics(words, codes)
