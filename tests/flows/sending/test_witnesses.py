"""What the log's showing a text says of how far it has come."""

from datetime import timedelta

import pytest

from router.carrier.api import Listed
from router.flows.sending.leases import LONGEST_LEASE
from router.flows.sending.witnesses import Log, Standing, Witness
from router.now import real_now

NOW = real_now()
TOOK_OURS = Witness("SM1", "+16125550001", "+16125550100", NOW, is_ours=True)


class Shows:
    """A carrier whose log shows the witness, as taken so long before its last attempt."""

    def __init__(self, earlier: timedelta) -> None:
        self.at = NOW - earlier

    def find_listed(self, sid: str, to: str, from_address: str) -> Listed:
        return Listed(
            sid, to, from_address, "Towels", self.at, "delivered", "outbound-api", None, None, 0
        )


def test_with_a_short_grace_attempts_are_closer_together() -> None:
    lease = timedelta(seconds=15)
    log = Log(Shows(timedelta(seconds=31)), lease)  # type: ignore[arg-type]  # it only finds
    assert log.standing((TOOK_OURS,), NOW - lease)[0] == "soon"


@pytest.mark.parametrize(
    ("earlier", "standing"),
    [
        (timedelta(), "proven"),
        (timedelta(seconds=-40), "proven"),
        (timedelta(seconds=40), "proven"),  # the carrier's clock may be behind
        (timedelta(minutes=3), "soon"),
        (timedelta(minutes=30), "trusted"),
    ],
)
def test_one_of_ours_whose_sid_is_of_an_earlier_attempt_is_as_old_as_that(
    earlier: timedelta, standing: Standing
) -> None:
    log = Log(Shows(earlier), LONGEST_LEASE)  # type: ignore[arg-type]  # it only finds
    assert log.standing((TOOK_OURS,), NOW - LONGEST_LEASE)[0] == standing
