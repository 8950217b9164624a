"""What the actions reach the world through. The engine's root sets it once; until then there is the sample shop."""

from __future__ import annotations

from dataclasses import dataclass

from vendors.shop import SampleShop, Shop


@dataclass
class _Ports:
    shop: Shop | None = None
    secret: bytes = b""


_ports = _Ports()


def use(shop: Shop, secret: bytes = b"") -> None:
    """Let the actions talk to ``shop``. ``secret`` keys the references; give it wherever more than one engine runs."""
    _ports.shop = shop
    _ports.secret = secret


def shop() -> Shop:
    """The shop in use; the sample shop if none was set."""
    if _ports.shop is None:
        _ports.shop = SampleShop()
    return _ports.shop


def secret() -> bytes:
    """The key that references are made with; empty if none was set."""
    return _ports.secret
