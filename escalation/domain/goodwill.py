"""Goodwill gestures within the limits that the settings set: a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conversations.staff import Role

_DAY = 86_400


def refusal(
    pence: int,
    role: Role,
    granted: Iterable[tuple[float, int]],
    limits: Mapping[Role, int],
    days: float,
    at: float,
    currency: str = "GBP",
) -> str | None:
    """Why this person may not grant so much to this contact now, and what to do instead; None when they may.

    A role's limit is for all that one contact was granted within so many days, by whomever.

    Args:
        pence: the gesture, in the hundredth part of the currency.
        granted: what this contact was granted before: when (Unix seconds), and how much.
        limits: how much each role may grant; who is not named grants nothing.
        days: how far back earlier gestures count.
        currency: ISO 4217, for the words only.
    """
    if pence <= 0:
        return "A gesture is worth something: name an amount above 0."
    limit, since = limits.get(role, 0), at - days * _DAY
    before = sum(amount for moment, amount in granted if moment > since)
    if before + pence <= limit:
        return None
    may = [other for other, most in sorted(limits.items(), key=lambda item: item[1]) if before + pence <= most]
    ask = f"Ask {_A[may[0]]}." if may else "Nobody's limit allows it."
    if not limit:
        return f"The settings let {_A[role]} grant nothing. {ask}"
    rest = f"; {_money(max(0, limit - before), currency)} of it is left, with what was granted lately" if before else ""
    bound = f"{_A[role]} may grant {_money(limit, currency)} to one contact in {days:g} days{rest}"
    return f"{_money(pence, currency)} is too much: {bound}. {ask}"


_A = {Role.AGENT: "an agent", Role.LEAD: "a lead", Role.EDITOR: "an editor", Role.ADMIN: "an admin"}


def _money(pence: int, currency: str) -> str:
    return f"{pence // 100:,}.{pence % 100:02} {currency}"
