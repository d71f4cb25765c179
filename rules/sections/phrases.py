"""Phrases as a rulebook writes them."""

from rules.file.scalars import read_sentence
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_one_or_more
from rules.file.source import Node, Scalar, Table
from rules.heard import Phrase, make_phrase
from rules.schema import forms, maps

_PHRASE = forms.titled(forms.text(), "a phrase")
_EXACT = Shape(
    "an exact phrase",
    {"exact": forms.one_or_more(_PHRASE, "Phrases whose accents count.")},
    required=("exact",),
)
_ONE = forms.either(_PHRASE, maps.map_of(_EXACT))
PHRASES = forms.either(
    _PHRASE, maps.map_of(_EXACT), forms.titled(forms.list_of(_ONE, least=1), "phrases")
)


def read_phrases(node: Node, what: str, scope: Scope) -> tuple[Phrase, ...]:
    """A phrase or a list of phrases, `$name` for those of a keyword, `{exact: …}` with accents."""
    if isinstance(node, Scalar):
        return _read_phrase(node, what, scope, exact=False)
    found: list[Phrase] = []
    for item in _once(read_one_or_more(node, what, scope)):
        if isinstance(item, Table):
            value = read_fields(item, _EXACT, scope).get("exact")
            if value is not None:
                parts = _once(read_one_or_more(value, what, scope))
                found += [p for part in parts for p in _read_phrase(part, what, scope, exact=True)]
        else:
            found += _read_phrase(item, what, scope, exact=False)
    return tuple(found)


def _once(items: list[Node]) -> list[Node]:
    """A list without the keywords that it names again."""
    seen: set[str] = set()
    kept: list[Node] = []
    for item in items:
        named = item.text if isinstance(item, Scalar) and item.text.startswith("$") else None
        if named is None or named not in seen:
            kept.append(item)
        if named is not None:
            seen.add(named)
    return kept


def _read_phrase(node: Node, what: str, scope: Scope, *, exact: bool) -> tuple[Phrase, ...]:
    if isinstance(node, Scalar) and node.text.startswith("$"):
        name = Scalar(node.text[1:], node.line, node.col)
        phrases = scope.phrases_of(scope.refer("keywords", name))
        if not scope.spend_phrases(node, len(phrases)):
            return ()
        return tuple(make_phrase(p.text, exact=True) for p in phrases) if exact else phrases
    text = read_sentence(node, what, scope)
    phrase = make_phrase(text, exact=exact)
    if text.strip() and not phrase.run.strip():
        scope.add("BH414", node, f"'{text}' holds no word that a text could match")
    return (phrase,)
