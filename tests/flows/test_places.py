"""The table of area codes, against the library that it was taken from."""

from pathlib import Path

import phonenumbers
import pytest
import yaml
from phonenumbers import geocoder

from router.flows.consent import places

CODES = yaml.safe_load((Path(places.__file__).parent / "area_codes.yaml").read_text())
NAMES = {
    "AK": "Alaska",
    "CA": "California",
    "CT": "Connecticut",
    "FL": "Florida",
    "MD": "Maryland",
    "MN": "Minnesota",
    "OK": "Oklahoma",
    "TX": "Texas",
    "WA": "Washington",
}


def test_no_area_code_is_in_two_states() -> None:
    listed = [code for codes in CODES.values() for code in codes]
    assert len(listed) == len(set(listed))
    assert len(CODES) == 51


@pytest.mark.parametrize("state", sorted(NAMES))
def test_area_codes_are_where_the_library_says(state: str) -> None:
    for code in CODES[state]:
        number = phonenumbers.parse(f"+1{code}2340100")
        described = geocoder.description_for_number(number, "en")
        assert described.startswith(NAMES[state]) or described.endswith(f", {state}"), code
