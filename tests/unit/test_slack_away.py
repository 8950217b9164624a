"""Until when somebody is away, as they write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from escalation.adapters.slack.away import until
from escalation.adapters.slack.views.goodwill import pence
from escalation.config import Hours

# Friday, 27 November 2026, 10:00 in London.
AT = datetime(2026, 11, 27, 10, tzinfo=UTC).timestamp()
HOURS = Hours(monday=("09:30-17:00",), friday=("09:30-17:00",))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", None),
        ("14:30", datetime(2026, 11, 27, 14, 30, tzinfo=UTC)),
        ("until 9:15", datetime(2026, 11, 28, 9, 15, tzinfo=UTC)),
        ("2h", datetime(2026, 11, 27, 12, tzinfo=UTC)),
        ("for 90 minutes", datetime(2026, 11, 27, 11, 30, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 11, 30, 9, 30, tzinfo=UTC)),
        ("2026-11-30", datetime(2026, 11, 30, 9, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_understood(words: str, meant: datetime | None) -> None:
    assert until(words, AT, HOURS) == (meant.timestamp() if meant else None)


@pytest.mark.parametrize("words", ["soon", "25:00", "2026-02-30", "2026-01-01", "-2h", "99999 years"])
def test_what_is_no_time_is_refused_with_what_is_one(words: str) -> None:
    with pytest.raises(ValueError, match="Write a time such as"):
        until(words, AT, HOURS)


@pytest.mark.parametrize(("amount", "meant"), [("5", 500), ("7.5", 750), ("£ 7,50", 750), ("0.05", 5)])
def test_an_amount_is_understood(amount: str, meant: int) -> None:
    assert pence(amount) == meant


@pytest.mark.parametrize("amount", ["", "five", "-5", "1.234", "1e9", "٥"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        pence(amount)
