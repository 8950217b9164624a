"""What ``frontdesk doctor`` says about Telegram: token, groups, and how updates reach us."""

from __future__ import annotations

import time

from telegram import WebhookInfo

from frontdesk.doctor import Finding
from frontdesk.settings import Settings
from frontdesk.telegram import api_of, cannot_be_reached, webhook_url
from vendors.telegram.api import TelegramApi
from vendors.telegram.errors import TelegramError, TelegramRefused

_SET = "frontdesk telegram set-webhook"
# A refusal of ours that Telegram met in the last hour is still worth a word.
_LATELY = 3600.0


async def telegram_findings(settings: Settings) -> list[Finding]:
    """Everything that Telegram itself can tell."""
    api = api_of(settings)
    async with api.open():
        try:
            me = await api.me()
        except TelegramRefused as refused:
            todo = "Copy the token from @BotFather again (/mybots, your bot, API Token) to FRONTDESK_TELEGRAM_TOKEN."
            return [Finding("bad", "Telegram", f"the token is refused: {refused}", todo)]
        except TelegramError as silent:
            todo = "Check the network, and FRONTDESK_TELEGRAM_API_URL if it is set."
            return [Finding("bad", "Telegram", f"does not answer ({silent})", todo)]
        return [Finding("ok", "Telegram", f"the token is good for @{me.username}"), *await _way_in(api, settings)]


async def _way_in(api: TelegramApi, settings: Settings) -> list[Finding]:
    """How updates reach a front."""
    subject, wanted = "Telegram updates", webhook_url(settings)
    try:
        found = await api.webhook()
    except TelegramError as failed:
        return [Finding("bad", subject, f"Telegram does not say how they come ({failed})", "Try again in a minute.")]
    if wanted is None:
        if not found.url:
            return [Finding("ok", subject, "by long polling")]
        todo = "frontdesk telegram delete-webhook, or set FRONTDESK_PUBLIC_URL"
        return [Finding("bad", subject, f"go to {found.url}, and there is no FRONTDESK_PUBLIC_URL", todo)]
    if (wrong := cannot_be_reached(settings, wanted)) is not None:
        return [Finding("bad", subject, f"{wrong}, and there is {wanted}", "Change FRONTDESK_PUBLIC_URL.")]
    if found.url != wanted:
        text = f"go to {found.url}, not to {wanted}" if found.url else f"are not sent to {wanted} yet"
        return [Finding("bad", subject, text, _SET)]
    return [Finding("ok", subject, f"are sent to {wanted}"), *_troubles(found)]


def _troubles(found: WebhookInfo) -> list[Finding]:
    """What Telegram met at our door: https://core.telegram.org/bots/api#webhookinfo"""
    if found.last_error_date is None or time.time() - found.last_error_date.timestamp() > _LATELY:
        return []
    text = f"{found.last_error_message}; {found.pending_update_count} wait to be sent again"
    forbidden = "403" in (found.last_error_message or "")
    todo = (
        f"{_SET} gives Telegram the secret anew."
        if forbidden
        else "Look at the proxy before Frontdesk, and at its logs."
    )
    return [Finding("note", "Telegram updates", text, todo)]
