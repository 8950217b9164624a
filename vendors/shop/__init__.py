"""The shop behind the assistant: customers, orders, and the few things that may be done with them."""

from vendors.shop.model import Customer, Item, Order, Shop, ShopUnavailable, Status, normalise_order_number
from vendors.shop.sample import SampleShop

__all__ = [
    "Customer",
    "Item",
    "Order",
    "SampleShop",
    "Shop",
    "ShopUnavailable",
    "Status",
    "normalise_order_number",
]
