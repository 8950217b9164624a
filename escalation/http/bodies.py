"""What a text of an agent's must be."""

from __future__ import annotations

from conversations.http.problems import problem

TEXT_LIMIT = 20_000


def check_key(key: str) -> None:
    """Raises: web.HTTPException: 400 with the reason."""
    if not 8 <= len(key) <= 64:
        raise problem(400, "The id must have 8 to 64 characters.", "Send a UUID, and the same one when you send again.")


def check_text(text: str, *, may_be_empty: bool = False) -> None:
    """Raises: web.HTTPException: 400 with the reason."""
    if not text.strip() and not may_be_empty:
        raise problem(400, "There is nothing to send.", "Write something first.")
    if len(text) > TEXT_LIMIT:
        raise problem(400, f"The text is longer than {TEXT_LIMIT:,} characters.", "Send it in shorter parts.")
