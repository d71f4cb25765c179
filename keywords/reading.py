"""The reading of a text: what the keyword layer made of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Meaning(StrEnum):
    """What a text asks for, as far as consent and privacy go."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"
    DELETE = "delete"
    ACCESS = "access"
    CORRECT = "correct"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text means.

    `meaning` is the class that acts first; `also` holds further wishes in the same text, in the
    order in which they act (an opt-out beside another wish is always `meaning`). `language` is the
    ISO 639-1 code of the language whose words decided, None where none did. `reason` names the
    words it rests on, for staff and for `keywords classify`. `answer` is set where the whole text
    is a bare yes or no: it opts nobody in unless a live prompt asked.

    `automatic` is set where a machine wrote the text: a reaction to an earlier text, or an
    auto-reply; its meaning is `none`, or `ambiguous` where it asks to stop too. `topics` names the
    rulebook's topics that the opt-out is confined to; empty: it concerns every text. `is_bare`: the
    whole text is keywords, of one word or two, in whatever dressing.
    """

    meaning: Meaning
    also: tuple[Meaning, ...] = ()
    language: str | None = None
    reason: str = ""
    answer: Literal["yes", "no"] | None = None
    automatic: Literal["tapback", "auto_reply"] | None = None
    topics: tuple[str, ...] = ()
    is_bare: bool = False
