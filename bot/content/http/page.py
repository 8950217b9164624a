"""The studio's page, ``/studio``.

It builds on parts of the web desk (``/static/desk/dom.js``, its styles …), which the same front serves.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from conversations.http import pages

_STATIC = Path(__file__).parent / "static"


def add_page(app: web.Application) -> None:
    """Adds the page and its parts."""
    pages.add_page(app, "studio", _STATIC, pages.policy())
