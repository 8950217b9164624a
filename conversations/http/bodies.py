"""Bodies of requests and answers."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from conversations.http.problems import problem
from conversations.text import storable
from conversations.typed_json import NotThisShape, decode


def respond(body: Any, status: int = 200) -> web.Response:
    """A JSON answer that nobody keeps; None: an empty one."""
    headers = {"Cache-Control": "no-store"}
    if body is None:
        return web.Response(status=204, headers=headers)
    made = msgspec.json.encode(body)
    return web.Response(status=status, body=made, content_type="application/json", headers=headers)


async def read[T](request: web.Request, kind: type[T]) -> T:
    """The request's body, in which texts are such as can be stored. None at all is one in which nothing is said.

    Raises:
        web.HTTPException: 400 with the reason when it is broken or of another shape.
    """
    try:
        body: T = decode(await request.read() or b"{}", kind)
        return msgspec.convert(_storable(msgspec.to_builtins(body)), kind)
    except (NotThisShape, msgspec.ValidationError) as wrong:
        raise problem(400, "The request's body is not what this route takes.", str(wrong)) from None


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(name): _storable(one) for name, one in value.items()}
        case list():
            return [_storable(one) for one in value]
    return value
