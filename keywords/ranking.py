"""From what was found in a text to its reading: which wish leads, in which language, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from keywords.alone import Bare
from keywords.reading import Meaning, Reading
from keywords.sentences import Finding

_WORDS_OF_A_KEYWORD = 2  # "opt out"; what is longer is a sentence, if a short one


def reading_of_bare(bare: Bare) -> Reading:
    """Return the reading of a text of bare words."""
    language = _language(bare)
    if not bare.classed:
        answer = Reading(Meaning.NONE, language=language, answer=bare.answer, is_bare=True)
        return replace(answer, reason=_quote(bare))
    meanings = list(dict.fromkeys(word.meaning for word in bare.classed if word.meaning))
    if _answers_rather(bare):
        meanings = [Meaning.AMBIGUOUS]
    is_bare = all(len(word.words) <= _WORDS_OF_A_KEYWORD for word in bare.classed)
    return replace(_ranked(meanings, language, _quote(bare)), is_bare=is_bare)


def _answers_rather(bare: Bare) -> bool:
    """Whether "yes, cancel" more likely answers a question than ends the texts."""
    weak = all(word.meaning is Meaning.OPT_OUT and not word.firm for word in bare.classed)
    return weak and bare.answer is not None


def reading_of_findings(found: Sequence[Finding]) -> Reading:
    """Return the reading of a text whose sentences hold what was `found`."""
    if not found:
        return Reading(Meaning.NONE)
    meanings = list(dict.fromkeys(finding.meaning for finding in found))
    leading = _ranked(meanings, None, "").meaning
    deciding = next(finding for finding in found if finding.meaning is leading)
    reason = "; ".join(f"{finding.meaning}: “{finding.quote}”" for finding in found)
    return _ranked(meanings, deciding.language, reason)


def _ranked(meanings: list[Meaning], language: str | None, reason: str) -> Reading:
    """Return a reading in which an opt-out leads, and doubt counts only where nothing is clear."""
    clear = [meaning for meaning in meanings if meaning is not Meaning.AMBIGUOUS] or meanings
    clear.sort(key=lambda meaning: meaning is not Meaning.OPT_OUT)
    return Reading(clear[0], tuple(clear[1:]), language, reason)


def _language(bare: Bare) -> str | None:
    """Return the language with the most of the words; in a tie, the one that a class is in."""
    counts = Counter(code for word in bare.found for code in word.languages for _ in word.words)
    most = max(counts.values())
    best = {code for code, count in counts.items() if count == most}
    telling = bare.classed or tuple(word for word in bare.found if word.answer)
    if len(best) > 1:
        best &= {code for word in telling for code in word.languages}
    return best.pop() if len(best) == 1 else None


def _quote(bare: Bare) -> str:
    telling = bare.classed or tuple(word for word in bare.found if not word.is_mark)
    kind = "answer" if not bare.classed else ", ".join(str(word.meaning) for word in telling)
    said = " ".join(" ".join(word.words) for word in telling)
    return f"{kind}: the whole text is “{said}”" + (f", {bare.how}" if bare.how else "")
