"""The forms of *Goodwill* and *Block*."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_sdk.models.views import View

from conversations.handoff import Handoff
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.views import parts

GOODWILL_FORM, BLOCK_FORM = "goodwill_form", "block_form"
_AMOUNT = re.compile(r"[£€$]?\s*([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
_MOST_PENCE = 10**9


def goodwill_form(handoff: Handoff, place: Place, kinds: Sequence[str], currency: str) -> View:
    """What is granted, and how much of it."""
    blocks = [
        parts.choice("kind", "What", [(kind, kind) for kind in kinds]),
        parts.words("amount", f"How much ({currency})", optional=False, multiline=False, hint="Such as 5 or 7.50"),
        parts.words("note", "What for"),
        parts.remark("It is written down. The contact hears of it from you."),
    ]
    return parts.modal(GOODWILL_FORM, f"Goodwill {handoff.reference}", "Grant", parts.of_card(place), blocks)


def pence(amount: str) -> int:
    """``7.50`` or ``7,5`` as 750.

    Raises:
        ValueError: it is no amount.
    """
    found = _AMOUNT.fullmatch(amount.strip())
    if found is None:
        raise ValueError(f"{amount.strip()!r} is no amount: write one such as 5 or 7.50")
    whole = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if whole > _MOST_PENCE:
        raise ValueError("That is more than anybody grants.")
    return whole


def block_form(handoff: Handoff, place: Place) -> View:
    """Why is the contact not to be answered any more?"""
    blocks = [
        parts.words("why", "Why", optional=False),
        parts.remark(
            "Their matter ends, nobody tells them, and what they write is kept unanswered. A lead may undo it."
        ),
    ]
    return parts.modal(BLOCK_FORM, "Block the contact", "Block", parts.of_card(place), blocks)
