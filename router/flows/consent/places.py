"""Where a person may be, judged by their number: the places whose quiet hours are kept."""

from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
import yaml
from phonenumbers import timezone

from router.carrier.addresses import bare_number
from rules.times.quiet import Place

_AREA_CODES = Path(__file__).with_name("area_codes.yaml")
_UNKNOWN_ZONE = "Etc/Unknown"


def places_of(address: str, tenant_zone: ZoneInfo) -> tuple[Place, ...]:
    """Every place that a number may be in; the tenant's own zone for what is no phone number.

    A US number has the state of its area code, None where that is not known.
    """
    number = _parse(bare_number(address))
    if number is None:
        return (Place(tenant_zone, None),)
    country = phonenumbers.region_code_for_number(number)
    region = f"{country}-{_state(number)}" if country == "US" and _state(number) else country
    zones = [_zone(name) for name in timezone.time_zones_for_number(number)]
    known = tuple(Place(zone, region) for zone in zones if zone is not None)
    return known or (Place(tenant_zone, region),)


def _parse(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None


def _state(number: phonenumbers.PhoneNumber) -> str | None:
    return _states().get(str(number.national_number)[:3])


def _zone(name: str) -> ZoneInfo | None:
    if name == _UNKNOWN_ZONE:
        return None
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    """US area code -> state."""
    listed: dict[str, list[int]] = yaml.safe_load(_AREA_CODES.read_text())
    return {str(code): state for state, codes in listed.items() for code in codes}
