"""The survey after a matter was resolved: one to five stars and a comment, one per episode."""

from __future__ import annotations

from conversations.model import Button, ButtonKind

STARS = range(1, 6)


def stars_in(text: str) -> int | None:
    """The stars that a bare ``1`` to ``5`` means; None for anything else, which is an ordinary message."""
    bare = text.strip()
    return int(bare) if bare in {"1", "2", "3", "4", "5"} else None


def survey_buttons() -> tuple[Button, ...]:
    """Five stars, in order."""
    return tuple(Button(f"{stars} of {STARS.stop - 1}", ButtonKind.SURVEY, str(stars)) for stars in STARS)
