"""How much room the disk of DATA_DIR has left."""

import shutil

from router.flows.world import World

LEAST_BYTES = 200_000_000  # with less than that nothing more should be taken in
SCARCE = 0.1  # the share below which somebody should look


def free_space(world: World) -> tuple[int, float]:
    """Bytes that are free, and which share of the disk that is. OSError without a folder."""
    usage = shutil.disk_usage(world.settings.data_dir)
    return usage.free, usage.free / usage.total
