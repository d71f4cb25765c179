"""Opt-out words that a text invites people to send: they would leave instead of answering."""

import re
from functools import lru_cache
from itertools import pairwise

from keywords.classify import classify
from keywords.normalize import words
from keywords.reading import Meaning

_SENTENCE_END = re.compile(r"[.!?;\n]+")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_ASKING = frozenset(
    {
        *("reply", "text", "send", "type", "say", "write", "answer", "respond"),
        *("responda", "responde", "envie", "envia", "escriba", "escribe", "mande", "manda"),
        *("conteste", "contesta", "diga", "teclee", "texto"),
        *("repondez", "reponds", "envoyez", "envoie", "ecrivez", "tapez", "textez", "dites"),
        *("escreva", "digite", "diga", "mande", "antworten", "antworte", "senden", "sende"),
        *("schreiben", "schreibe", "schicken", "schicke", "tippen", "simsen"),
    }
)
_BETWEEN = frozenset(
    {
        *("with", "the", "word", "or", "by", "us", "yes", "no"),
        *("con", "la", "el", "palabra", "o", "u", "si"),
        *("par", "avec", "le", "mot", "ou", "oui", "non"),
        *("com", "a", "palavra", "sim", "nao", "mit", "sie", "dem", "das", "wort", "oder", "ja"),
    }
)
_STOP = frozenset({"stop", "arret", "alto"})
_SAYS_WHAT_IT_DOES = frozenset(
    {"unsubscribe", "optout", "baja", "desuscribirse", "desabonner", "desinscrire"}
    | {"descadastrar", "inscricao", "abmelden", "abzumelden", "abbestellen"}
)


def invited_opt_out(text: str) -> str | None:
    """The first word by which a text invites people to opt out, or None.

    A word invites in capitals, or after "reply", "text" and the like; STOP may be told of where
    the sentence says that it opts out.
    """
    for sentence in _SENTENCE_END.split(text):
        written: list[str] = _WORD.findall(sentence)
        folded = ["".join(words(word)) for word in written]
        fine = _STOP if _says_opt_out(folded) else frozenset()
        for place, word in enumerate(written):
            invites = word.isupper() or _asked_for(folded, place)
            if invites and folded[place] not in fine and _opts_out(folded[place]):
                return word
    return None


def _says_opt_out(folded: list[str]) -> bool:
    pairs = pairwise(folded)
    return bool(_SAYS_WHAT_IT_DOES.intersection(folded)) or ("opt", "out") in pairs


def _asked_for(folded: list[str], place: int) -> bool:
    """Whether "reply", "text" and the like stand before a word, with little between them."""
    before = place - 1
    while before >= 0 and folded[before] in _BETWEEN:
        before -= 1
    return before >= 0 and folded[before] in _ASKING


@lru_cache(maxsize=4096)
def _opts_out(word: str) -> bool:
    return classify(word).meaning is Meaning.OPT_OUT
