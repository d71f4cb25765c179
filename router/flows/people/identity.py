"""Whose an address is, by keyed hash: as a contact, as a person, and as somebody erased."""

from dataclasses import dataclass

from router.carrier.addresses import bare_number
from router.flows.held import person_of
from router.flows.people.known import Known
from router.store.sealing import TenantKeys

_CHANNELS_BY_NUMBER = ("whatsapp:", "rcs:")


@dataclass(frozen=True, slots=True)
class Identity:
    """`lookup` finds the contact, `person` their consent; `others` are the look-ups that the same
    number has on the channels that go by numbers.
    """

    lookup: bytes
    person: bytes
    others: tuple[bytes, ...]

    @property
    def lookups(self) -> tuple[bytes, ...]:
        """All look-ups to ask the database about."""
        return (self.lookup, *self.others)

    def is_erased(self, known: Known) -> bool:
        """Whether they were erased, or are being erased, and have not written again since."""
        if known.being_erased.intersection(self.lookups):
            return True
        if self.lookup in known.contacts:
            return False
        return any(one in known.erased and one not in known.contacts for one in self.lookups)


def identify(keys: TenantKeys, address: str) -> Identity:
    """The keyed hashes of an address."""
    bare = bare_number(address)
    everywhere = (bare, *(channel + bare for channel in _CHANNELS_BY_NUMBER))
    return Identity(
        lookup=keys.lookup("address", address),
        person=person_of(keys, address),
        others=tuple(keys.lookup("address", one) for one in everywhere if one != address),
    )
