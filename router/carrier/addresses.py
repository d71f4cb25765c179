"""Addresses of channels: phone numbers, short codes, sender names, `whatsapp:+…` and the like."""

import re

_CHANNEL = re.compile(r"([a-z][a-z0-9-]{1,19}):(.+)", re.DOTALL)
_NUMBER = re.compile(r"\+[1-9][0-9]{1,14}")  # E.164
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,15}")
_CHANNEL_ID = re.compile(r"[^\s\x00-\x1f\x7f]{1,128}")
_TOLL_FREE = re.compile(r"\+1(?:800|833|844|855|866|877|888)[0-9]{7}")


def channel_of(address: str) -> str:
    """The channel an address belongs to: its prefix, or `sms`.

    >>> channel_of("+15550100"), channel_of("whatsapp:+15550100")
    ('sms', 'whatsapp')
    """
    found = _CHANNEL.fullmatch(address)
    return found[1] if found else "sms"


def is_address(text: str) -> bool:
    """Whether a text can come from there: a number, a short code, a sender name, a channel's id."""
    found = _CHANNEL.fullmatch(text)
    if found:
        return _CHANNEL_ID.fullmatch(found[2]) is not None
    return any(shape.fullmatch(text) for shape in (_NUMBER, _SHORT_CODE, _SENDER_NAME))


def can_be_answered(address: str) -> bool:
    """Whether a reply can reach it: a sender name such as `MyBank` takes none."""
    return is_address(address) and (
        channel_of(address) != "sms" or _SENDER_NAME.fullmatch(address) is None
    )


def is_short_code(address: str) -> bool:
    """Whether it is a short code: the carrier filters no STOP there."""
    return _SHORT_CODE.fullmatch(address) is not None


def is_toll_free(address: str) -> bool:
    """Whether it is a North American toll-free number: the network filters STOP alone there."""
    return _TOLL_FREE.fullmatch(address) is not None


def bare_number(address: str) -> str:
    """The phone number behind a channel's address; the address itself where there is none.

    >>> bare_number("whatsapp:+15550100"), bare_number("messenger:42")
    ('+15550100', 'messenger:42')
    """
    found = _CHANNEL.fullmatch(address)
    return found[2] if found and _NUMBER.fullmatch(found[2]) else address


def is_machine(address: str) -> bool:
    """Whether what sends from there is no person's phone: a short code or a sender name."""
    return channel_of(address) == "sms" and _NUMBER.fullmatch(address) is None
