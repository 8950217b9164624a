"""What browsers load, pages, scripts and styles: read and compressed once, when the front starts, kept in memory."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\s*(?:,|$))", re.IGNORECASE)


class Asset:
    """One file, whole or as gzip, each with an ETag of its own."""

    def __init__(self, path: Path) -> None:
        # A host page may be in another encoding, and a script takes its page's unless it says its own.
        self._type = f"{_TYPES[path.suffix]}; charset=utf-8"
        self._plain = path.read_bytes()
        self._zipped = gzip.compress(self._plain, mtime=0)
        self._hash = hashlib.sha256(self._plain).hexdigest()[:32]

    def answer(self, request: web.Request, headers: Mapping[str, str]) -> web.Response:
        """The file, or that the browser's copy is still good (304)."""
        zipped = _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")) is not None
        tag = self._hash + ("-gzip" if zipped else "")
        known = any(one.value in {tag, "*"} for one in request.if_none_match or ())
        answer = web.Response(status=304) if known else web.Response(body=self._zipped if zipped else self._plain)
        answer.headers.update({**headers, "Vary": "Accept-Encoding"})
        answer.etag = tag
        if not known:
            answer.headers["Content-Type"] = self._type
            if zipped:
                answer.headers["Content-Encoding"] = "gzip"
        return answer


def assets(folder: Path) -> dict[str, Asset]:
    """The files of a folder that a page is made of, by their names."""
    return {path.name: Asset(path) for path in folder.iterdir() if path.suffix in _TYPES}
