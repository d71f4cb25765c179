"""Auto-replies: the stock wording of phones, carriers and mailboxes, in the person's name."""

from keywords.alone import bare_words
from keywords.lone import Words
from keywords.phrases import Shape
from keywords.reading import Meaning
from keywords.segments import Sentence, sentences
from keywords.sentences import find_wishes
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


def holds_opt_out(folded: str, vocabulary: Vocabulary) -> bool:
    """Whether a sentence of its own asks to stop: "Out of office. Stop texting me"."""
    return any(
        _is_opt_out(sentence, vocabulary)
        for sentence in sentences(folded)
        if not stock_wording(tuple(word for run in sentence for word in run), vocabulary)
    )


def _is_opt_out(sentence: Sentence, vocabulary: Vocabulary) -> bool:
    line = " ".join(word for run in sentence for word in run) + " "
    found = find_wishes((sentence,), vocabulary)
    quotes = [finding.quote for finding in found if finding.meaning is Meaning.OPT_OUT]
    for quote in quotes:
        line = line.replace(f"{quote} ", "", 1)
    rest = bare_words(tuple(line.split()), vocabulary)
    return bool(quotes) and rest is not None


def _fits(shape: Shape, start: int, *, is_last: bool) -> bool:
    return (not shape.at_start or start == 0) and (not shape.at_end or is_last)
