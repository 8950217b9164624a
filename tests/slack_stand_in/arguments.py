"""What the arguments of methods mean, and which are refused."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from tests.slack_stand_in import rules
from tests.slack_stand_in.workspace import Channel, Json, Message, Refused, View

if TYPE_CHECKING:
    from tests.slack_stand_in.people import Slack

TEXT_MOST = 40_000
TS = re.compile(r"\d{10}\.\d{6}")
TRUE = ("1", "true", "True", True, 1)


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


def channel_of(slack: Slack, args: Json, member: bool = True) -> Channel:
    """A private channel that the bot is not in does not exist for it."""
    wanted = args.get("channel")
    if not wanted:
        raise missing("channel")
    named = {one.name: one for one in slack.channels.values()}
    channel = slack.channels.get(wanted) or named.get(str(wanted).removeprefix("#"))
    if channel is None or (channel.private and slack.bot_user not in channel.members):
        raise Refused("channel_not_found")
    if member and slack.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def writable(slack: Slack, args: Json) -> Channel:
    channel = channel_of(slack, args)
    if channel.archived:
        raise Refused("is_archived")
    return channel


def message_of(channel: Channel, args: Json, key: str) -> Message:
    if not args.get(key):
        raise missing(key)
    message = channel.message(str(args[key]))
    if message is None:
        raise Refused("message_not_found")
    return message


def parent_of(channel: Channel, ts: Any) -> Message:
    if not isinstance(ts, str) or not TS.fullmatch(ts):
        said = [f"[ERROR] {ts} is not a valid thread_ts"]
        raise Refused("invalid_thread_ts", response_metadata={"messages": said})
    found = next((one for one in channel.messages if one.ts == ts and (not one.deleted or one.tombstone)), None)
    if found is None:
        raise Refused("thread_not_found")
    return found


def metadata_of(args: Json) -> Json | None:
    found = parsed(args.get("metadata"), "invalid_metadata_format")
    if error := rules.metadata(found):
        raise Refused(error)
    return found if isinstance(found, dict) else None


def style(args: Json) -> Json:
    kept = {key: args[key] for key in ("mrkdwn", "parse", "unfurl_links", "unfurl_media", "link_names") if key in args}
    return {key: value if key == "parse" else value in TRUE for key, value in kept.items()}


def threaded(channel: Channel, message: Message, args: Json) -> Json:
    told, answers = message.told(all_metadata(args)), channel.replies(message.ts)
    if answers:
        told |= {
            "thread_ts": message.ts,
            "reply_count": len(answers),
            "reply_users": sorted({one.user for one in answers}),
            "reply_users_count": len({one.user for one in answers}),
            "latest_reply": answers[-1].ts,
        }
    return told


def all_metadata(args: Json) -> bool:
    return args.get("include_all_metadata") in TRUE


def between(ts: str, args: Json) -> bool:
    """https://docs.slack.dev/reference/methods/conversations.history: the bounds themselves only if ``inclusive``."""
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.999999")
    try:
        low, high, at = float(oldest), float(latest), float(ts)
    except ValueError:
        raise Refused("invalid_arguments") from None
    return low <= at <= high if args.get("inclusive") in TRUE else low < at < high


def page(found: list[Any], args: Json, usual: int) -> tuple[list[Any], str]:
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


def view_of(args: Json, kind: str = "modal") -> Json:
    made = parsed(args.get("view"), "invalid_arguments")
    if made is None:
        raise missing("view")
    if isinstance(made, dict) and made.get("type") != kind:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] the view is no {kind}"]})
    if said := rules.view(made):
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in said]})
    if len(json.dumps(made)) > 250_000:
        raise Refused("view_too_large")
    return dict(made)


def is_view(shown: View, args: Json) -> bool:
    if args.get("view_id"):
        return bool(shown.id == args["view_id"])
    return bool(args.get("external_id") and shown.view["external_id"] == args["external_id"])


def reaction_of(slack: Slack, args: Json) -> tuple[Message, str]:
    name = str(args.get("name") or "")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refused("invalid_name")
    if not args.get("timestamp"):
        raise Refused("no_item_specified")
    return message_of(channel_of(slack, args), args, "timestamp"), name


def missing(name: str) -> Refused:
    return Refused(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name} [json-pointer:]"]}
    )
