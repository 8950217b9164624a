"""The web desk's page, ``/desk``."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from conversations.http import pages

_STATIC = Path(__file__).parent / "static"


def add_page(app: web.Application) -> None:
    """Adds the page and its parts. Pictures come from contacts, too, and from their vendors."""
    pages.add_page(app, "desk", _STATIC, pages.policy("'self' data: blob: https:"))
