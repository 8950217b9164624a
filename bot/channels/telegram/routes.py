"""``POST /webhooks/telegram``: believed by its secret, acknowledged when it is committed."""

from __future__ import annotations

import asyncio
import hmac
import json
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from prometheus_client import Counter

from bot.channels.telegram.intake import Intake, NotYet
from bot.gateway.limits import Buckets

log = structlog.get_logger()
PATH = "/webhooks/telegram"
# https://core.telegram.org/bots/api#setwebhook
HEADER = "X-Telegram-Bot-Api-Secret-Token"
_BODY_SECONDS = 10.0
FORGED = Counter("frontdesk_telegram_forged", f"Requests to {PATH} without Telegram's secret")


@dataclass(frozen=True, slots=True)
class Webhook:
    """The route; ``secret`` is what `frontdesk telegram set-webhook` gave to Telegram."""

    intake: Intake
    secret: str
    lines: Buckets = field(default_factory=lambda: Buckets(rate=1 / 60, burst=5))

    async def handle(self, request: web.Request) -> web.Response:
        """Telegram sends again whatever is not answered with 2xx."""
        if not self._is_telegram(request):
            FORGED.inc()
            if self.lines.take("any"):
                log.warning("telegram: a request without the secret", address=request.remote)
            return _told(403, "This request does not bear the secret that Telegram was given.")
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                update = json.loads(await request.read())
        except TimeoutError:
            return _told(408, "The body did not come in time.")
        except (ValueError, RecursionError):
            return _told(400, "The body is no JSON.")
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return _told(400, "The body is no update.")
        try:
            await self.intake(update)
        except NotYet:
            return _told(503, "Telegram has not said yet who we are; send it again.")
        return web.Response()

    def _is_telegram(self, request: web.Request) -> bool:
        """Looked at before anything is read, in the same time whatever is wrong with it."""
        given = request.headers.getall(HEADER, [])
        proof = given[0].encode("utf-8", "surrogateescape") if len(given) == 1 else b""
        return hmac.compare_digest(proof, self.secret.encode())


def _told(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status)


def add_routes(app: web.Application, webhook: Webhook) -> None:
    """Adds the webhook to the front."""
    app.router.add_post(PATH, webhook.handle)
