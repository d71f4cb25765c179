"""MASTER_KEY rotates without a gap."""

from dataclasses import replace

import pytest

from router.flows.rotate import rewrap_keys
from router.flows.rulebooks.live import LiveBooks
from router.flows.show import show
from router.store.sealing import SealError, Vault, new_key
from tests.flows.conftest import TENANT, Person


def test_after_a_rewrap_the_new_key_alone_opens_everything(alice: Person) -> None:
    alice.texts("towels")
    old = alice.world.settings.master_key[0].get_secret_value()
    new = new_key()
    both = replace(alice.world, vault=Vault((new, old)), _keys={}, _books=LiveBooks())
    assert rewrap_keys(both) == 1
    after = replace(alice.world, vault=Vault((new,)), _keys={}, _books=LiveBooks())
    shown = show(after, TENANT, alice.address)
    assert shown is not None
    assert shown["messages"][0]["body"] == "towels"
    with pytest.raises(SealError, match="MASTER_KEY"):
        show(replace(after, vault=Vault((old,)), _keys={}), TENANT, alice.address)
