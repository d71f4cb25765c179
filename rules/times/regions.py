"""The places that a rulebook may name: countries by ISO code, and the states of the US."""

from functools import lru_cache

from phonenumbers import SUPPORTED_REGIONS

_STATES = """AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV
NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"""


@lru_cache(maxsize=1)
def known_regions() -> frozenset[str]:
    """The codes of all countries with telephone numbers, and such as `US-TX`."""
    return frozenset({*SUPPORTED_REGIONS, *(f"US-{state}" for state in _STATES.split())})
