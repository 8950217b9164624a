"""What ``frontdesk doctor`` says about Slack: token, scopes, lobbies, roster, and how Slack reaches us."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.staff import Principal
from escalation.adapters.slack.scopes import APP_SCOPE, SCOPES
from escalation.config import Teams
from frontdesk.doctor import Finding
from frontdesk.settings import Settings
from vendors.slack.api import SlackApi, SlackError, SlackRefused

_PAGE = "docs/slack.md"


async def slack_findings(settings: Settings, people: Sequence[Principal]) -> list[Finding]:
    """Everything that Slack itself can tell; ``people`` is the roster."""
    token = settings.environment.slack_bot_token
    assert token is not None, "asked only when there is one"
    api = SlackApi(token, settings.environment.slack_api_url)
    try:
        about = await api.ask("auth.test")
    except SlackError as failed:
        return [Finding("bad", "Slack", *told(failed, "the bot token"))]
    allowed = {scope.strip() for scope in str(about.headers.get("x-oauth-scopes", "")).split(",")}
    found = [Finding("ok", "Slack", f"the token is good for {about['team']}"), _scopes(allowed)]
    found += [await _lobby(api, team, channel) for team, channel in Teams(settings.config.teams).lobbies.items()]
    found += [await _person(api, who) for who in people if who.slack_id]
    found.append(_roster(people))
    return [*found, await _way_in(api, settings)]


def _scopes(allowed: set[str]) -> Finding:
    missing = [scope for scope in SCOPES if scope not in allowed]
    if missing:
        todo = f"Add them under OAuth & Permissions, then reinstall the app; {_PAGE} has the whole list."
        return Finding("bad", "Slack scopes", f"missing: {', '.join(missing)}", todo)
    return Finding("ok", "Slack scopes", "all that are needed")


async def _lobby(api: SlackApi, team: str, channel: str) -> Finding:
    subject = f"Slack lobby of {team}"
    try:
        found = (await api.ask("conversations.info", channel=channel))["channel"]
    except SlackError as failed:
        return Finding("bad", subject, *told(failed, f"channel {channel}"))
    if found.get("is_archived"):
        return Finding("bad", subject, f"#{found['name']} is archived", "Name another as the lobby of the team.")
    if not found.get("is_member"):
        return Finding("bad", subject, f"the app is not in #{found['name']}", "Write there: /invite @Frontdesk")
    return Finding("ok", subject, f"#{found['name']}")


async def _person(api: SlackApi, who: Principal) -> Finding:
    subject, todo = f"Slack: {who.name}", f"frontdesk agents link {who.name} --slack U…"
    try:
        found = (await api.ask("users.info", **{"user": who.slack_id}))["user"]
    except SlackRefused as refused:
        known = refused.code == "user_not_found"
        return Finding("bad", subject, f"{who.slack_id}: {refused.code}", todo if known else told(refused, "")[1])
    except SlackError as failed:
        return Finding("bad", subject, *told(failed, "the roster"))
    if found.get("deleted") or found.get("is_bot"):
        return Finding("bad", subject, f"{who.slack_id} is a bot or was switched off", todo)
    if found.get("is_restricted") or found.get("is_ultra_restricted") or found.get("is_stranger"):
        return Finding("note", subject, "a guest of the workspace", "They can act, since they are on the roster.")
    return Finding("ok", subject, f"{who.slack_id}")


def _roster(people: Sequence[Principal]) -> Finding:
    able = [who.name for who in people if who.slack_id and who.works_the_desk]
    if not able:
        todo = "frontdesk agents link NAME --slack U… (Profile → ⋮ → Copy member ID)"
        return Finding("bad", "Slack roster", "nobody on the roster has a Slack member id", todo)
    return Finding("ok", "Slack roster", f"{len(able)} may claim there: {', '.join(able)}")


async def _way_in(api: SlackApi, settings: Settings) -> Finding:
    """How what happens in Slack reaches a front."""
    given = settings.environment
    if given.slack_app_token:
        try:
            await api.ask_with(given.slack_app_token, "apps.connections.open")
        except SlackError as failed:
            text, todo = told(failed, "the app token")
            return Finding("bad", "Slack events", text, f"{todo} It needs {APP_SCOPE}, and Socket Mode switched on.")
        return Finding("ok", "Slack events", "by Socket Mode")
    if given.public_url:
        return Finding("ok", "Slack events", f"signed requests to {given.public_url.rstrip('/')}/slack/events")
    todo = "Event subscriptions and interactivity point to https://YOUR-HOST/slack/events; set FRONTDESK_PUBLIC_URL."
    return Finding("note", "Slack events", "signed requests", todo)


def told(failed: SlackError, what: str) -> tuple[str, str]:
    """What happened, and what to do."""
    if not isinstance(failed, SlackRefused):
        return "Slack does not answer", "Check the network and https://slack-status.com, then try again."
    cures = {
        "invalid_auth": "Copy the token that begins with xoxb- again, under OAuth & Permissions.",
        "token_revoked": "Reinstall the app to the workspace, and copy its new token.",
        "account_inactive": "Reinstall the app to the workspace, and copy its new token.",
        "channel_not_found": "Copy the id from the channel's details; a private one must have the app in it.",
        "missing_scope": "Add the scopes that are named above, then reinstall the app.",
    }
    return f"{what} is refused: {failed.code}", cures.get(failed.code, f"See {_PAGE}.")
