"""The parts of the campaign, in the order in which they run."""

from types import MappingProxyType

from tests.storm import carrier, database, kill, load, redis
from tests.storm.crashes import dying
from tests.storm.simulation import campaign, hunt
from tests.storm.stage.report import Part

PARTS: MappingProxyType[str, Part] = MappingProxyType(
    {
        "simulation": campaign.run,
        "mutants": hunt.run,
        "crashes": dying.run,
        "kill": kill.run,
        "redis": redis.run,
        "database": database.run,
        "carrier": carrier.run,
        "load": load.run,
    }
)
