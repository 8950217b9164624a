"""Files: uploads in three steps, what is known of a file, and its download with the bot's token."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from tests.slack_stand_in import arguments
from tests.slack_stand_in.workspace import Json, Message, Refused

if TYPE_CHECKING:
    from tests.slack_stand_in.people import Slack

SIZE_MOST = 1024 * 1024 * 1024


def get_upload_url(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""
    name, length = str(args.get("filename") or ""), str(args.get("length") or "")
    if not name or not length.isdigit() or length == "0":
        raise Refused("invalid_arguments")
    if int(length) > SIZE_MOST:
        raise Refused("file_upload_size_restricted")
    file_id = slack.new_id("F")
    slack.uploads[file_id] = {"name": name, "length": int(length)}
    return {"upload_url": f"{slack.url}/upload/v1/{file_id}", "file_id": file_id}


def complete_upload(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal: the file is posted by the bot.

    That a file whose bytes never came, or that was completed before, is ``file_not_found`` could not be confirmed.
    """
    files = arguments.parsed(args.get("files"), "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise Refused("invalid_arguments")
    for one in files:
        if one.get("id") not in slack.uploads or one["id"] not in slack.contents:
            raise Refused("file_not_found")
    told = [_shown(slack, slack.uploads.pop(one["id"]), one) for one in files]
    if args.get("channel_id"):
        _post(slack, told, args)
    return {"files": [{"id": one["id"], "title": one["title"]} for one in told]}


def _shown(slack: Slack, upload: Json, given: Json) -> Json:
    name = upload["name"]
    file = {"id": given["id"], "name": name, "title": given.get("title") or name, "size": upload["length"]}
    slack.files[given["id"]] = slack._file(file, slack.bot_user)
    return slack.files[given["id"]]


def _post(slack: Slack, files: list[Json], args: Json) -> None:
    channel = arguments.writable(slack, {"channel": args["channel_id"]})
    slack.check_posting(channel.id)
    thread = args.get("thread_ts") or None
    if thread:
        arguments.parent_of(channel, thread)
    text = str(args.get("initial_comment") or "")
    message = Message(slack.next_ts(), channel.id, slack.bot_user, text, thread_ts=thread, bot_id=slack.bot_id)
    message.app_id, message.subtype, message.files = slack.app_id, "file_share", files
    channel.messages.append(message)
    for one in files:
        kind = "private" if channel.private else "public"
        one.setdefault("shares", {}).setdefault(kind, {}).setdefault(channel.id, []).append({"ts": message.ts})
    slack.own_post(message)


def info(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.info."""
    found = slack.files.get(str(args.get("file")))
    if found is None and str(args.get("file")) in slack.uploads:
        found = {"id": args["file"], "shares": {}}
    if found is None:
        raise Refused("file_not_found")
    return {"file": found}


async def uploaded(slack: Slack, request: web.Request) -> web.Response:
    """https://docs.slack.dev/messaging/working-with-files#upload: 200 when all announced bytes came."""
    file_id = request.match_info["id"]
    content = await request.read()
    if request.headers.get("Transfer-Encoding") or slack.uploads.get(file_id, {}).get("length") != len(content):
        return web.Response(status=400, text="not what was announced")
    slack.contents[file_id] = content
    return web.Response(text=f"OK - {len(content)}")


async def downloaded(slack: Slack, request: web.Request) -> web.StreamResponse:
    """https://docs.slack.dev/messaging/working-with-files: with the bot's token, else to the page for signing in.

    ``slack.redirects`` sends a file's reader elsewhere.
    """
    file_id = request.match_info["id"].rpartition("-")[2]
    if file_id in slack.redirects:
        raise web.HTTPFound(slack.redirects[file_id])
    allowed = request.headers.get("Authorization") == f"Bearer {slack.token}" and "files:read" in slack.scopes
    if not allowed:
        raise web.HTTPFound(f"{slack.url}/signin")
    content = slack.contents.get(file_id)
    if content is None:
        raise web.HTTPNotFound
    return web.Response(body=content, content_type="application/octet-stream")


def delete(slack: Slack, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.delete: an app can delete what it uploaded itself."""
    file_id = str(args.get("file"))
    found = slack.files.get(file_id)
    if found is None:
        raise Refused("file_not_found")
    if found["user"] != slack.bot_user:
        raise Refused("cant_delete_file")
    del slack.files[file_id]
    slack.contents.pop(file_id, None)
    return {}


METHODS: dict[str, Callable[[Slack, Json], Json]] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
    "files.delete": delete,
}
