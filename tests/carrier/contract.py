"""What every Carrier keeps to; a carrier's own tests inherit it and bring their `stage`."""

from datetime import timedelta

import pytest

from router.carrier.api import Accepted, Carrier
from tests.carrier.stage import ALICE, HOTEL, Stage, outgoing, wait_for

SLOWLY = pytest.mark.parametrize("stage", [60.0], ids=["slowly"], indirect=True)


class CarrierContract:
    """The promises of router.carrier.api.Carrier."""

    def send(self, stage: Stage, body: str = "Towels are on the way.") -> str:
        sent = stage.carrier.send(outgoing(body))
        assert isinstance(sent, Accepted)
        return sent.sid

    def settled(self, stage: Stage, carrier: Carrier, body: str = "Towels") -> str:
        sid = self.send(stage, body)
        wait_for(lambda: (found := carrier.fetch(sid)) and found.status == "delivered")
        return sid

    def test_a_sent_text_can_be_fetched(self, stage: Stage) -> None:
        carrier: Carrier = stage.carrier
        found = carrier.fetch(self.send(stage, "héllo 😀 & bye"))
        assert found is not None
        assert (found.to, found.from_address, found.body) == (ALICE, HOTEL, "héllo 😀 & bye")
        assert found.direction.startswith("outbound")
        assert found.created_at.tzinfo is not None

    def test_sending_twice_makes_two_texts(self, stage: Stage) -> None:
        assert self.send(stage) != self.send(stage)

    def test_the_log_lists_one_pair_since_a_time_newest_first(self, stage: Stage) -> None:
        carrier: Carrier = stage.carrier
        self.settled(stage, carrier, "long ago")
        stage.now.advance(timedelta(hours=1))
        since = stage.now()
        self.send(stage, "one")
        stage.now.advance(timedelta(seconds=2))
        self.send(stage, "two")
        stage.carrier.send(outgoing("for another", to="+16125550199"))
        assert [each.body for each in carrier.list_sent(ALICE, HOTEL, since)] == ["two", "one"]

    @SLOWLY
    def test_a_text_still_in_the_queue_is_listed(self, stage: Stage) -> None:
        since = stage.now()
        sid = self.send(stage)
        assert [each.sid for each in stage.carrier.list_sent(ALICE, HOTEL, since)] == [sid]

    def test_received_texts_are_listed_apart_from_sent_ones(self, stage: Stage) -> None:
        carrier: Carrier = stage.carrier
        since = stage.now()
        self.settled(stage, carrier)
        stage.post("inbound", {"from": ALICE, "to": HOTEL, "body": "hi"})
        (found,) = carrier.list_received(since)
        assert (found.from_address, found.to, found.body) == (ALICE, HOTEL, "hi")
        assert carrier.list_received(since + timedelta(minutes=5)) == []

    def test_what_one_person_sent_is_listed_apart_from_others(self, stage: Stage) -> None:
        carrier: Carrier = stage.carrier
        since = stage.now()
        self.settled(stage, carrier)
        stage.post("inbound", {"from": ALICE, "to": HOTEL, "body": "hi"})
        stage.post("inbound", {"from": "+16125550199", "to": HOTEL, "body": "not hers"})
        (found,) = carrier.list_written(ALICE, since)
        assert (found.from_address, found.to, found.body) == (ALICE, HOTEL, "hi")
        assert carrier.list_written(ALICE, since + timedelta(minutes=5)) == []

    def test_a_redacted_text_has_no_body(self, stage: Stage) -> None:
        carrier: Carrier = stage.carrier
        sid = self.settled(stage, carrier)
        carrier.redact(sid)
        found = carrier.fetch(sid)
        assert found is not None
        assert found.body == ""

    def test_a_deleted_text_is_gone_and_deleting_again_says_so(self, stage: Stage) -> None:
        carrier: Carrier = stage.carrier
        sid = self.settled(stage, carrier)
        assert carrier.delete(sid) == "gone"
        assert carrier.fetch(sid) is None
        assert carrier.delete(sid) == "gone"
        carrier.redact(sid)

    @SLOWLY
    def test_a_text_on_its_way_is_deleted_later(self, stage: Stage) -> None:
        assert stage.carrier.delete(self.send(stage)) == "later"

    def test_a_working_account_has_no_problem(self, stage: Stage) -> None:
        assert stage.carrier.check_account() is None
