"""Who may call a method: tokens and scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack_stand_in import contacts
from tests.slack_stand_in.workspace import Json, Refused

if TYPE_CHECKING:
    from tests.slack_stand_in.people import Slack

NEEDED = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.info": "channels:read",
    "conversations.members": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "users.info": "users:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "files.delete": "files:write",
}


def check_token(slack: Slack, method: str, token: str, in_header: bool) -> None:
    """https://docs.slack.dev/authentication/tokens: a bot's token for all but apps.connections.open, which takes an
    app-level token and in the header alone."""
    if not token:
        raise Refused("not_authed")
    wanted = slack.app_token if method == "apps.connections.open" else slack.token
    if token != wanted or (method == "apps.connections.open" and not in_header):
        known = token in (slack.token, slack.app_token) and in_header
        raise Refused("not_allowed_token_type" if known else "invalid_auth")
    if slack.revoked:
        raise Refused("token_revoked")


def check_scope(slack: Slack, method: str, args: Json) -> None:
    """https://docs.slack.dev/reference/scopes: groups:* for a private channel where channels:* is for a public one."""
    if method == "apps.connections.open":
        needed, provided = "connections:write", slack.app_scopes
    else:
        needed, provided = (NEEDED | contacts.NEEDED).get(method, ""), slack.scopes
        if method == "chat.postMessage" and args.get("username"):
            needed = "chat:write.customize"  # whether Slack refuses or leaves the name out could not be confirmed
        channel = slack.channels.get(str(args.get("channel")))
        if channel and channel.private:
            needed = needed.replace("channels:", "im:" if channel.im else "groups:")
    if needed and needed not in provided:
        raise Refused("missing_scope", needed=needed, provided=",".join(sorted(provided)))
