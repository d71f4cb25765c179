"""The texts that benches send: what guests of a hotel write, from a thousand phones, by a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from router.carrier.signature import SIGNATURE_HEADER, sign

CONTACTS = 1_000
OUR_NUMBER = "+16125550100"  # the number `main` of the demo's rulebook
PUBLIC_URL = "https://sms.example.com"
INBOUND_PATH = "/twilio/inbound"
TOKEN = "token-of-the-benches"
WRITTEN = {  # text -> how often, of a hundred
    "Need 2 TOWELS pls": 13,
    "¿más toallas?": 4,
    "the shower is broken": 6,
    "la ducha no funciona": 2,
    "please clean my room": 7,
    "the light bulb over the desk is out, could somebody have a look at it?": 3,
    "please hurry": 9,
    "thanks!": 8,
    "ok": 6,
    "What time is breakfast?": 10,
    "We are in 412 and the people next door have had music on since midnight. Can you ask them "
    "to turn it down? We have to leave at five to catch our flight and have not slept yet.": 5,
    "Can we get a late checkout tomorrow?": 9,
    "is the pool open 🏊 on sunday": 6,
    "¿A qué hora cierra el restaurante?": 5,
    "gold member here, any chance of an upgrade?": 3,
    "HELP": 2,
    "STOP": 1,
    "START": 1,
}


@dataclass(frozen=True, slots=True)
class Text:
    """One text from one phone."""

    sid: str
    sender: str
    body: str

    def form(self) -> dict[str, str]:
        """What the carrier posts."""
        return {
            "ToCountry": "US",
            "ToState": "MN",
            "SmsMessageSid": self.sid,
            "NumMedia": "0",
            "ToCity": "MINNEAPOLIS",
            "FromZip": "55401",
            "SmsSid": self.sid,
            "FromState": "MN",
            "SmsStatus": "received",
            "FromCity": "MINNEAPOLIS",
            "Body": self.body,
            "FromCountry": "US",
            "To": OUR_NUMBER,
            "ToZip": "55401",
            "NumSegments": "1",
            "MessageSid": self.sid,
            "AccountSid": "AC" + "0" * 32,
            "From": self.sender,
            "ApiVersion": "2010-04-01",
        }


def write_texts(seed: int, first: int = 0) -> Iterator[Text]:
    """Texts without end, each with a MessageSid of its own, numbered from `first`."""
    chance = random.Random(f"{seed}/{first}")
    bodies, weights = list(WRITTEN), list(WRITTEN.values())
    number = first
    while True:
        (body,) = chance.choices(bodies, weights)
        yield Text(f"SM{number:032x}", phone(chance.randrange(CONTACTS)), body)
        number += 1


def phone(number: int) -> str:
    """One of the thousand phones."""
    return f"+1651555{number:04d}"


def sign_text(text: Text) -> str:
    """The signature that the carrier sends with it."""
    return sign(TOKEN, PUBLIC_URL + INBOUND_PATH, text.form())


def signed_request(text: Text) -> bytes:
    """The whole HTTP request, as the carrier sends it over a kept-alive connection."""
    body = urlencode(text.form()).encode()
    head = (
        f"POST {INBOUND_PATH} HTTP/1.1\r\n"
        "Host: sms.example.com\r\n"
        "User-Agent: TwilioProxy/1.1\r\n"
        f"{SIGNATURE_HEADER}: {sign_text(text)}\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "\r\n"
    )
    return head.encode() + body
