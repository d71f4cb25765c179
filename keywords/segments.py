"""Cutting a text into sentences, and these at commas into segments of folded words."""

import re
from collections.abc import Iterator, Sequence

from keywords.lone import Words
from keywords.normalize import split

Sentence = tuple[Words, ...]  # one run of words for each segment, none empty

_FEWEST = 3  # sentences; "Thanks. Bob." is nobody's stress on each word
_SENTENCE_ENDS = re.compile(r"[.!?]+(?=\s|$|[^\w])|[\n\r]+|\s[-–—]+\s")
_COMMAS = re.compile(r"[,;:()\[\]¿¡—–\"“”„«»]+")


def sentences(folded: str) -> Iterator[Sentence]:
    """Yield the sentences of a folded text; what holds no word is left out.

    >>> list(sentences("stop. well, thanks!"))
    [(('stop',),), (('well',), ('thanks',))]
    """
    for sentence in _SENTENCE_ENDS.split(folded):
        runs = map(split, _COMMAS.split(sentence))
        found = tuple(run for run in runs if run)
        if found:
            yield found


def run_together(cut: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return sentences of one word each, or all but one of them, as one sentence, else none.

    >>> run_together(tuple(sentences("quit. texting. me.")))
    ((('quit', 'texting', 'me'),),)
    """
    lonely = sum(len(sentence) == len(sentence[0]) == 1 for sentence in cut)
    if len(cut) < _FEWEST or lonely < len(cut) - 1:
        return ()
    return ((tuple(word for sentence in cut for run in sentence for word in run),),)
