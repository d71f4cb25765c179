"""Who calls: the client's own address, also behind a proxy whose word for it can be taken.

Anyone can write X-Forwarded-For. So it is read from its end, which the proxy nearest to us wrote,
and only as long as whoever speaks is one of TRUSTED_PROXIES: the first who is not is the client.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from router.settings import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REMEMBERED = 4096


class BehindProxies:
    """Tells the app inside the client's address as REMOTE_ADDR."""

    def __init__(self, app: "WSGIApplication", trusted: Sequence[Network]) -> None:
        self._app = app
        self._find = lru_cache(REMEMBERED)(lambda peer, said: client_of(peer, said, trusted))

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        said = environ.get("HTTP_X_FORWARDED_FOR")
        if said:
            environ["REMOTE_ADDR"] = self._find(environ.get("REMOTE_ADDR", ""), said)
        return self._app(environ, start_response)


def client_of(peer: str, said: str, trusted: Sequence[Network]) -> str:
    """The client's address: `peer` connected to us, and `said` what X-Forwarded-For says.

    >>> ours = (ipaddress.ip_network("10.0.0.0/8"),)
    >>> client_of("10.0.0.1", "192.0.2.1, 203.0.113.7", ours)
    '203.0.113.7'
    >>> client_of("203.0.113.9", "192.0.2.1", ours)
    '203.0.113.9'
    """
    client = peer
    for hop in reversed(said.split(",")):
        if not _is_trusted(client, trusted):
            return client
        address = _address(hop.strip())
        if address is None:
            return client
        client = address
    return client


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)


def _address(hop: str) -> str | None:
    """The address of a hop, which may carry a port: 192.0.2.1:4711, [2001:db8::1]:4711."""
    bare = hop.partition("]")[0].lstrip("[") if hop.startswith("[") else hop
    for form in (bare, bare.partition(":")[0]):
        try:
            found = ipaddress.ip_address(form)
        except ValueError:
            continue
        mapped = getattr(found, "ipv4_mapped", None)
        return str(mapped or found)
    return None
