"""The Web API's methods: what each does to the workspace, what it answers and what it refuses."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.slack_stand_in import contacts, rules
from tests.slack_stand_in.workspace import Channel, Ephemeral, Json, Message, Refused, View

if TYPE_CHECKING:
    from tests.slack_stand_in.people import Slack

TRIGGER_SECONDS = 3.0
TEXT_MOST = 40_000
TS = re.compile(r"\d{10}\.\d{6}")
TRUE = ("1", "true", "True", True, 1)

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


def auth_test(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test."""
    return {
        "url": "https://stand-in.slack.example/",
        "team": "Stand-in",
        "user": "frontdesk",
        "team_id": slack.team,
        "user_id": slack.bot_user,
        "bot_id": slack.bot_id,
        "is_enterprise_install": False,
    }


def post_message(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage.

    A thread_ts of no message is ``thread_not_found``, as when the parent was deleted, and one that is no time stamp
    ``invalid_thread_ts``: both are reported by people, not on the page. A reply's ts is kept as it was given (the page
    advises against it). The page says both that text over 40,000 characters is cut and that msg_too_long exists: the
    stand-in refuses.
    """
    channel = _writable(slack, args)
    slack.check_posting(channel.id)
    text, blocks, attachments = content(slack, args, TEXT_MOST)
    metadata = _metadata(args)
    thread_ts = args.get("thread_ts") or None
    parent = _parent(channel, thread_ts) if thread_ts else None
    message = Message(
        slack.next_ts(),
        channel.id,
        slack.bot_user,
        text,
        blocks,
        metadata or None,
        thread_ts,
        slack.bot_id,
        slack.app_id,
        "thread_broadcast" if thread_ts and args.get("reply_broadcast") in TRUE else None,
        attachments=attachments,
        parent_user_id=parent.user if parent else None,
        args=_style(args),
        username=args.get("username"),
    )
    channel.messages.append(message)
    if (channel.id, thread_ts) in slack.chats:
        slack.chats[channel.id, str(thread_ts)].append(("status", ""))
    slack.own_post(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.told()}


def update(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update: blocks and metadata that are not given stay, an empty array
    or object removes them; an archived channel's messages are ``is_inactive``.

    Text over 4,000 bytes, counted after & < and > are escaped, is msg_too_long (``update_limit``): people met it, the
    copy of the page at hand does not say it.
    """
    channel = _channel(slack, args)
    if channel.archived:
        raise Refused("is_inactive")
    message = _message(channel, args, "ts")
    if message.app_id != slack.app_id:
        raise Refused("cant_update_message")
    text, blocks, attachments = content(slack, args, TEXT_MOST)
    if len(html.escape(html.unescape(text), quote=False).encode(errors="surrogatepass")) > slack.update_limit:
        raise Refused("msg_too_long")
    metadata = _metadata(args)
    before = message.told()
    message.history.append(before)
    message.text = text if "text" in args else message.text
    message.blocks = blocks if "blocks" in args else message.blocks
    message.attachments = attachments if "attachments" in args else message.attachments
    message.metadata = (metadata or None) if "metadata" in args else message.metadata
    message.args |= _style(args)
    message.edited = {"user": slack.bot_id, "ts": slack.next_ts()}
    slack.own_change(message, before)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.told()}


def delete(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete. A thread's parent leaves a tombstone while it has
    replies: seen in practice, not on the page."""
    channel = _channel(slack, args)
    message = _message(channel, args, "ts")
    if message.app_id != slack.app_id:
        raise Refused("cant_delete_message")
    before = message.told()
    slack.remove(message)
    slack.own_deletion(message, before)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
    channel = _writable(slack, args)
    if args.get("user") not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks, _ = content(slack, args, TEXT_MOST)
    shown = Ephemeral(slack.next_ts(), channel.id, args["user"], text, blocks, args.get("thread_ts"), args=_style(args))
    slack.ephemerals.append(shown)
    return {"message_ts": shown.ts}


def info(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info."""
    channel = _channel(slack, args, member=False)
    told = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_member": slack.bot_user in channel.members,
        "is_ext_shared": any(slack.users[one].team != slack.team for one in channel.members if one in slack.users),
        "context_team_id": slack.team,
    }
    return {
        "channel": told | ({"num_members": len(channel.members)} if args.get("include_num_members") in TRUE else {})
    }


