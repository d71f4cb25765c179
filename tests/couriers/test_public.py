"""Which addresses may be reached."""

import pytest

from router.couriers.public import NotPublic, checked_addresses

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fd00:ec2::254",
    "fec0::2",
    "64:ff9b:1::a00:1",
    "::7f00:1",
    "::ffff:0:7f00:1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_reached(address: str) -> None:
    with pytest.raises(NotPublic):
        checked_addresses("pms.example.com", 443, lambda *_: [address])


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_a_public_address_is_reached(address: str) -> None:
    assert checked_addresses("pms.example.com", 443, lambda *_: [address]) == [address]


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_address_among_public_ones_is_enough(address: str) -> None:
    with pytest.raises(NotPublic):
        checked_addresses("pms.example.com", 443, lambda *_: ["1.1.1.1", address])


def test_this_machine_is_reached_where_that_is_allowed_and_nothing_else_is() -> None:
    assert checked_addresses("here", 80, lambda *_: ["127.0.0.1"], loopback=True) == ["127.0.0.1"]
    with pytest.raises(NotPublic):
        checked_addresses("near", 80, lambda *_: ["10.0.0.1"], loopback=True)
