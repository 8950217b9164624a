"""The sample shop answers like a shop, and order numbers are read as people type them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from vendors.shop import SampleShop, Shop, ShopUnavailable, Status, normalise_order_number

TODAY = date(2026, 11, 22)


@pytest.fixture
def shop() -> SampleShop:
    return SampleShop(lambda: TODAY)


@pytest.mark.parametrize(
    "typed", ["PC-10452", "10452", "pc 10452", "#PC10452", "#10452", "pc-10452", "it's PC - 10452.", "PC\u201310452"]
)
def test_an_order_number_is_read_however_it_is_typed(typed: str) -> None:
    assert normalise_order_number(typed) == "PC-10452"


@pytest.mark.parametrize(
    "typed", ["", "PC-1045", "104521", "ana10452@example.com", "10452@example.com", "abc10452", "PC-"]
)
def test_what_is_no_order_number_is_not_read_as_one(typed: str) -> None:
    assert normalise_order_number(typed) is None


@pytest.mark.asyncio
async def test_an_order_is_shown_to_its_owner_in_any_spelling(shop: SampleShop) -> None:
    order = await shop.order("pc 10452", " Ana.Lopes@Example.com ")
    assert order is not None
    assert (order.number, order.status) == ("PC-10452", Status.ON_ITS_WAY)
    assert order.expected_on == TODAY + timedelta(days=1)


@pytest.mark.asyncio
async def test_a_foreign_order_and_an_unknown_one_look_the_same(shop: SampleShop) -> None:
    assert await shop.order("PC-10453", "ana.lopes@example.com") is None
    assert await shop.order("PC-99999", "ana.lopes@example.com") is None


@pytest.mark.asyncio
async def test_orders_come_newest_first(shop: SampleShop) -> None:
    placed = [order.placed_on for order in await shop.orders_of("tom.baker@example.com")]
    assert len(placed) == 2
    assert placed == sorted(placed, reverse=True)


@pytest.mark.asyncio
async def test_late_is_past_the_expected_day_and_not_yet_there(shop: SampleShop) -> None:
    late = await shop.order("PC-10453", "tom.baker@example.com")
    delivered = await shop.order("PC-10441", "priya.nair@example.com")
    assert late is not None and delivered is not None
    assert late.late_on(TODAY)
    assert late.expected_on is not None and not late.late_on(late.expected_on)
    assert not delivered.late_on(TODAY)


@pytest.mark.asyncio
async def test_a_note_is_written_once_per_key(shop: SampleShop) -> None:
    await shop.add_note("PC-10452", "first", idempotency_key="t1:note")
    await shop.add_note("PC-10452", "again", idempotency_key="t1:note")
    assert list(shop.notes.values()) == [("PC-10452", "first")]


@pytest.mark.asyncio
async def test_a_shop_that_is_off_says_so_everywhere(shop: SampleShop) -> None:
    as_a_shop: Shop = shop
    shop.available = False
    for call in (
        as_a_shop.customer("ana.lopes@example.com"),
        as_a_shop.order("PC-10452", "ana.lopes@example.com"),
        as_a_shop.orders_of("ana.lopes@example.com"),
        as_a_shop.add_note("PC-10452", "x", idempotency_key="k"),
    ):
        with pytest.raises(ShopUnavailable):
            await call
