"""What whoever runs it looks at: health, readiness, metrics; and errors that say nothing of the inside."""

from __future__ import annotations

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.engine.client import EngineClient
from conversations.http.problems import MEDIA_TYPE, problem_body
from conversations.store import tables as t
from conversations.store.database import Database
from frontdesk import schema

log = structlog.get_logger()
ENGINE_READY = Gauge("frontdesk_engine_ready", "1 when an engine answered its canary turn at the last look")
WAITING = Gauge("frontdesk_handoffs_open", "Open handoffs by state", ["state"])
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


@web.middleware
async def safe_errors(request: web.Request, handler: object) -> web.StreamResponse:
    """An unexpected error is logged whole and told in two sentences; security headers are on every answer."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        # A small compressed body can unfold into one that fills the memory.
        body = problem_body(415, "Compressed bodies are not taken here.", "Send the body as it is.")
        return web.Response(status=415, body=body, content_type=MEDIA_TYPE, headers=SECURITY_HEADERS)
    try:
        response: web.StreamResponse = await handler(request)  # type: ignore[operator] # aiohttp's handler
    except web.HTTPException as known:
        known.headers.update(SECURITY_HEADERS)
        raise
    except Exception:
        log.exception("request failed", method=request.method, path=request.path)
        body = problem_body(500, "Something went wrong on our side.", "Try again in a moment; it was written down.")
        return web.Response(status=500, body=body, content_type=MEDIA_TYPE, headers=SECURITY_HEADERS)
    if not response.prepared:
        response.headers.update(SECURITY_HEADERS)
    return response


def add_routes(app: web.Application, database: Database, engine: EngineClient) -> None:
    """``/healthz``, ``/readyz``, ``/metrics``."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(request: web.Request) -> web.Response:
        try:
            await schema.check(database)
        except schema.SchemaBehind as behind:
            return web.json_response({"ready": False, "reason": str(behind)}, status=503)
        return web.json_response({"ready": True})

    async def metrics(request: web.Request) -> web.Response:
        ENGINE_READY.set(int((await engine.ready()).ready))
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


class QueueGauge:
    """Counts open handoffs at each sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> None:
        counts = (
            select(t.handoff.c.state, func.count()).where(t.handoff.c.ended_at.is_(None)).group_by(t.handoff.c.state)
        )
        try:
            async with self._database.read() as tx:
                found = {row.state: int(row[1]) for row in await tx.execute(counts)}
        except SQLAlchemyError:
            return
        for state in ("waiting", "assigned"):
            WAITING.labels(state).set(found.get(state, 0))
