"""Recorded traffic decided again: the same by the same rulebook, and by another what differs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from router.carrier.api import Media
from router.flows.inbox import claim
from router.flows.publish import publish_folder
from router.flows.record import columns_of
from router.flows.replay.replaying import Asker, NoSuchStaff, Replay, begin
from router.flows.replay.traffic import Page, count_erased, find_pages
from router.flows.show import NoSuchTenant
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.jobs.replaying import replay_pages
from router.store.rows import DECISION_OF_MESSAGE
from router.store.tables import Audit, DecisionRecord, Message
from rules.decide import decide
from rules.inputs import InputsLost, unpack
from rules.replay.outcome import Place
from rules.replay.tally import Change, Move, Tally
from tests.flows.conftest import BOOK, EVENTS, TENANT, Line, Person
from tests.flows.test_privacy import code_of, erase_whole, run_erasures

SOMEONE = Asker("root", is_staff=False)
LINEN = BOOK.replace("- id: towels\n", "- id: linen\n").replace(
    "      - reply: towels-coming\n      - assign: {team: front-desk}",
    "      - reply: cleaning-coming\n      - assign: {team: housekeeping}",
)
WORDED = BOOK.replace("      - reply: someone-looks\n", "      - reply: in-the-morning\n")
DESK = Place("rule", "towels", "front-desk")
ROOMS = Place("rule", "linen", "housekeeping")


def replay_of(world: World, text: str, **given: object) -> Replay:
    since = world.now() - timedelta(days=30)
    return Replay(TENANT, "new.yaml", text, "hash", since, **given)  # type: ignore[arg-type]  # by name


def run(world: World, text: str, **given: object) -> Tally:
    """A whole replay, as the command does it."""
    replay = replay_of(world, text, **given)
    tally = Tally(replay.samples)
    for part in replay_pages(world, replay, begin(world, replay, SOMEONE)):
        tally.merge(part)
    tally.left_out["erased"] += count_erased(world, TENANT, replay.since)
    return tally


def converse(alice: Person, bob: Person) -> None:
    """A bit of everything."""
    for said in ("Need 2 TOWELS pls", "please hurry", "the shower is broken", "thanks!", "STOP"):
        alice.texts(said)
    for said in ("sumit26", "SUMMIT26", "YES", "Bob", "a steak", "vegan", "HELP", "wrong number"):
        bob.texts(said, to=EVENTS)
    bob.texts("", media=(Media("https://example.com/1", "Image/JPEG"),))
    bob.texts("summit26")
    alice.texts("stop texting me about ads")
    alice.texts("START", opt_out_type="START")


def test_what_was_recorded_decides_the_same_again(
    alice: Person, bob: Person, clerk: StaffIdentity
) -> None:
    converse(alice, bob)
    claim(alice.world, clerk, alice.thread["id"])
    alice.texts("there is smoke in the hall")
    world = alice.world
    with world.store.read() as connection:
        keys = world.keys(connection, TENANT)
        book = world.live_book(connection, TENANT)
        rows = connection.execute(
            select(*DecisionRecord.__table__.columns, col(Message.body)).join(  # type: ignore[attr-defined]  # set by SQLModel
                Message, DECISION_OF_MESSAGE
            )
        ).all()
    assert len(rows) == 18
    media = set()
    for row in rows:
        inputs = keys.open_json("decision.inputs", row.message_id, row.inputs)
        reading, facts = unpack(inputs)
        text = keys.open("message.body", row.message_id, row.body)
        decision = decide(book, reading, text, facts)
        recorded = {name: getattr(row, name) for name in columns_of(decision)}
        assert columns_of(decision) == recorded, text
        assert decision.after.team == row.team, text
        assert facts.draws_by
        media |= set(facts.media)
    assert media == {"image/jpeg"}


def test_what_a_text_saves_is_no_fact_of_its_own_decision(alice: Person) -> None:
    for said in ("SUMMIT26", "YES", "Alice"):
        alice.texts(said)
    world = alice.world
    with world.store.read() as connection:
        keys = world.keys(connection, TENANT)
        newest = select(col(DecisionRecord.message_id), col(DecisionRecord.inputs)).order_by(
            col(DecisionRecord.message_id).desc()
        )
        row = connection.execute(newest).first()
        assert row is not None
        _, facts = unpack(keys.open_json("decision.inputs", row.message_id, row.inputs))
    assert alice.shown()["attributes"] == {"full_name": "Alice"}
    assert facts.attributes == {}


def test_nothing_is_different_under_the_same_rulebook(alice: Person, bob: Person) -> None:
    converse(alice, bob)
    tally = run(alice.world, BOOK)
    assert (tally.same, tally.moved, tally.changed, tally.outdated) == (17, 0, 0, 0)


def test_a_changed_rule_is_told_from_where_to_where(alice: Person, bob: Person) -> None:
    for said in ("Need 2 TOWELS pls", "where is breakfast?", "¿más toallas?"):
        alice.texts(said)
    bob.texts("towels!")
    tally = run(alice.world, LINEN, samples=2)
    assert {move: group.count for move, group in tally.moves.items()} == {Move(DESK, ROOMS): 3}
    (group,) = tally.moves.values()
    assert [sample.text for sample in group.samples] == ["towels!", "¿más toallas?"]
    assert (tally.same, tally.changed) == (1, 0)


def test_another_answer_of_the_same_rule_is_no_move(alice: Person) -> None:
    alice.texts("the shower is broken")
    tally = run(alice.world, WORDED)
    place = Place("rule", "maintenance", "engineering")
    assert list(tally.changes) == [Change(place, "replies", "someone-looks", "in-the-morning")]
    assert (tally.moved, tally.changed) == (0, 1)


def test_each_text_is_compared_with_the_rulebook_of_its_own_time(
    alice: Person, save_book: Callable[..., None]
) -> None:
    alice.texts("towels please")
    save_book(LINEN)
    publish_folder(alice.world, alice.world.settings.rules_dir)
    alice.texts("more towels please")
    assert run(alice.world, LINEN).moved == 1
    assert run(alice.world, LINEN, against="live").moved == 0
    assert run(alice.world, BOOK, against="live").moved == 2


def test_a_text_is_read_again_where_the_new_rulebook_names_other_topics(alice: Person) -> None:
    alice.texts("STOP pool news")
    alice.texts("please stop texting me pool news")
    topic = "\n  pool: {en: [pool news], es: [piscina]}\n"
    tally = run(alice.world, BOOK.replace("\ntopics:\n", f"\ntopics:{topic}"))
    (move,) = tally.moves
    assert (move.before.name, move.after.name) == ("fallback", "opt_out")
    told = [(one.before, one.after) for one in tally.changes if one.aspect == "also"]
    assert told == [("opt the contact out", "opt the contact out of topic pool")]


def test_older_texts_are_not_looked_at(alice: Person, advance: Callable[..., None]) -> None:
    alice.texts("towels please")
    advance(days=31)
    alice.texts("towels please")
    assert run(alice.world, LINEN).compared == 1


def test_texts_of_the_erased_are_counted_and_never_opened(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("towels for alice")
    erase_whole(alice, line, advance)
    bob.texts("towels for bob")
    bob.texts("DELETE")
    bob.texts(code_of(bob))  # confirmed, and not carried out yet
    tally = run(alice.world, LINEN)
    assert (tally.compared, tally.left_out["erased"]) == (0, 3 + 3)
    assert not tally.moves
    run_erasures(line)


def test_a_number_that_is_gone_and_old_records_are_left_out(alice: Person, bob: Person) -> None:
    alice.texts("towels", to=EVENTS)
    bob.texts("towels")
    world = alice.world
    with world.store.write() as connection:
        keys = world.keys(connection, TENANT)
        ids = select(col(Message.id)).where(col(Message.number) != EVENTS)
        message_id = connection.execute(ids.where(col(Message.direction) == "in")).scalar_one()
        old = {"reading": {"class": "none", "reason": ""}, "facts": {"to": "main"}}
        sealed = keys.seal_json("decision.inputs", message_id, old)
        connection.execute(
            update(DecisionRecord)
            .where(col(DecisionRecord.message_id) == message_id)
            .values(inputs=sealed)
        )
    alone = LINEN.replace('  events: "+16125550199"\n', "").replace("[main, events]", "[main]")
    begin_events, end_events = alone.index("  - id: events-hello"), alone.index("fallback:\n")
    without = alone[:begin_events] + alone[end_events:]
    unused = without.index("  hello-events:"), without.index("  ask-name:")
    tally = run(world, without[: unused[0]] + without[unused[1] :])
    assert dict(+tally.left_out) == {"number_gone": 1, "earlier_version": 1}


def test_a_renamed_number_is_found_by_its_address(alice: Person) -> None:
    alice.texts("hello", to=EVENTS)
    renamed = BOOK.replace("  events: ", "  party: ").replace("to: events", "to: party")
    tally = run(alice.world, renamed.replace("[main, events]", "[main, party]"))
    assert (tally.same, tally.left_out.total()) == (1, 0)


def test_it_is_noted_before_anything_is_opened(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    world = alice.world
    begin(world, replay_of(world, LINEN), Asker("carol"))
    begin(world, replay_of(world, LINEN), SOMEONE)
    with world.store.read() as connection:
        rows = connection.execute(select(col(Audit.actor), col(Audit.action), col(Audit.detail)))
        noted = [tuple(row) for row in rows]
    by = {actor: detail for actor, action, detail in noted if action == "rules.replayed"}
    assert set(by) == {"carol", "os:root"}
    detail = by["carol"]
    assert (detail["file"], detail["hash"], detail["texts"]) == ("new.yaml", "hash", 1)
    with pytest.raises(NoSuchStaff):
        begin(world, replay_of(world, LINEN), Asker("nobody"))


def test_a_tenant_that_is_not_there_is_told(hotel: World) -> None:
    replay = Replay("no-such", "new.yaml", BOOK, "hash", hotel.now())
    with pytest.raises(NoSuchTenant):
        begin(hotel, replay, SOMEONE)


def test_processes_side_by_side_count_as_one_does(alice: Person, bob: Person) -> None:
    for number in range(22):
        (alice, bob)[number % 2].texts(("towels", "shower is broken")[number % 3 == 0])
    replay = replay_of(alice.world, LINEN)
    (page,) = find_pages(alice.world, TENANT, replay.since)
    (whole,) = replay_pages(alice.world, replay, [page])
    with alice.world.store.read() as connection:
        ids = connection.execute(select(col(DecisionRecord.message_id)))
        singles = [Page(one, one, 1) for one in sorted(ids.scalars(), reverse=True)]
    together = Tally(replay.samples)
    for part in replay_pages(alice.world, replay, singles):
        together.merge(part)
    assert together == whole
    assert together.moved


def test_records_without_inputs_are_of_no_rule(alice: Person) -> None:
    alice.texts("DELETE")
    alice.texts(code_of(alice))
    world = alice.world
    with world.store.read() as connection:
        keys = world.keys(connection, TENANT)
        ids = select(col(DecisionRecord.message_id), col(DecisionRecord.inputs))
        row = connection.execute(ids.order_by(col(DecisionRecord.message_id).desc())).first()
        assert row is not None
        with pytest.raises(InputsLost, match="no_rule"):
            unpack(keys.open_json("decision.inputs", row.message_id, row.inputs))
