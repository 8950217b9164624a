"""What a shop knows, and what it must be able to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

_ORDER_NUMBER = re.compile(
    r"(?<![\w.@+-])#?\s?(?:pc\s?[-\u2013]?\s?(?=[oil]{0,4}\d)(?P<ours>[\doil]{5})|(?P<bare>\d{5}))(?![\w@-])",
    re.IGNORECASE | re.ASCII,
)
_MISTYPED = str.maketrans("oOiIlL", "001111")  # letters that look like digits


class ShopUnavailable(Exception):
    """The shop did not answer. Temporary: trying again later may help."""


class Status(StrEnum):
    """Where an order stands."""

    PLACED = "placed"
    PACKED = "packed"
    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order."""

    sku: str
    title: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who has bought something; known by the e-mail address."""

    email: str
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop has it; ``total`` is in pence. ``expected_on`` and ``carrier`` come with packing."""

    number: str
    email: str
    placed_on: date
    status: Status
    items: tuple[Item, ...]
    total: int
    carrier: str | None = None
    tracking: str | None = None
    expected_on: date | None = None
    delivered_on: date | None = None

    def late_on(self, day: date) -> bool:
        """Whether ``day`` is past the expected day and the order has neither come nor been called off."""
        under_way = self.status in (Status.PLACED, Status.PACKED, Status.ON_ITS_WAY)
        return under_way and self.expected_on is not None and self.expected_on < day


class Shop(Protocol):
    """A shop's interface. Every method raises `ShopUnavailable` when the shop does not answer."""

    async def customer(self, email: str) -> Customer | None:
        """The customer with this e-mail address, in any case of letters."""

    async def order(self, number: str, email: str) -> Order | None:
        """The order, if it belongs to ``email``. None says neither that the number nor that the address is unknown."""

    async def orders_of(self, email: str) -> tuple[Order, ...]:
        """All orders of a customer, newest first."""

    async def add_note(self, number: str, note: str, *, idempotency_key: str) -> None:
        """Put a note on the order for the people who pack and send it. The same key writes once."""


def normalise_order_number(text: str) -> str | None:
    """The first order number in ``text`` as ``PC-12345``, or None.

    Read are ``10452``, ``pc 10452``, ``#PC10452``, and after the letters also ``PC-1O452``.
    """
    found = _ORDER_NUMBER.search(text)
    return f"PC-{(found['ours'] or found['bare']).translate(_MISTYPED)}" if found else None
