"""A carrier for tests in which nothing is sent: whatever it is asked breaks the test."""

from typing import NoReturn


class NoCarrier:
    """Implements the `Carrier` protocol by refusing to be used."""

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError("this test sends nothing")

    send = list_sent = find_listed = list_received = list_written = list_media = _refuse
    fetch = redact = delete = _refuse
    check_account = numbers_webhooks = _refuse
