"""The parts of the campaign, in the order in which they run."""

from types import MappingProxyType

from tests.storm import carrier, database, kill, load, redis
from tests.storm.crashes import campaign as crashes
from tests.storm.simulation import campaign as simulation
from tests.storm.simulation import hunt as mutants
from tests.storm.stage.report import Part

PARTS: MappingProxyType[str, Part] = MappingProxyType(
    {
        "simulation": simulation.run,
        "mutants": mutants.run,
        "crashes": crashes.run,
        "kill": kill.run,
        "redis": redis.run,
        "database": database.run,
        "carrier": carrier.run,
        "load": load.run,
    }
)
