"""Acting as people: they write, edit, delete, mention, press, submit and close; Slack tells the app."""

from __future__ import annotations

import asyncio
import copy
import html
import re
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.slack_stand_in.delivery import Attempt, Deliveries, Delivery
from tests.slack_stand_in.workspace import Ephemeral, Json, Message, View

SPECIAL = re.compile(r"(<[^>]+>)")


@dataclass
class Act:
    """What somebody did: what the app answered, and the message or view it was about."""

    deliveries: list[Delivery] = field(default_factory=list)
    message: Message | None = None
    view: View | None = None

    @property
    def ts(self) -> str:
        assert self.message is not None
        return self.message.ts

    @property
    def last(self) -> Attempt:
        return self.deliveries[0].attempts[-1] if self.deliveries and self.deliveries[0].attempts else Attempt(None)

    @property
    def status(self) -> int | None:
        """The last status of the first delivery; None when nobody answered in time."""
        return self.last.status

    @property
    def statuses(self) -> list[int | None]:
        return [status for delivery in self.deliveries for status in delivery.statuses]

    @property
    def body(self) -> bytes:
        return self.last.body

    @property
    def json(self) -> Any:
        return self.last.json

    @property
    def failed(self) -> bool:
        """Whether the person would see Slack's warning: an action not answered with 2xx in three seconds."""
        return not self.deliveries or not self.deliveries[0].confirmed


