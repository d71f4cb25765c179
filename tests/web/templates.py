"""Templates are compiled once a process, however many apps are made."""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class TemplatesOnce(BytecodeCache):
    """Keeps them in memory. A bucket's key is its template and whether the source has changed."""

    def __init__(self) -> None:
        self._kept: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what it was compiled to before."""
        bucket.code = self._kept.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to."""
        assert bucket.code is not None
        self._kept[bucket.key + bucket.checksum] = bucket.code
