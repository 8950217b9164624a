"""Who calls is the nearest address that is no trusted proxy's; what nobody trusted wrote counts for nothing."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from frontdesk.proxies import client_address

PROXIES = [ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7, 10.0.0.3"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7", "10.0.0.3"], "198.51.100.7"),
        ("2001:db8:1::5", ["2001:db8:9::7"], "2001:db8:9::7"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("127.0.0.1", ["[2001:db8:9::7]:4711"], "2001:db8:9::7"),
    ],
)
def test_behind_trusted_proxies_the_header_says_who_calls(peer: str, forwarded: list[str], client: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == client


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", ["198.51.100.7"], "203.0.113.9"),
        ("127.0.0.1", ["127.0.0.1, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.1, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.1, 198.51.100.7, 10.0.0.3"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.1, nonsense, 10.0.0.3"], "10.0.0.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("", ["198.51.100.7"], ""),
    ],
)
def test_what_nobody_trusted_wrote_is_not_believed(peer: str, forwarded: list[str], client: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == client


def test_without_trusted_proxies_the_connection_says_who_calls() -> None:
    assert client_address("127.0.0.1", ["198.51.100.7"], []) == "127.0.0.1"
