"""The account's numbers and short codes with their webhooks, as Twilio lists them: apart, and the
senders of other channels in neither list.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
https://www.twilio.com/docs/messaging/api/short-code-resource
"""

from router.carrier.addresses import channel_of, is_short_code
from router.carrier.simulator.inbound import FALLBACK_PATH, INBOUND_PATH
from router.carrier.simulator.payloads import VERSION, page_payload
from router.carrier.simulator.switchboard import Switchboard
from router.carrier.webhook import OVERRIDES

Payload = dict[str, object]


def numbers_page(board: Switchboard, account: str) -> Payload:
    """All of IncomingPhoneNumbers."""
    own = [each.address for each in board.records.numbers() if channel_of(each.address) == "sms"]
    rows = [
        {"phone_number": address, "sid": _sid("PN", address), **_webhooks(board, account)}
        for address in own
        if not is_short_code(address)
    ]
    return _page("incoming_phone_numbers", "IncomingPhoneNumbers", account, rows)


def short_codes_page(board: Switchboard, account: str) -> Payload:
    """All of ShortCodes."""
    rows = [
        {"short_code": each.address, "sid": _sid("SC", each.address), **_webhooks(board, account)}
        for each in board.records.numbers()
        if is_short_code(each.address)
    ]
    return _page("short_codes", "SMS/ShortCodes", account, rows)


def _webhooks(board: Switchboard, account: str) -> Payload:
    public_url = board.settings.public_url
    return {
        "account_sid": account,
        "sms_method": "POST",
        "sms_url": public_url + f"{INBOUND_PATH}#{OVERRIDES}",
        "sms_fallback_method": "POST",
        "sms_fallback_url": public_url + FALLBACK_PATH,
    }


def _sid(kind: str, address: str) -> str:
    return kind + address.lstrip("+").rjust(32, "0")


def _page(key: str, resource: str, account: str, rows: list[Payload]) -> Payload:
    uri = f"/{VERSION}/Accounts/{account}/{resource}.json"
    return page_payload(key, rows, uri=uri, page=0, size=len(rows), following=None)