def members(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members."""
    found, next_cursor = _page(sorted(_channel(slack, args, member=False).members), args, 100)
    return {"members": found, "response_metadata": {"next_cursor": next_cursor}}


def history(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history: newest first, no replies but broadcast ones."""
    channel = _channel(slack, args)
    top = [
        one
        for one in channel.messages
        if not one.deleted and (one.thread_ts in (None, one.ts) or one.subtype == "thread_broadcast")
    ]
    found, next_cursor = _page([one for one in reversed(top) if _between(one.ts, args)], args, 100)
    answer: Json = {
        "messages": [_threaded(channel, one, args) for one in found],
        "has_more": bool(next_cursor),
        "pin_count": 0,
    }
    return answer | ({"response_metadata": {"next_cursor": next_cursor}} if next_cursor else {})


def replies(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies: the parent, then the replies, oldest first.

    That the parent leads every page whatever ``oldest`` says, and that a reply's ts gives that reply alone, is seen in
    practice and not on the page.
    """
    channel = _channel(slack, args)
    if not args.get("ts"):
        raise _missing("ts")
    first = next((one for one in channel.messages if one.ts == args["ts"] and (not one.deleted or one.tombstone)), None)
    if first is None:
        raise Refused("thread_not_found")
    found, next_cursor = _page([one for one in channel.replies(first.ts) if _between(one.ts, args)], args, 1_000)
    answer: Json = {
        "messages": [_threaded(channel, first, args), *(one.told(_all_metadata(args)) for one in found)],
        "has_more": bool(next_cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": next_cursor}} if next_cursor else {})


def users_info(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.info."""
    user = slack.users.get(str(args.get("user")))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.told()}


def views_open(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.open."""
    made = _view(args)
    trigger = slack.triggers.get(str(args.get("trigger_id")))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() - trigger.at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    if made.get("external_id") and any(one.view["external_id"] == made["external_id"] for one in slack.views.values()):
        raise Refused("duplicate_external_id")
    trigger.used = True
    return {"view": slack.show(trigger.user, made).view}


def views_update(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.update."""
    made = _view(args)
    shown = next((one for one in slack.views.values() if one.open and _is_view(one, args)), None)
    if shown is None:
        raise Refused("not_found")
    if args.get("hash") and args["hash"] != shown.view["hash"]:
        raise Refused("hash_conflict")
    slack.change_view(shown, made)
    return {"view": shown.view}


def reactions_add(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.add."""
    message, name = _reaction(slack, args)
    users = message.reactions.setdefault(name, [])
    if slack.bot_user in users:
        raise Refused("already_reacted")
    users.append(slack.bot_user)
    return {}


def reactions_remove(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.remove."""
    message, name = _reaction(slack, args)
    users = message.reactions.get(name, [])
    if slack.bot_user not in users:
        raise Refused("no_reaction")
    users.remove(slack.bot_user)
    if not users:
        del message.reactions[name]
    return {}


def connections_open(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open."""
    return {"url": slack.new_socket_url()}


METHODS: dict[str, Callable[[Slack, Json], Json]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "conversations.info": info,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.info": users_info,
    "views.open": views_open,
    "views.update": views_update,
    "reactions.add": reactions_add,
    "reactions.remove": reactions_remove,
    "apps.connections.open": connections_open,
}


def refused_blocks(said: list[str], error: str = "invalid_blocks") -> Refused:
    return Refused(error, errors=said, response_metadata={"messages": [f"[ERROR] {one}" for one in said]})


def parsed(value: Any, error: str) -> Any:
    """An argument that is JSON in a string when the call was a form."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Refused(error) from None


def content(slack: Slack, args: Json, most: int) -> tuple[str, list[Json], list[Json]]:
    """What a message says, after the checks that all ways of posting share. Text of blanks alone counts as none, which
    could not be confirmed."""
    text = args.get("text") or ""
    if not isinstance(text, str):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a string: text"]})
    blocks = parsed(args.get("blocks"), "invalid_blocks_format") or []
    attachments = parsed(args.get("attachments"), "invalid_attachments") or []
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    if len(text) > most:
        raise Refused("msg_too_long")
    if said := rules.blocks(blocks):
        raise refused_blocks(said)
    if slack.blocks_limit is not None and len(json.dumps(blocks, ensure_ascii=False)) > slack.blocks_limit:
        raise Refused("msg_blocks_too_long")
    return text, slack.completed(blocks), attachments


def _channel(slack: Slack, args: Json, member: bool = True) -> Channel:
    """A private channel that the bot is not in does not exist for it."""
    wanted = args.get("channel")
    if not wanted:
        raise _missing("channel")
    named = {one.name: one for one in slack.channels.values()}
    channel = slack.channels.get(wanted) or named.get(str(wanted).removeprefix("#"))
    if channel is None or (channel.private and slack.bot_user not in channel.members):
        raise Refused("channel_not_found")
    if member and slack.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _writable(slack: Slack, args: Json) -> Channel:
    channel = _channel(slack, args)
    if channel.archived:
        raise Refused("is_archived")
    return channel


def _message(channel: Channel, args: Json, key: str) -> Message:
    if not args.get(key):
        raise _missing(key)
    message = channel.message(str(args[key]))
    if message is None:
        raise Refused("message_not_found")
    return message


def _parent(channel: Channel, ts: Any) -> Message:
    if not isinstance(ts, str) or not TS.fullmatch(ts):
        said = [f"[ERROR] {ts} is not a valid thread_ts"]
        raise Refused("invalid_thread_ts", response_metadata={"messages": said})
    found = next((one for one in channel.messages if one.ts == ts and (not one.deleted or one.tombstone)), None)
    if found is None:
        raise Refused("thread_not_found")
    return found


def _metadata(args: Json) -> Json | None:
    found = parsed(args.get("metadata"), "invalid_metadata_format")
    if error := rules.metadata(found):
        raise Refused(error)
    return found if isinstance(found, dict) else None


def _style(args: Json) -> Json:
    kept = {key: args[key] for key in ("mrkdwn", "parse", "unfurl_links", "unfurl_media", "link_names") if key in args}
    return {key: value if key == "parse" else value in TRUE for key, value in kept.items()}


def _threaded(channel: Channel, message: Message, args: Json) -> Json:
    told, answers = message.told(_all_metadata(args)), channel.replies(message.ts)
    if answers:
        told |= {
            "thread_ts": message.ts,
            "reply_count": len(answers),
            "reply_users": sorted({one.user for one in answers}),
            "reply_users_count": len({one.user for one in answers}),
            "latest_reply": answers[-1].ts,
        }
    return told


def _all_metadata(args: Json) -> bool:
    return args.get("include_all_metadata") in TRUE


def _between(ts: str, args: Json) -> bool:
    """https://docs.slack.dev/reference/methods/conversations.history: the bounds themselves only if ``inclusive``."""
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.999999")
    try:
        low, high, at = float(oldest), float(latest), float(ts)
    except ValueError:
        raise Refused("invalid_arguments") from None
    return low <= at <= high if args.get("inclusive") in TRUE else low < at < high


def _page(found: list[Any], args: Json, usual: int) -> tuple[list[Any], str]:
    """https://docs.slack.dev/apis/web-api/pagination: one page, and the cursor of the next or an empty string."""
    try:
        limit = int(args.get("limit") or usual)
    except ValueError:
        raise Refused("invalid_limit") from None
    try:
        start = int(base64.b64decode(str(args.get("cursor") or ""), validate=True).removeprefix(b"next:") or 0)
    except ValueError:
        raise Refused("invalid_cursor") from None
    if not 1 <= limit <= 1_000:
        raise Refused("invalid_limit")
    more = start + limit < len(found)
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return found[start : start + limit], cursor


def _view(args: Json) -> Json:
    made = parsed(args.get("view"), "invalid_arguments")
    if made is None:
        raise _missing("view")
    if said := rules.view(made):
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in said]})
    if len(json.dumps(made)) > 250_000:
        raise Refused("view_too_large")
    return dict(made)


def _is_view(shown: View, args: Json) -> bool:
    if args.get("view_id"):
        return bool(shown.id == args["view_id"])
    return bool(args.get("external_id") and shown.view["external_id"] == args["external_id"])


def _reaction(slack: Slack, args: Json) -> tuple[Message, str]:
    name = str(args.get("name") or "")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")
    if not args.get("timestamp"):
        raise Refused("no_item_specified")
    return _message(_channel(slack, args), args, "timestamp"), name


def _missing(name: str) -> Refused:
    return Refused(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name} [json-pointer:]"]}
    )
