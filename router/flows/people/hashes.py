"""People of whom only a keyed hash is known, as a cell of a file.

The first eight digits say whose look-up key made it: under another key a hash finds nobody.
"""

import re

from router.flows.people.problems import Fault
from router.store.sealing import TenantKeys

_SHAPE = re.compile(r"([0-9a-f]{8}):([0-9a-f]{64})")
_NO_HASH = Fault("this is no hash of a number", "copy it from an export as it stands")
_FOREIGN = Fault(
    "this hash was made by another business or another installation, and finds nobody here",
    "ask for the number",
)


def write_hash(keys: TenantKeys, person: bytes) -> str:
    """A person's keyed hash, to be read again under the same look-up key."""
    return f"{_mark(keys)}:{person.hex()}"


def read_hash(keys: TenantKeys, cell: str) -> bytes | Fault:
    """The inverse of `write_hash`."""
    shape = _SHAPE.fullmatch(cell.lower())
    if shape is None:
        return _NO_HASH
    return bytes.fromhex(shape[2]) if shape[1] == _mark(keys) else _FOREIGN


def _mark(keys: TenantKeys) -> str:
    return keys.lookup("mark", "look-up key")[:4].hex()
