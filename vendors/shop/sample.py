"""A small shop in memory, read from ``sample.json``; its days are told from today, so that it never grows old."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from importlib import resources
from typing import Any

from vendors.shop.model import Customer, Item, Order, ShopUnavailable, Status, normalise_order_number


class SampleShop:
    """The sample customers and orders. With ``available = False`` every call raises `ShopUnavailable`."""

    def __init__(self, today: Callable[[], date] = date.today) -> None:
        """``today`` says which day it is; orders are placed and expected some days before or after it."""
        self.available = True
        self.notes: dict[str, tuple[str, str]] = {}
        self._today = today
        self._data: dict[str, Any] = json.loads(resources.files(__package__).joinpath("sample.json").read_text("utf-8"))

    async def customer(self, email: str) -> Customer | None:
        self._answer_or_raise()
        found = (row for row in self._data["customers"] if _same(row["email"], email))
        return next((Customer(r["email"], r["name"], date.fromisoformat(r["since"])) for r in found), None)

    async def order(self, number: str, email: str) -> Order | None:
        wanted = normalise_order_number(number)
        return next((order for order in await self.orders_of(email) if order.number == wanted), None)

    async def orders_of(self, email: str) -> tuple[Order, ...]:
        self._answer_or_raise()
        orders = (self._order(row) for row in self._data["orders"] if _same(row["email"], email))
        return tuple(sorted(orders, key=lambda order: (order.placed_on, order.number), reverse=True))

    async def add_note(self, number: str, note: str, *, idempotency_key: str) -> None:
        self._answer_or_raise()
        self.notes.setdefault(idempotency_key, (number, note))

    def _answer_or_raise(self) -> None:
        if not self.available:
            raise ShopUnavailable("the sample shop is switched off")

    def _order(self, row: dict[str, Any]) -> Order:
        return Order(
            number=row["number"],
            email=row["email"],
            placed_on=self._today() + timedelta(days=row["placed"]),
            status=Status(row["status"]),
            items=tuple(Item(**item) for item in row["items"]),
            total=row["total"],
            carrier=row.get("carrier"),
            tracking=row.get("tracking"),
            expected_on=self._day(row.get("expected")),
            delivered_on=self._day(row.get("delivered")),
        )

    def _day(self, offset: int | None) -> date | None:
        return None if offset is None else self._today() + timedelta(days=offset)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
