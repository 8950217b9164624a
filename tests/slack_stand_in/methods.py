"""The Web API's methods: what each does to the workspace, what it answers and what it refuses."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.slack_stand_in.arguments import (
    TEXT_MOST,
    TRUE,
    all_metadata,
    between,
    channel_of,
    content,
    is_view,
    message_of,
    metadata_of,
    missing,
    page,
    parent_of,
    reaction_of,
    style,
    threaded,
    view_of,
    writable,
)
from tests.slack_stand_in.workspace import Ephemeral, Json, Message, Refused, Trigger

if TYPE_CHECKING:
    from tests.slack_stand_in.people import Slack

TRIGGER_SECONDS = 3.0


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
    channel = writable(slack, args)
    slack.check_posting(channel.id)
    text, blocks, attachments = content(slack, args, TEXT_MOST)
    metadata = metadata_of(args)
    thread_ts = args.get("thread_ts") or None
    parent = parent_of(channel, thread_ts) if thread_ts else None
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
        args=style(args),
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
    channel = channel_of(slack, args)
    if channel.archived:
        raise Refused("is_inactive")
    message = message_of(channel, args, "ts")
    if message.app_id != slack.app_id:
        raise Refused("cant_update_message")
    text, blocks, attachments = content(slack, args, TEXT_MOST)
    if len(html.escape(html.unescape(text), quote=False).encode(errors="surrogatepass")) > slack.update_limit:
        raise Refused("msg_too_long")
    metadata = metadata_of(args)
    before = message.told()
    message.history.append(before)
    message.text = text if "text" in args else message.text
    message.blocks = blocks if "blocks" in args else message.blocks
    message.attachments = attachments if "attachments" in args else message.attachments
    message.metadata = (metadata or None) if "metadata" in args else message.metadata
    message.args |= style(args)
    message.edited = {"user": slack.bot_id, "ts": slack.next_ts()}
    slack.own_change(message, before)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.told()}


def delete(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete. A thread's parent leaves a tombstone while it has
    replies: seen in practice, not on the page."""
    channel = channel_of(slack, args)
    message = message_of(channel, args, "ts")
    if message.app_id != slack.app_id:
        raise Refused("cant_delete_message")
    before = message.told()
    slack.remove(message)
    slack.own_deletion(message, before)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
    channel = writable(slack, args)
    if args.get("user") not in channel.members:
        raise Refused("user_not_in_channel")
    text, blocks, _ = content(slack, args, TEXT_MOST)
    shown = Ephemeral(slack.next_ts(), channel.id, args["user"], text, blocks, args.get("thread_ts"), args=style(args))
    slack.ephemerals.append(shown)
    return {"message_ts": shown.ts}


def info(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info."""
    channel = channel_of(slack, args, member=False)
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
    found, next_cursor = page(sorted(channel_of(slack, args, member=False).members), args, 100)
    return {"members": found, "response_metadata": {"next_cursor": next_cursor}}


def history(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history: newest first, no replies but broadcast ones."""
    channel = channel_of(slack, args)
    top = [
        one
        for one in channel.messages
        if not one.deleted and (one.thread_ts in (None, one.ts) or one.subtype == "thread_broadcast")
    ]
    found, next_cursor = page([one for one in reversed(top) if between(one.ts, args)], args, 100)
    answer: Json = {
        "messages": [threaded(channel, one, args) for one in found],
        "has_more": bool(next_cursor),
        "pin_count": 0,
    }
    return answer | ({"response_metadata": {"next_cursor": next_cursor}} if next_cursor else {})


def replies(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies: the parent, then the replies, oldest first.

    That the parent leads every page whatever ``oldest`` says, and that a reply's ts gives that reply alone, is seen in
    practice and not on the page.
    """
    channel = channel_of(slack, args)
    if not args.get("ts"):
        raise missing("ts")
    first = next((one for one in channel.messages if one.ts == args["ts"] and (not one.deleted or one.tombstone)), None)
    if first is None:
        raise Refused("thread_not_found")
    found, next_cursor = page([one for one in channel.replies(first.ts) if between(one.ts, args)], args, 1_000)
    answer: Json = {
        "messages": [threaded(channel, first, args), *(one.told(all_metadata(args)) for one in found)],
        "has_more": bool(next_cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": next_cursor}} if next_cursor else {})


def users_info(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/users.info."""
    user = slack.users.get(str(args.get("user")))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.told()}


def trigger_of(slack: Slack, args: Json) -> Trigger:
    trigger = slack.triggers.get(str(args.get("trigger_id")))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if time.monotonic() - trigger.at > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")
    return trigger


def views_push(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.push: onto the modal in which somebody pressed; three at most."""
    made, trigger = view_of(args), trigger_of(slack, args)
    below = [one for one in slack.views.values() if one.open and one.user == trigger.user]
    if not below:
        raise Refused("not_found")
    if len(below) > 2:
        raise Refused("push_limit_reached")
    trigger.used = True
    shown = slack.show(trigger.user, made)
    shown.view |= {"root_view_id": below[0].id, "previous_view_id": below[-1].id}
    return {"view": shown.view}


def views_publish(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish: one Home tab for each person."""
    made = view_of(args, "home")
    user = str(args.get("user_id") or "")
    if user not in slack.users:
        raise Refused("user_not_found")
    shown = slack.homes.get(user)
    if shown is not None and args.get("hash") and args["hash"] != shown.view["hash"]:
        raise Refused("hash_conflict")
    if shown is None:
        slack.homes[user] = slack.made_view(user, made)
    else:
        slack.change_view(shown, made)
    return {"view": slack.homes[user].view}


def views_open(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.open."""
    made, trigger = view_of(args), trigger_of(slack, args)
    if made.get("external_id") and any(one.view["external_id"] == made["external_id"] for one in slack.views.values()):
        raise Refused("duplicate_external_id")
    trigger.used = True
    return {"view": slack.show(trigger.user, made).view}


def views_update(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/views.update."""
    made = view_of(args)
    shown = next((one for one in slack.views.values() if one.open and is_view(one, args)), None)
    if shown is None:
        raise Refused("not_found")
    if args.get("hash") and args["hash"] != shown.view["hash"]:
        raise Refused("hash_conflict")
    slack.change_view(shown, made)
    return {"view": shown.view}


def reactions_add(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.add."""
    message, name = reaction_of(slack, args)
    users = message.reactions.setdefault(name, [])
    if slack.bot_user in users:
        raise Refused("already_reacted")
    users.append(slack.bot_user)
    return {}


def reactions_remove(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.remove."""
    message, name = reaction_of(slack, args)
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
    "views.push": views_push,
    "views.publish": views_publish,
    "reactions.add": reactions_add,
    "reactions.remove": reactions_remove,
    "apps.connections.open": connections_open,
}
