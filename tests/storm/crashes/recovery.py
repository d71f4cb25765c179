"""What happens by itself once a process has died: the clock's chores and the worker's errands."""

from router.flows.assign.queue import drain_queues
from router.flows.dispatches.send import send_dispatches
from router.flows.privacy.erase import erase
from router.flows.publish import publish_folder
from router.flows.reconcile import reconcile
from router.flows.release import release_due
from router.flows.restoring.age import beat
from router.flows.sending.settle import settle, unsettled
from router.flows.sending.stranded import let_go_stranded
from router.flows.sending.strays import tend_strays
from router.flows.sending.unheard import ask_after
from router.flows.spool import drain_spool
from router.flows.sweep import sweep
from router.flows.timers import fire_due
from router.flows.world import World
from tests.parts.drain import drain
from tests.storm.crashes.stage import TENANT, Stage

CHORES = (fire_due, drain_queues, release_due, let_go_stranded, drain_spool, tend_strays, beat)
# Past a bell's time, a lease and the grace, what bears witness (a minute on), timers, retries and
# all patience.
WAITS_SECONDS = (3, 140, 20, 70, 3, 330, 700, 10)


def recover(stage: Stage) -> None:
    """Let time pass, and have everything done that is due."""
    for seconds in WAITS_SECONDS:
        stage.now.advance(seconds=seconds)
        tick(stage, stage.world)


def tick(stage: Stage, world: World) -> None:
    """Do every chore and every errand once."""
    publish_folder(world, stage.settings.rules_dir)
    reconcile(world, stage.carrier)
    ask_after(world, stage.carrier)
    for chore in CHORES:
        chore(world)
    for sender_id in unsettled(world):
        settle(world, stage.carrier, sender_id)
    swept = sweep(world)
    for sender_id in swept.senders:
        drain(world, stage.carrier, sender_id)
    for tenant_id, request_id in swept.erasures:
        erase(world, stage.carrier, tenant_id, request_id)
    if swept.dispatches:
        send_dispatches(stage.means(world), TENANT)
