"""Auto-replies: the stock wording of phones, carriers and mailboxes, in the person's name."""

from keywords.lone import Words
from keywords.phrases import Shape
from keywords.vocabulary import Vocabulary


def stock_wording(plain: Words, vocabulary: Vocabulary) -> str:
    """Return the words that show a text to be an auto-reply, "" where none do.

    `plain`: the text's folded words; punctuation does not matter here.
    """
    phrases = vocabulary.auto_replies.candidates(plain)
    if not phrases:
        return ""
    line = " ".join(plain) + " "
    start = 0
    for word in plain:
        for phrase in phrases:
            match = phrase.pattern.match(line, start) if word in phrase.shape.firsts else None
            if match and _fits(phrase.shape, start, is_last=match.end() == len(line)):
                return match[0].strip()
        start += len(word) + 1
    return ""


def _fits(shape: Shape, start: int, *, is_last: bool) -> bool:
    return (not shape.at_start or start == 0) and (not shape.at_end or is_last)
