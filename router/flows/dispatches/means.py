"""What sending a dispatch needs."""

from dataclasses import dataclass

from router.carrier.api import Carrier
from router.couriers.couriers import Couriers
from router.flows.world import World


@dataclass(frozen=True, slots=True)
class Means:
    """The world, the carrier of texts, and the other couriers."""

    world: World
    carrier: Carrier
    couriers: Couriers
