"""Words that differ by one letter, found without comparing each word with each."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches


class Spelling:
    """Known words, to be asked for those one edit away: a letter added, dropped, changed, swapped.

    Words one edit apart share a form: the word itself, or the word without one of its letters.
    """

    def __init__(self, known: Collection[str]) -> None:
        self._by_form: dict[str, set[str]] = {}
        for word in known:
            for form in _forms(word):
                self._by_form.setdefault(form, set()).add(word)

    def nearest(self, word: str) -> str | None:
        """The known word one edit away that is most like this one; of short words none is."""
        near = {known for form in _forms(word) for known in self._by_form.get(form, ())}
        alike = sorted(known for known in near if differs_by_one_edit(word, known))
        return next(iter(get_close_matches(word, alike, cutoff=0.7)), None)


def _forms(word: str) -> Iterator[str]:
    yield word
    if len(word) <= 60:  # noqa: PLR2004 - longer ones are no names that people mistype
        yield from (word[:i] + word[i + 1 :] for i in range(len(word)))


def differs_by_one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one letter added, dropped, changed or swapped with the next."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) > len(a) + 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) != len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[:start] + a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b