class Slack(Deliveries):
    """The stand-in as tests use it. Texts are as Slack sends them: ``typed()`` makes them of what a person types."""

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def away(self) -> bool:
        return self._away

    @away.setter
    def away(self, away: bool) -> None:
        """Every connection is reset, open sockets too, and nothing is done, until it is set back."""
        self._away = away
        if away:
            for socket in self.open_sockets:
                self._tasks.start(socket.close(code=1001))

    # Writing

    async def write(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        subtype: str | None = None,
        files: Sequence[Json | str] = (),
        blocks: list[Json] | None = None,
    ) -> Act:
        """https://docs.slack.dev/reference/events/message: stores the message and sends its event."""
        message = self.store(user, channel, text, thread_ts, subtype=subtype, files=files, blocks=blocks)
        return await self._tell(message, [self.event_of(message)])

    async def mention(self, user: str, channel: str, text: str = "", thread_ts: str | None = None) -> Act:
        """https://docs.slack.dev/reference/events/app_mention: two events of the same ts, at once and in no order."""
        message = self.store(user, channel, f"<@{self.bot_user}> {text}".strip(), thread_ts)
        event = self.event_of(message)
        mention = {key: value for key, value in event.items() if key not in ("channel_type", "subtype")}
        return await self._tell(message, [event, mention | {"type": "app_mention"}])

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Act:
        """https://docs.slack.dev/reference/events/message/message_changed."""
        message = self.message(channel, ts)
        assert message.user == user, "people edit their own messages"
        before = message.told()
        message.history.append(before)
        message.text, message.blocks = text, [rich_text(text)]
        message.edited = {"user": user, "ts": self.next_ts()}
        return await self._tell(message, [self._change_of(message, before)])

    async def delete(self, user: str, channel: str, ts: str) -> Act:
        """https://docs.slack.dev/reference/events/message/message_deleted. Anybody may, as an administrator would."""
        message = self.message(channel, ts)
        before = message.told()
        self.remove(message)
        return await self._tell(message, [self._deletion_of(message, before)])

    def store(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        subtype: str | None = None,
        files: Sequence[Json | str] = (),
        blocks: list[Json] | None = None,
    ) -> Message:
        """Stores a message of somebody's and tells nobody."""
        who, place = self.users[user], self.channels[channel]
        parent = place.message(thread_ts) if thread_ts else None
        message = Message(
            self.next_ts(),
            channel,
            user,
            text,
            blocks if blocks is not None else [rich_text(text)] if text else [],
            None,
            thread_ts,
            who.bot_id,
            f"A{user[1:]}" if who.bot else None,
            subtype or ("file_share" if files else None),
            [self._file(one, user) for one in files],
            client_msg_id=None if who.bot else str(uuid.uuid4()),
            team=who.team,
            parent_user_id=parent.user if parent else None,
        )
        place.messages.append(message)
        return message

    def remove(self, message: Message) -> None:
        message.history.append(message.told())
        message.deleted = True
        message.tombstone = bool(self.channels[message.channel].replies(message.ts))

    def thread(self, channel: str, ts: str) -> list[Message]:
        """All replies there now, whosever, oldest first."""
        return self.channels[channel].replies(ts)

    # Pressing and filling in

    async def press(
        self,
        user: str,
        channel: str,
        message_ts: str,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        state: Json | None = None,
    ) -> Act:
        """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, for a message or an ephemeral.

        ``value`` replaces the button's own (a tampered one), or names the option chosen in a menu. That the payload of
        an ephemeral has no ``message`` is seen in practice, not on the page.
        """
        place, shown = self.channels[channel], self._shown(channel, message_ts)
        block, element = _find(shown.blocks, action_id, block_id)
        ephemeral = isinstance(shown, Ephemeral)
        container = {"type": "message", "message_ts": shown.ts, "channel_id": channel, "is_ephemeral": ephemeral}
        payload = self.action(
            "block_actions",
            user,
            container=container | ({"thread_ts": shown.thread_ts} if shown.thread_ts else {}),
            channel={"id": channel, "name": place.name},
            state={"values": state or {}},
            response_url=self.new_response_url(channel, user, shown.ts, ephemeral),
            actions=[self._pressed(element, block["block_id"], value)],
        )
        if isinstance(shown, Message):
            payload["message"] = shown.told()
        return Act([await self.deliver(payload, retried=False)], shown if isinstance(shown, Message) else None)

    async def press_in_view(self, user: str, view_id: str, action_id: str, *, value: str | None = None) -> Act:
        """A button or menu in a modal, or an input that tells what is chosen (``dispatch_action``)."""
        return await self._press_in(user, self.views[view_id], action_id, value)

    async def press_at_home(self, user: str, action_id: str, *, value: str | None = None) -> Act:
        """A button on one's own Home tab."""
        return await self._press_in(user, self.homes[user], action_id, value)

    async def _press_in(self, user: str, shown: View, action_id: str, value: str | None) -> Act:
        block, element = _find(shown.view["blocks"], action_id, None)
        assert block["type"] != "input" or block.get("dispatch_action"), "Slack does not tell of this input by itself"
        payload = self.action(
            "block_actions",
            user,
            container={"type": "view", "view_id": shown.id},
            view=shown.view,
            actions=[self._pressed(element, block["block_id"], value)],
        )
        return Act([await self.deliver(payload, retried=False)], view=shown)

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Act:
        """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_submission.

        ``values``: what stands in the inputs, by block_id and action_id, or by action_id alone; a text, an option's
        value, or the whole object. The app's ``response_action`` is done: errors stay in the view, none closes it.
        """
        shown = self.views[view_id]
        assert shown.open, f"view {view_id} is closed"
        view = copy.deepcopy(shown.view) | {"state": {"values": _state(shown.view["blocks"], values or {})}}
        payload = self.action("view_submission", user, view=view, response_urls=[])
        act = Act([await self.deliver(payload, retried=False)], view=shown)
        if not act.failed:
            self._respond(shown, act.json)
        return act

    async def close(self, user: str, view_id: str) -> Act:
        """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload#view_closed: told only if the
        view asked for it with ``notify_on_close``."""
        shown = self.views[view_id]
        shown.open = False
        if not shown.view["notify_on_close"]:
            return Act(view=shown)
        payload = self.action("view_closed", user, view=copy.deepcopy(shown.view), is_cleared=False)
        del payload["trigger_id"]
        return Act([await self.deliver(payload, retried=False)], view=shown)

    async def verify_url(self) -> Attempt:
        """https://docs.slack.dev/reference/events/url_verification."""
        challenge = {"token": self.verification_token, "challenge": secrets.token_hex(8), "type": "url_verification"}
        return await self.signed_post(challenge)

    async def open_home(self, user: str, tab: str = "home") -> Act:
        """https://docs.slack.dev/reference/events/app_home_opened: with the view, if one was published."""
        event = {"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": tab}
        event |= {"event_ts": self.next_ts()}
        if user in self.homes and tab == "home":
            event["view"] = self.homes[user].told()
        return Act([await self.deliver(self.event(event), retried=True)])

    async def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Act:
        """https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload: on a message."""
        place, message = self.channels[channel], self.message(channel, ts)
        payload = self.action(
            "message_action",
            user,
            callback_id=callback_id,
            channel={"id": channel, "name": place.name},
            message=message.told(),
            message_ts=ts,
            action_ts=f"{time.time():.6f}",
            response_url=self.new_response_url(channel, user, ts, False),
        )
        return Act([await self.deliver(payload, retried=False)], message)

    def show(self, user: str, made: Json) -> View:
        """Opens a view for somebody."""
        shown = self.made_view(user, made)
        self.views[shown.id] = shown
        return shown

    def made_view(self, user: str, made: Json) -> View:
        shown = View(self.new_id("V"), user, {})
        shown.view = self._view(shown.id, made)
        return shown

    def change_view(self, shown: View, made: Json) -> None:
        shown.history.append(shown.view)
        shown.view, shown.errors = self._view(shown.id, made), {}

    def open_view(self, user: str | None = None) -> View:
        """The view opened last that is still open (for this person)."""
        found = [one for one in self.views.values() if one.open and user in (None, one.user)]
        assert found, "no view is open"
        return found[-1]

    # What the app did itself

    def own_post(self, message: Message) -> None:
        self._tell_later(message, self.event_of(message))

    def own_change(self, message: Message, before: Json) -> None:
        self._tell_later(message, self._change_of(message, before))

    def own_deletion(self, message: Message, before: Json) -> None:
        self._tell_later(message, self._deletion_of(message, before))

    def _tell_later(self, message: Message, event: Json) -> None:
        if self.own_events:
            self._tasks.start(self._tell(message, [event]))

    async def _tell(self, message: Message, events: list[Json]) -> Act:
        """Slack tells an app only of channels its bot is a member of."""
        if self.bot_user not in self.channels[message.channel].members:
            return Act([], message)
        sent = [self.deliver(self.event(event), retried=True) for event in events]
        return Act(list(await asyncio.gather(*sent)), message)

    def event_of(self, message: Message) -> Json:
        place = self.channels[message.channel]
        event = message.told() | {"channel": place.id, "event_ts": message.ts, "channel_type": place.kind}
        if message.team != self.team:
            event |= {"user_team": message.team, "source_team": message.team}
        return event

    def _change_of(self, message: Message, before: Json) -> Json:
        now = message.told() | (
            {"source_team": message.team, "user_team": message.team} if message.team != self.team else {}
        )
        return self._hidden(message, "message_changed", message=now, previous_message=before)

    def _deletion_of(self, message: Message, before: Json) -> Json:
        if message.tombstone:
            return self._change_of(message, before)
        return self._hidden(message, "message_deleted", deleted_ts=message.ts, previous_message=before)

    def _hidden(self, about: Message, subtype: str, **more: Any) -> Json:
        place, ts = self.channels[about.channel], self.next_ts()
        base = {"type": "message", "subtype": subtype, "channel": place.id, "hidden": True, "ts": ts, "event_ts": ts}
        return base | {"channel_type": place.kind} | more

    def _file(self, given: Json | str, user: str) -> Json:
        """https://docs.slack.dev/reference/objects/file-object."""
        made = {"name": given} if isinstance(given, str) else dict(given)
        id = made.get("id") or self.new_id("F")
        private = f"{self.url}/files-pri/{self.team}-{id}/{quote(str(made.get('name', 'file')), safe='')}"
        base = {"id": id, "name": "file", "title": made.get("name", "file"), "mimetype": "application/octet-stream"}
        content = made.pop("content", None)
        if isinstance(content, bytes):
            self.contents[id] = content
        size = len(content) if isinstance(content, bytes) else 1
        file = base | {"size": size, "user": user, "url_private": private, "url_private_download": private} | made
        self.files[id] = file
        return file

    def _shown(self, channel: str, ts: str) -> Message | Ephemeral:
        for one in self.ephemerals:
            if one.ts == ts and one.channel == channel and not one.deleted:
                return one
        return self.message(channel, ts)

    def _pressed(self, element: Json, block_id: str, value: str | None) -> Json:
        kept = ("type", "action_id", "text", "value", "style", "placeholder", "confirm")
        action = {key: copy.deepcopy(element[key]) for key in kept if key in element}
        if element["type"] == "button":
            action |= {} if value is None else {"value": value}
        elif value is not None:
            action |= _chosen(element, value)
        return action | {"block_id": block_id, "action_ts": f"{time.time():.6f}"}

    def _view(self, id: str, made: Json) -> Json:
        """https://docs.slack.dev/reference/methods/views.open: the view as Slack answers it."""
        defaults = {"private_metadata": "", "callback_id": "", "external_id": "", "close": None, "submit": None}
        return {
            **defaults,
            "clear_on_close": False,
            "notify_on_close": False,
            **copy.deepcopy(made),
            "id": id,
            "team_id": self.team,
            "app_id": self.app_id,
            "app_installed_team_id": self.team,
            "bot_id": self.bot_id,
            "root_view_id": id,
            "previous_view_id": None,
            "state": {"values": {}},
            "hash": f"{int(time.time())}.{secrets.token_hex(4)}",
            "blocks": self.completed(made["blocks"]),
        }

    def _respond(self, shown: View, answer: Any) -> None:
        """https://docs.slack.dev/surfaces/modals#updating_response."""
        act = answer.get("response_action") if isinstance(answer, dict) else None
        shown.errors = {}
        if act == "errors":
            shown.errors = dict(answer["errors"])
        elif act == "update":
            self.change_view(shown, answer["view"])
        elif act == "push":
            self.show(shown.user, answer["view"])
        else:
            shown.open = False
            for one in self.views.values():
                one.open = one.open and not (act == "clear" and one.user == shown.user)


