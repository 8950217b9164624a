"""What contacts' Slack has besides the desk's: direct messages, the assistant container, commands, installs."""

from __future__ import annotations

import secrets
import urllib.parse
from typing import TYPE_CHECKING, Any

from tests.slack_stand_in.workspace import Channel, Json, Message, Refused

if TYPE_CHECKING:
    from tests.slack_stand_in.delivery import Attempt
    from tests.slack_stand_in.people import Act, Slack

PROMPTS_MOST = 4
NEEDED = {
    "conversations.open": "im:write",
    "assistant.threads.setStatus": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
}


def direct(slack: Slack, user: str) -> Channel:
    """The direct message between somebody and the app: the same one each time."""
    id = f"D{user[1:]}"
    if id not in slack.channels:
        made = slack.add_channel(id, f"direct with {user}", private=True)
        made.im = True
        made.members.add(user)
    return slack.channels[id]


def conversations_open(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open."""
    users = str(args.get("users") or "").split(",")
    if len(users) != 1 or not users[0]:
        raise Refused("users_list_not_supplied")
    user = slack.users.get(users[0])
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    return {"channel": {"id": direct(slack, user.id).id}}


def _chat(slack: Slack, args: Json) -> tuple[str, str]:
    """A chat of the assistant container."""
    place = str(args.get("channel_id")), str(args.get("thread_ts"))
    if place not in slack.chats:
        raise Refused("channel_not_found")
    return place


def set_status(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/assistant.threads.setStatus: shown until the app posts."""
    slack.chats[_chat(slack, args)].append(("status", str(args.get("status"))))
    return {}


def set_prompts(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts."""
    from tests.slack_stand_in.arguments import parsed

    prompts = parsed(args.get("prompts"), "invalid_arguments")
    well = isinstance(prompts, list) and all(isinstance(p, dict) and {"title", "message"} <= p.keys() for p in prompts)
    if not well or not 0 < len(prompts) <= PROMPTS_MOST:
        raise Refused("invalid_arguments")
    slack.chats[_chat(slack, args)].append(("prompts", prompts))
    return {}


async def start_chat(slack: Slack, user: str) -> str:
    """https://docs.slack.dev/reference/events/assistant_thread_started; returns the thread's ``ts``."""
    channel = direct(slack, user)
    root = Message(slack.next_ts(), channel.id, slack.bot_user, "New chat", bot_id=slack.bot_id, app_id=slack.app_id)
    root.subtype = "assistant_app_thread"
    channel.messages.append(root)
    slack.chats[channel.id, root.ts] = []
    started = {"user_id": user, "context": {}, "channel_id": channel.id, "thread_ts": root.ts}
    event = {"type": "assistant_thread_started", "assistant_thread": started, "event_ts": slack.next_ts()}
    await slack.deliver(slack.event(event), retried=True)
    return root.ts


async def command(slack: Slack, user: str, text: str, channel: str | None = None, name: str = "/frontdesk") -> Attempt:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling: a form of its own, sent
    once; only over HTTP here."""
    place = slack.channels[channel] if channel else direct(slack, user)
    fields = {
        "token": slack.verification_token,
        "team_id": slack.team,
        "team_domain": "stand-in",
        "channel_id": place.id,
        "channel_name": "directmessage" if place.im else place.name,
        "user_id": user,
        "user_name": slack.users[user].told()["name"],
        "command": name,
        "text": text,
        "api_app_id": slack.app_id,
        "is_enterprise_install": "false",
        "response_url": slack.new_response_url(place.id, user, "", True),
        "trigger_id": slack.new_trigger(user),
    }
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return await slack.signed_post(urllib.parse.urlencode(fields).encode(), headers=form)


async def uninstall(slack: Slack) -> None:
    """https://docs.slack.dev/reference/events/app_uninstalled and /tokens_revoked: both come, in no order."""
    slack.revoked = True
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [slack.bot_user]}}
    for event in (revoked, {"type": "app_uninstalled"}):
        await slack.deliver(slack.event(event), retried=True)


def oauth_access(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/oauth.v2.access: a code is good once; the app says who it is."""
    if (args.get("client_id"), args.get("client_secret")) != slack.client:
        raise Refused("invalid_client_id")
    workspace = slack.codes.pop(str(args.get("code")), None)
    if workspace is None:
        raise Refused("invalid_code")
    return {
        "access_token": workspace.token,
        "token_type": "bot",
        "scope": ",".join(sorted(workspace.scopes)),
        "bot_user_id": workspace.bot_user,
        "app_id": workspace.app_id,
        "team": {"id": workspace.team, "name": workspace.team},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U0INSTALL"},
    }


def new_code(slack: Slack, workspace: Slack) -> str:
    """What Slack sends the browser back with when somebody in that workspace said yes."""
    code = secrets.token_hex(8)
    slack.codes[code] = workspace
    return code


def another(slack: Slack, team: str) -> Slack:
    """A second workspace of the same server, with the same app: its own token, people and channels."""
    from tests.slack_stand_in.people import Slack as Made

    made = Made(team=team)
    made.token, made.bot_user = f"xoxb-{team}", f"U{team}BOT"
    made.users = {made.bot_user: made.users.popitem()[1]}
    made.users[made.bot_user].id = made.bot_user
    made.url, made.events_url, made._session = slack.url, slack.events_url, slack._session
    slack.others.append(made)
    return made


def addressed(slack: Slack, token: str) -> Slack:
    """The workspace of a token: one server serves several."""
    return next((one for one in slack.others if one.token == token), slack)


def asks_oauth(method: str) -> bool:
    """Whether a method is called without a token."""
    return method == "oauth.v2.access"


METHODS: dict[str, Any] = {
    "conversations.open": conversations_open,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_prompts,
    "oauth.v2.access": oauth_access,
}


async def type_and_send(slack: Slack, user: str, text: str, thread: str | None = None, **more: Any) -> Act:
    """Somebody writes to the app directly; ``thread`` is a chat of the container."""
    return await slack.write(user, direct(slack, user).id, text, thread, **more)
