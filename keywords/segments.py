"""Cutting a text into sentences, and these at commas into segments of folded words."""

import re
from collections.abc import Iterator

from keywords.normalize import split
from keywords.vocabulary import Words

Sentence = tuple[Words, ...]  # one run of words for each segment, none empty

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
