"""Accounts of staff, and the browsers in which they want notices."""

from contextlib import suppress

from router.couriers.subscription import Subscription
from router.flows.dispatches.devices import (
    add_device,
    devices_of,
    forget_device,
    remove_device,
)
from router.flows.staff import NewStaff, StaffError, add_staff, end_sessions
from router.flows.world import World
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.stage import TENANT, Stage

DAVE = NewStaff(
    TENANT, "dave", "dave@inn.example", "Dave", "a long password", teams=("desk",), on_shift=True
)
BROWSER = Subscription("https://push.example.net/send/abc", "B" + "A" * 86, "A" * 22)
OTHER = Subscription("https://push.example.net/send/def", "B" + "A" * 86, "A" * 22)


def hire_dave(_: Stage, world: World) -> None:
    """Carol gets a colleague."""
    add_staff(world, DAVE)


def _hire_again(stage: Stage, world: World) -> None:
    """Whoever does not know whether it was done is told that there is one already."""
    with suppress(StaffError):
        hire_dave(stage, world)


def _add(stage: Stage, world: World) -> None:
    assert add_device(world, TENANT, stage.staff.staff_id, BROWSER) is None


def _have_two(stage: Stage) -> None:
    _add(stage, stage.world)
    add_device(stage.world, TENANT, stage.staff.staff_id, OTHER)
    with stage.world.store.read() as connection:
        keys = stage.world.keys(connection, TENANT)
        devices = devices_of(connection, keys, stage.staff.staff_id)
    stage.notes["gone"] = next(one.id for one in devices if one.subscription == BROWSER)


def _sign_out(stage: Stage, world: World) -> None:
    end_sessions(world, TENANT, stage.staff.staff_id)


def _withdraw(stage: Stage, world: World) -> None:
    """The push service says that the browser is gone."""
    forget_device(world, TENANT, stage.notes["gone"])


SCENARIOS = (
    Scenario("an account is made", _hire_again, lambda stage: stage.texts("tea")),
    Scenario("staff signs out everywhere", _sign_out, _have_two, again="undone"),
    Scenario("a browser wants notices", _add, lambda stage: None),
    Scenario(
        "a browser wants none any more",
        lambda stage, world: remove_device(world, TENANT, stage.staff.staff_id, BROWSER.endpoint),
        _have_two,
    ),
    Scenario("a browser is gone", _withdraw, _have_two),
)
