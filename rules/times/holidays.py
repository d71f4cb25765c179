"""Public holidays of countries and of their parts, as the `holidays` library knows them."""

from datetime import date
from functools import lru_cache

import holidays

from rules.file.scalars import read_text
from rules.file.scope import Scope
from rules.file.source import Node


def read_holidays(node: Node, scope: Scope) -> str | None:
    """A country (`US`) or a part of one (`US-MN`) whose holidays are known."""
    text = read_text(node, "holidays", scope)
    if not text.strip():
        return None
    known = holidays.list_supported_countries()
    country, dash, part = text.partition("-")
    if country not in known:
        hint = scope.suggest(country, known)
        scope.add("BH207", node, f"'{text}' is no country whose holidays are known{hint}")
    elif dash and part not in known[country]:
        hint = scope.suggest(part, known[country])
        scope.add("BH207", node, f"{country} has no part '{part}' with holidays of its own{hint}")
    else:
        return text
    return None


@lru_cache(maxsize=256)
def holidays_around(place: str, year: int) -> frozenset[date]:
    """The holidays of a place in a year and in the one before, whose last span may run on."""
    country, _, part = place.partition("-")
    return frozenset(
        holidays.country_holidays(country, subdiv=part or None, years=(year - 1, year))
    )
