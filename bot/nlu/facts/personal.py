"""Personal data in a text that is to be masked in logs, exports and the studio. Pure."""

from __future__ import annotations

from bot.nlu.facts.accounts import accounts
from bot.nlu.facts.addresses import addresses
from bot.nlu.facts.contacts import emails, phones
from bot.nlu.facts.found import Found, longest
from bot.nlu.facts.names import names


def personal(text: str) -> list[Found]:
    """Names, addresses and numbers of all kinds, in the order of the text, without overlaps."""
    return longest(found for find in (accounts, emails, phones, addresses, names) for found in find(text))
