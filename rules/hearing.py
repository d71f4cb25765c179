"""Reading a text with the words of a rulebook: its topics and codes are heard in an opt-out."""

from keywords.classify import classify
from keywords.reading import Reading
from rules.model import Rulebook


def read(book: Rulebook, text: str) -> Reading:
    """What a text to this tenant means for consent and privacy."""
    return classify(text, book.topic_words)
