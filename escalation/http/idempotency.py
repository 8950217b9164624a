"""``Idempotency-Key``: the same request twice has one effect. (draft-ietf-httpapi-idempotency-key-header)

A key is its person's own, and is kept for a day. What was refused changed nothing: under the same key it is tried anew.
The transcript that an answer showed is not kept; a repeat is answered with how things stand now.
"""

from __future__ import annotations

import hashlib
import re

from aiohttp import web
from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from conversations.http.problems import problem
from conversations.store.database import Database, Transaction, now
from escalation import tables
from escalation.http.route import MADE, WHO, Route

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{8,64}")
_KEPT = 86_400.0
# A request that says nothing of its end for so long was cut off by a crash: it may be tried again.
_IN_HAND = 60.0
_I = tables.idempotency.c


class Idempotency:
    """Remembers requests that carried a key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def once(self, request: web.Request, route: Route) -> web.StreamResponse:
        """The answer to a POST: of the first request under its key, the others' as the module says.

        Raises:
            web.HTTPException: 400: no key that is taken. 422: the key came with another request. 409: the first one
            is still in hand.
        """
        key = request.headers.get(HEADER)
        if key is None:
            return await route.handler(request)
        if not _KEY.fullmatch(key):
            raise problem(400, f"The {HEADER} must have 8 to 64 ASCII characters, and no blanks.", "Send a UUID.")
        first = await self._begin(request, key, await _fingerprint(request, route))
        if first is not None:
            return await (route.repeat(request, first) if route.repeat else route.handler(request))
        try:
            response = await route.handler(request)
        except BaseException:
            await self._forget(request, key)
            raise
        await self._end(request, key, response.status)
        return response

    async def _begin(self, request: web.Request, key: str, fingerprint: str) -> str | None:
        """None for a first request, which is in hand from here; else what the first one made ("" if nothing)."""
        who = request[WHO].id
        mine = and_(_I.staff_id == who, _I.key == key)
        cut_off = and_(mine, _I.status.is_(None), _I.at < now() - _IN_HAND)
        try:
            async with self._database.write() as tx:
                await tx.execute(delete(tables.idempotency).where(or_(_I.at < now() - _KEPT, cut_off)))
                row = {"staff_id": who, "key": key, "request": fingerprint, "at": now()}
                await tx.execute(insert(tables.idempotency).values(**row))
            return None
        except IntegrityError:
            async with self._database.read() as tx:
                return await self._known(tx, mine, fingerprint)

    async def _known(self, tx: Transaction, mine: object, fingerprint: str) -> str:
        statement = select(_I.request, _I.status, _I.made).where(mine)  # type: ignore[arg-type] # a condition
        row = (await tx.execute(statement)).one_or_none()
        if row is not None and row.request != fingerprint:
            raise problem(422, f"This {HEADER} came with another request before.", "Send a new key with a new request.")
        if row is None or row.status is None:
            raise problem(409, "The first request under this key is still in hand.", "Send it again in a moment.")
        return row.made or ""

    async def _end(self, request: web.Request, key: str, status: int) -> None:
        mine = (_I.staff_id == request[WHO].id, _I.key == key)
        async with self._database.write() as tx:
            values = {"status": status, "made": request.get(MADE)}
            await tx.execute(update(tables.idempotency).where(*mine).values(**values))

    async def _forget(self, request: web.Request, key: str) -> None:
        async with self._database.write() as tx:
            await tx.execute(delete(tables.idempotency).where(_I.staff_id == request[WHO].id, _I.key == key))


async def _fingerprint(request: web.Request, route: Route) -> str:
    """What was asked. A file counts by its name and length: it is streamed, and not read twice."""
    body = str(request.content_length).encode() if route.body is bytes else await request.read()
    return hashlib.sha256(b"\n".join((request.method.encode(), request.path_qs.encode(), body))).hexdigest()
