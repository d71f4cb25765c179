"""A cell that names whom a row is about: a number in any spelling, or a channel's address."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from router.carrier.addresses import channel_of, is_address
from router.flows.people.problems import Fault

_MANGLED = re.compile(r"\d[.,]?\d*E\+?\d+", re.IGNORECASE)
_NOT_A_NUMBER = Fault(
    "this is no phone number", "write it as +16125550123, or name the --country it is in"
)
_NO_COUNTRY = Fault(
    "the number does not say its country",
    "begin it with + and the country's code (spreadsheets drop the +: format the column as text), "
    "or name the --country",
)
_LOST_DIGITS = Fault(
    "a spreadsheet has rounded this number", "format the column as text and enter it again"
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address. `doubt`: why it is refused unless somebody is known there already."""

    text: str
    doubt: Fault | None = None


def is_country(code: str) -> bool:
    """Whether it is a country's two letters, as ISO 3166 has them.

    >>> is_country("US"), is_country("XX")
    (True, False)
    """
    return code in phonenumbers.SUPPORTED_REGIONS


def read_address(cell: str, country: str | None) -> Address | Fault:
    """The address that a cell means; a national number is one of `country`.

    >>> read_address("(612) 555-0123", "US").text
    '+16125550123'
    >>> read_address("whatsapp:+1 612 555 0123", None).text
    'whatsapp:+16125550123'
    """
    written = cell.lstrip("'").strip()
    if written.startswith("+"):
        return _international(written)
    if channel_of(written) != "sms":
        return _on_channel(written)
    if _MANGLED.fullmatch(written):
        return _LOST_DIGITS
    return _national(written, country)


def _international(written: str) -> Address | Fault:
    number = _parse(written, None)
    if number is None:
        return _NOT_A_NUMBER
    doubt = None if _is_possible(number) else _NOT_A_NUMBER
    return Address(_e164(number), doubt)


def _on_channel(written: str) -> Address | Fault:
    channel, _, there = written.partition(":")
    if there.strip().startswith("+"):
        bare = _international(there.strip())
        return bare if isinstance(bare, Fault) else Address(f"{channel}:{bare.text}", bare.doubt)
    return _as_it_stands(written, _NOT_A_NUMBER)


def _national(written: str, country: str | None) -> Address | Fault:
    number = _parse(written, country) if country else None
    if number is not None and _is_possible(number):
        return Address(_e164(number))
    has_number = sum(letter.isdecimal() for letter in written) > 6  # noqa: PLR2004 - E.164's least
    return _as_it_stands(written, _NO_COUNTRY if has_number and not country else _NOT_A_NUMBER)


def _as_it_stands(written: str, doubt: Fault) -> Address | Fault:
    """A short code, a sender's name, a channel's id: somebody there is known already, or wrong."""
    return Address(written, doubt) if is_address(written) else doubt


def _parse(written: str, country: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException:
        return None


def _is_possible(number: phonenumbers.PhoneNumber) -> bool:
    reason: int = phonenumbers.is_possible_number_with_reason(number)
    return reason == ValidationResult.IS_POSSIBLE and not number.extension


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
