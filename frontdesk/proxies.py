"""Who really calls when proxies stand before the front: the limits by address are to count people, not proxies."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address nearest to us that is no trusted proxy's.

    Each proxy adds on the right who called it, and whatever stands further left was written by somebody else
    (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For). So it is read from the right, and
    only as far as whoever wrote an entry is trusted.

    Args:
        peer: who holds the connection to us.
        forwarded: the headers ``X-Forwarded-For``, in their order.
        trusted: the proxies' addresses.
    """
    nearest = _address(peer)
    if nearest is None:
        return peer
    for entry in reversed(",".join(forwarded).split(",")):
        if not any(nearest in network for network in trusted):
            break
        before = _address(entry)
        if before is None:  # none, or nothing that a proxy of ours would write
            break
        nearest = before
    return str(nearest)


def _address(text: str) -> Address | None:
    """An address, also with a port (``192.0.2.1:80``, ``[2001:db8::1]:80``); an IPv4 one that came as IPv6 as such."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def behind(trusted: Sequence[Network]) -> Middleware:
    """Makes ``request.remote`` the address of who calls, for every route."""

    @web.middleware
    async def with_client(request: web.Request, handler: Handler) -> web.StreamResponse:
        forwarded = request.headers.getall("X-Forwarded-For", [])
        address = client_address(request.remote or "", forwarded, trusted)
        return await handler(request.clone(remote=address))

    return with_client