def typed(text: str) -> str:
    """What Slack makes of what a person types: & < and > escaped."""
    return html.escape(text, quote=False)


def rich_text(text: str) -> Json:
    """https://docs.slack.dev/reference/block-kit/blocks/rich-text-block: what people write comes as one too."""
    parts: list[Json] = []
    for part in filter(None, SPECIAL.split(text)):
        if part.startswith("<@") and part.endswith(">"):
            parts.append({"type": "user", "user_id": part[2:-1].split("|")[0]})
        elif part.startswith("<#") and part.endswith(">"):
            parts.append({"type": "channel", "channel_id": part[2:-1].split("|")[0]})
        elif part.startswith("<!") and part.endswith(">"):
            parts.append({"type": "broadcast", "range": part[2:-1].split("|")[0]})
        elif part.startswith("<") and part.endswith(">"):
            url, _, label = part[1:-1].partition("|")
            parts.append(
                {"type": "link", "url": html.unescape(url)} | ({"text": html.unescape(label)} if label else {})
            )
        else:
            parts.append({"type": "text", "text": html.unescape(part)})
    section = {"type": "rich_text_section", "elements": parts}
    return {"type": "rich_text", "block_id": secrets.token_hex(3), "elements": [section]}


def _find(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    there = []
    for block in blocks:
        for element in (block.get("accessory"), block.get("element"), *(block.get("elements") or [])):
            if isinstance(element, dict) and "action_id" in element:
                there.append(element["action_id"])
                if element["action_id"] == action_id and block_id in (None, block["block_id"]):
                    return block, element
    raise AssertionError(f"nothing to press named {action_id!r}; there is {there}")


_SELECTED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
}


