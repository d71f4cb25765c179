"""Which addresses a URL that others have written may lead to: public ones alone.

A webhook's URL comes from a rulebook, a push endpoint from a browser. Neither may make this program
speak to the machine it runs on, to the network around it or to a cloud's metadata service.
"""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Protocol

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_WITHIN = [  # of the networks that Python takes for public ones
    ipaddress.ip_network(network)
    for network in ("64:ff9b:1::/48", "fec0::/10", "::/96", "::ffff:0:0:0/96")
]
_LOWEST_32_BITS = 0xFFFFFFFF

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotPublic(Exception):
    """A host that must not be reached."""


class Resolver(Protocol):
    """Finds the addresses of a host, as socket.getaddrinfo does."""

    def __call__(self, host: str, port: int) -> list[str]:
        """Every address, in the order to try them. OSError where there is none."""
        ...


def resolve(host: str, port: int) -> list[str]:
    """The addresses that the machine's own resolver finds."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def checked_addresses(
    host: str, port: int, find: Resolver = resolve, *, loopback: bool = False
) -> list[str]:
    """The addresses of `host`, each of them looked at: connect to these and to no other.

    NotPublic where any of them may not be reached; OSError where there is none. `loopback` lets
    this machine itself be reached.
    """
    addresses = find(host, port)
    if not addresses:
        raise OSError("no address")
    if not all(_may_be_reached(address, loopback) for address in addresses):
        raise NotPublic(host)
    return addresses


def _may_be_reached(text: str, loopback: bool) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    return (loopback and address.is_loopback) or is_public(address)


def is_public(address: Address) -> bool:
    """Whether an address, and any that it wraps, is one of the open internet.

    >>> [is_public(ipaddress.ip_address(a)) for a in ("1.1.1.1", "169.254.169.254", "::1")]
    [True, False, False]
    """
    if any(address in network for network in _WITHIN):
        return False
    return all(each.is_global and not each.is_multicast for each in (address, *_wrapped(address)))


def _wrapped(address: Address) -> Iterator[Address]:
    """The IPv4 addresses that an IPv6 one leads to by translation or a tunnel."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    yield from filter(None, (address.ipv4_mapped, address.sixtofour))
    if address.teredo:
        yield from address.teredo
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & _LOWEST_32_BITS)
