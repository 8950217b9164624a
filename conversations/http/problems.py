"""Errors as ``application/problem+json`` (RFC 9457): what happened, and what to do."""

from __future__ import annotations

import http

import msgspec
from aiohttp import web

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, omit_defaults=True):
    """An error in the form of RFC 9457: ``title`` says what happened, ``detail`` what to do."""

    type: str
    title: str
    status: int
    detail: str


def problem_body(status: int, title: str, detail: str) -> bytes:
    """The body of an error."""
    kind = http.HTTPStatus(status).phrase.lower().replace(" ", "-")
    return msgspec.json.encode(Problem(type=f"/problems/{kind}", title=title, status=status, detail=detail))


def problem(status: int, title: str, detail: str) -> web.HTTPException:
    """The error to raise."""
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        404: web.HTTPNotFound,
        409: web.HTTPConflict,
        413: web.HTTPRequestEntityTooLarge,
        422: web.HTTPUnprocessableEntity,
        429: web.HTTPTooManyRequests,
        503: web.HTTPServiceUnavailable,
    }
    body = problem_body(status, title, detail).decode()
    if status == 413:
        return web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, text=body, content_type=MEDIA_TYPE)
    return kinds[status](text=body, content_type=MEDIA_TYPE)
