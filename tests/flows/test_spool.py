"""The fallback's spool."""

from router.carrier.api import Inbound, Media
from router.flows.spool import drain_spool, spool
from tests.flows.conftest import MAIN, Person


def test_spooled_texts_are_taken_in_later_and_in_order(alice: Person) -> None:
    picture = Media("https://media.example/1", "image/png")
    for count, body in enumerate(["first", "second", "third"]):
        spool(alice.world, Inbound(f"SM{count}", alice.address, MAIN, None, body, (picture,)))
    folder = alice.world.settings.data_dir / "spool"
    assert all(b"second" not in file.read_bytes() for file in folder.iterdir())
    drain_spool(alice.world)
    taken = [one for one in alice.messages if one["direction"] == "in"]
    assert [one["body"] for one in taken] == ["first", "second", "third"]
    assert all(one["late"] for one in taken)
    assert list(folder.iterdir()) == []


def test_a_text_that_came_by_both_ways_is_stored_once(alice: Person) -> None:
    alice.texts("towels", sid="SM1")
    spool(alice.world, Inbound("SM1", alice.address, MAIN, None, "towels"))
    drain_spool(alice.world)
    assert len([one for one in alice.messages if one["direction"] == "in"]) == 1


def test_a_file_that_no_key_opens_stays_and_holds_up_no_other(alice: Person) -> None:
    folder = alice.world.settings.data_dir / "spool"
    folder.mkdir(parents=True)
    (folder / "0.sealed").write_bytes(b"\x01nonsense that was never sealed")
    spool(alice.world, Inbound("SM1", alice.address, MAIN, None, "towels"))
    drain_spool(alice.world)
    assert [file.name for file in folder.iterdir()] == ["0.sealed"]
    assert alice.messages
