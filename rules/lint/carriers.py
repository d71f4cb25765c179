"""What carriers demand of the texts that a rulebook words itself (CTIA, Messaging Principles).

Program name, contact, how to stop, message frequency, and "Msg & data rates may apply".
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from rules.heard import hear
from rules.model import Rulebook
from rules.texts.templates import placeholders

_FREQUENCY = frozenset(
    {"frequency", "freq", "varies", "vary", "frecuencia", "varia", "frequence", "varie"}
    | {"frequencia", "haufigkeit", "variiert", "recurring", "daily", "weekly", "monthly"}
)
_HELP = frozenset({"help", "ayuda", "aide", "ajuda", "hilfe"})
_RATES = frozenset(
    {"rate", "rates", "tarifa", "tarifas", "frais", "tarif", "tarifs"}
    | {"taxa", "taxas", "tarife", "gebuhr", "gebuhren", "kosten"}
)
_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "rates": _RATES,
        "STOP": frozenset({"stop"}),
        "START": frozenset({"start"}),
        "YES": frozenset({"yes", "si", "oui", "sim", "ja", "y"}),
    }
)

DEMANDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "help": ("name", "contact", "frequency", "rates", "STOP"),
        "confirm": ("name", "HELP", "frequency", "rates", "STOP", "YES"),
        "opt-in": ("name", "HELP", "frequency", "rates", "STOP"),
        "opt-out": ("name",),
        "opt-out-topic": ("name", "topic", "STOP"),
        "opt-in-carrier": ("START",),
        "clarify": ("STOP",),
        "code-near": ("enrollment",),
        "delete": ("code",),
        "access": ("receipt",),
        "correct": ("receipt",),
        "delete-done": ("receipt",),
    }
)
REFUSED_WITHOUT = frozenset({"help", "confirm", "opt-in", "opt-out", "opt-out-topic"})
"""What carriers block a sender for; of the other built-in answers, a lack is warned of."""

WELCOME = ("name", "HELP", "frequency", "rates", "STOP")

_MEANING: Mapping[str, str] = MappingProxyType(
    {
        "name": "the program's name",
        "contact": "the contact",
        "HELP": "the contact, or the word HELP",
        "frequency": "how many messages to expect",
        "rates": "that message and data rates may apply",
        "STOP": "how to stop (STOP)",
        "START": "to text START",
        "YES": "to reply YES",
        "topic": "{{ topic }}",
        "enrollment": "{{ enrollment }}",
        "code": "{{ code }}",
        "receipt": "{{ receipt }}",
    }
)


def missing_from(text: str, demanded: tuple[str, ...], book: Rulebook) -> list[str]:
    """What a text lacks of what is demanded, in words."""
    return [_MEANING[item] for item in demanded if not _carries(text, item, book)]


def _carries(text: str, item: str, book: Rulebook) -> bool:
    heard = hear(text)
    words = frozenset(heard.words)
    if item in placeholders(text):
        return True
    if item == "name":
        return hear(book.name).run in heard.run
    if item == "contact":
        return hear(book.contact).run in heard.run or _digits(book.contact) in _digits(text)
    if item == "HELP":
        return bool(words & _HELP) or _carries(text, "contact", book)
    if item == "frequency":
        stated = {e.frequency for e in book.enrollments.values()}
        return bool(words & _FREQUENCY) or any(_run(one) in heard.run for one in stated)
    return bool(words & _WORDS.get(item, frozenset()))


@lru_cache(maxsize=4096)  # a book's frequencies are looked for in each of its texts
def _run(text: str) -> str:
    return hear(text).run


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit()) or text