def _chosen(element: Json, value: Any) -> Json:
    """The chosen option or options of a menu, with their texts, as Slack reports them."""
    every = [*element.get("options", []), *(one for g in element.get("option_groups", []) for one in g["options"])]
    known: dict[str, Json] = {one["value"]: one for one in every}

    def option(one: str) -> Json:
        return known.get(one, {"text": {"type": "plain_text", "text": one, "emoji": True}, "value": one})

    if element["type"] in ("checkboxes", "multi_static_select"):
        return {"selected_options": [option(one) for one in ([value] if isinstance(value, str) else value)]}
    if element["type"] in _SELECTED:
        return {_SELECTED[element["type"]]: value}
    return {"selected_option": option(value)}


def _unset(element: Json) -> Json:
    """What an input holds that nobody touched."""
    kind = element["type"]
    if kind in _SELECTED:
        return {_SELECTED[kind]: element.get(_SELECTED[kind].replace("selected", "initial"))}
    if kind in ("checkboxes", "multi_static_select"):
        return {"selected_options": element.get("initial_options", [])}
    return {"selected_option": element.get("initial_option")}


def _state(blocks: list[Json], values: Json) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload: every input, filled or not."""
    state: Json = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        given = values.get(block["block_id"], {})
        value = given.get(element["action_id"]) if isinstance(given, dict) else given
        value = values.get(element["action_id"], element.get("initial_value")) if value is None else value
        if isinstance(value, dict):
            filled = value
        elif element["type"] == "plain_text_input":
            filled = {"type": element["type"], "value": value}
        elif value is None:
            filled = {"type": element["type"], **_unset(element)}
        else:
            filled = {"type": element["type"], **_chosen(element, value)}
        empty = not any(found for key, found in filled.items() if key != "type")
        assert not empty or block.get("optional"), f"Slack does not submit without {block['block_id']}"
        state.setdefault(block["block_id"], {})[element["action_id"]] = filled
    return state
