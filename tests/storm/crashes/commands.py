"""Commands of whoever runs the installation: run once more by whoever does not know whether it was
done.
"""

from dataclasses import replace

from sqlalchemy import update

from router.flows.consent.persons import find_persons
from router.flows.people.contacts_in import import_contacts
from router.flows.people.outcome import Imported, Source
from router.flows.people.suppressions_in import import_suppressions
from router.flows.receive import receive
from router.flows.restoring.restored import make_safe
from router.flows.rotate import rewrap_keys
from router.flows.world import World
from router.store.high_water import HighWater
from router.store.rows import table
from router.store.sealing import Vault, new_key
from router.store.tables import ConsentEvent, Contact, Suppression
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.sending import claim_all, report, send_all
from tests.storm.crashes.stage import ANNA, BEN, CLARA, TENANT, Stage

SOURCE = Source("guests.csv", "carol")
GUESTS = f"""number,name,language,groups,attr:tier,consent,consent_at,consent_how,consent_evidence
{ANNA},Anna,en,vip,gold,marketing,2026-01-05,paper,signed at check-in
{CLARA},Clara,en,,,enrollment:SUMMIT26,2026-01-06,web,ticked the box
""".encode()
STOPPED = f"number,scope,evidence\n{BEN},all,by mail\n{CLARA},topic:marketing,by mail\n".encode()
OLD_KEY = new_key()


def _import_contacts(_: Stage, world: World) -> None:
    done = import_contacts(world, TENANT, GUESTS, SOURCE)
    assert isinstance(done, Imported), done


def _import_suppressions(_: Stage, world: World) -> None:
    done = import_suppressions(world, TENANT, STOPPED, SOURCE)
    assert isinstance(done, Imported), done


def _ben_waits(stage: Stage) -> None:
    """Ben has texted a while ago, and his answer has not left yet."""
    stage.texts("tea")
    stage.texts("tea", from_address=BEN)
    stage.now.advance(minutes=3)


def _with_older_key(world: World, *, first: bool) -> World:
    """MASTER_KEY has an older key, too; `first`: it is still that one which wraps."""
    key = world.settings.master_key[0].get_secret_value()
    return replace(world, vault=Vault((OLD_KEY, key) if first else (key, OLD_KEY)))


def _wrap_as_before(stage: Stage) -> None:
    stage.texts("tea")
    rewrap_keys(_with_older_key(stage.world, first=True))


def _opt_out_on_whatsapp(stage: Stage) -> None:
    """As it was kept before persons were told from addresses."""
    address = f"whatsapp:{ANNA}"
    receive(stage.world, stage.hear("STOP", from_address=address))
    with stage.world.store.write() as connection:
        old = stage.world.keys(connection, TENANT).lookup("address", address)
        connection.execute(update(table(Contact)).values(person=old))
        for of_person in (table(Suppression), table(ConsentEvent)):
            connection.execute(update(of_person).values(lookup=old))


def _restore_a_backup(stage: Stage) -> None:
    """It has texts that wait in every way, a notice and an escalation. All of them have gone since,
    and somebody has opted out.
    """
    stage.texts("tea")
    send_all(stage, stage.world)
    report("undelivered", 30003)(stage, stage.world)
    stage.texts("tea")
    claim_all(stage, stage.world)
    stage.texts("slow")
    stage.texts("tea", "fire", from_address=BEN)
    backup = stage.back_up()
    stage.now.advance(minutes=2)
    send_all(stage, stage.world)
    stage.texts("STOP")
    HighWater(stage.settings.ledger).note(stage.now())
    stage.put_back(backup)


SCENARIOS = (
    Scenario("contacts are imported", _import_contacts, lambda stage: stage.texts("tea")),
    Scenario("suppressions are imported", _import_suppressions, _ben_waits),
    Scenario("a backup is made safe", lambda _, world: make_safe(world), _restore_a_backup),
    Scenario(
        "keys are wrapped anew",
        lambda _, world: rewrap_keys(_with_older_key(world, first=False)),
        _wrap_as_before,
    ),
    Scenario("persons are found", lambda _, world: find_persons(world), _opt_out_on_whatsapp),
)
