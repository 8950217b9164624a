"""What ``frontdesk doctor`` says about Slack for contacts: token, scopes, installs, and how Slack reaches us."""

from __future__ import annotations

from bot.channels.slack.installs import Installed, Installs, Seal
from bot.channels.slack.scopes import OPTIONAL, SCOPES
from conversations.store.database import Database
from frontdesk.doctor import Finding
from frontdesk.settings import Settings
from frontdesk.slack_check import told
from vendors.slack.api import SlackApi, SlackError

_PAGE = "docs/slack.md"
_NAME = "Slack for contacts"


async def contacts_findings(settings: Settings) -> list[Finding]:
    """Everything that Slack and the record can tell."""
    given = settings.environment
    token = given.slack_contacts_bot_token or (None if _has_own_app(settings) else given.slack_bot_token)
    found = []
    if token is not None:
        api = SlackApi(token, given.slack_api_url)
        try:
            about = await api.ask("auth.test")
        except SlackError as failed:
            return [Finding("bad", _NAME, *told(failed, "the bot token"))]
        found.append(Finding("ok", _NAME, f"the token is good for {about['team']}"))
        found.append(_scopes({one.strip() for one in str(about.headers.get("x-oauth-scopes", "")).split(",")}))
    if given.slack_client_id:
        found += await _installs(settings)
    return [*found, _way_in(settings)]


def _has_own_app(settings: Settings) -> bool:
    given = settings.environment
    return bool(given.slack_contacts_signing_secret or given.slack_contacts_app_token)


def _scopes(allowed: set[str]) -> Finding:
    missing = [scope for scope in SCOPES if scope not in allowed]
    if not missing:
        return Finding("ok", f"{_NAME}: scopes", "all that are used")
    todo = f"Add them under OAuth & Permissions, then reinstall the app; {_PAGE} says what each is for."
    if set(missing) <= OPTIONAL:
        return Finding("note", f"{_NAME}: scopes", f"it works without, and with less: {', '.join(missing)}", todo)
    return Finding("bad", f"{_NAME}: scopes", f"missing: {', '.join(missing)}", todo)


async def _installs(settings: Settings) -> list[Finding]:
    """Workspaces that installed the app by themselves."""
    database = Database(settings.database_url)
    try:
        everywhere = await Installs(database, Seal(settings.secret_key)).everywhere()
    finally:
        await database.close()
    page = f"{(settings.environment.public_url or '').rstrip('/')}/slack/install"
    if not everywhere:
        return [Finding("note", f"{_NAME}: installs", "no workspace has installed it yet", f"Open {page}")]
    return [await _installed(settings, one, page) for one in everywhere]


async def _installed(settings: Settings, one: Installed, page: str) -> Finding:
    subject = f"{_NAME}: {one.team_name or one.team_id}"
    if one.token is None:
        text = "the app was taken out, or its token was sealed with another FRONTDESK_SECRET_KEY"
        return Finding("note", subject, text, f"To have it there again, open {page}")
    try:
        await SlackApi(one.token, settings.environment.slack_api_url).ask("auth.test")
    except SlackError as failed:
        return Finding("bad", subject, *told(failed, "its token"))
    missing = sorted(SCOPES.keys() - one.scopes - OPTIONAL)
    if missing:
        return Finding("bad", subject, f"missing scopes: {', '.join(missing)}", f"Install it again: {page}")
    return Finding("ok", subject, "installed")


def _way_in(settings: Settings) -> Finding:
    given = settings.environment
    own, subject = _has_own_app(settings), f"{_NAME}: events"
    if given.slack_contacts_app_token if own else given.slack_app_token:
        return Finding("ok", subject, "by Socket Mode")
    path = "/slack/contacts/events" if own else "/slack/events"
    if given.public_url:
        return Finding("ok", subject, f"signed requests to {given.public_url.rstrip('/')}{path}")
    todo = f"Events, interactivity and the command point to https://YOUR-HOST{path}; set FRONTDESK_PUBLIC_URL."
    return Finding("note", subject, "signed requests", todo)
