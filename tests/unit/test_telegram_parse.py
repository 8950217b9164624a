"""Telegram's updates as messages of the record.

Payloads in the shapes of https://core.telegram.org/bots/api, as of November 2026.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.channels.telegram.parse import Bot, Heard, NotForUs, NotTheirs, Unknown, parse
from bot.channels.telegram.shapes import Update
from conversations.model import InboundKind, InboundMessage

BOT = Bot(4242, "shop_bot")
ANNA = {"id": 4711, "is_bot": False, "first_name": "Anna", "last_name": "Kohl", "language_code": "de"}
PRIVATE = {"id": 4711, "type": "private", "first_name": "Anna"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Fans of pineapples"}


def read(**kinds: Any) -> Any:
    return parse(msgspec.convert({"update_id": 1, **kinds}, Update), BOT)


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 17, "date": 1_700_000_000, "from": ANNA, "chat": PRIVATE, **fields}


def heard(**fields: Any) -> InboundMessage:
    found = read(message=message(**fields))
    assert isinstance(found, Heard)
    return found.inbound


def test_a_text_in_a_private_chat() -> None:
    assert heard(text="hello") == InboundMessage(
        "telegram:4711",
        "telegram",
        "4711",
        InboundKind.SAID,
        text="hello",
        native_key="m:17",
        locale="de",
        display_name="Anna Kohl",
        sent_at=1_700_000_000,
    )


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("/start", "menu:start"),
        ("/help", "menu:help"),
        ("/HELP", "menu:help"),
        ("/human@shop_bot", "menu:human"),
        ("/human@Shop_Bot please", "menu:human"),
        ("/privacy", "menu:privacy"),
        ("/link", "menu:link"),
    ],
)
def test_a_command_is_a_press_in_the_menu(text: str, choice: str) -> None:
    inbound = heard(text=text)
    assert (inbound.kind, inbound.choice, inbound.native_key) == (InboundKind.PRESSED, choice, "m:17")


@pytest.mark.parametrize("text", ["/helpless", "/restart", "/link ABCD-2345", "see /help"])
def test_anything_else_with_a_slash_is_text(text: str) -> None:
    inbound = heard(text=text)
    assert (inbound.kind, inbound.choice, inbound.text) == (InboundKind.SAID, None, text)


def test_a_link_s_payload_comes_with_its_start() -> None:
    found = read(message=message(text="/start g-100123"))
    assert found.start == "g-100123"


def test_an_edit_names_what_it_edits() -> None:
    found = read(edited_message=message(text="hallo", edit_date=1_700_000_060)).inbound
    assert (found.kind, found.of, found.native_key) == (InboundKind.EDITED, "m:17", "e:17:1700000060")
    assert (found.text, found.sent_at) == ("hallo", 1_700_000_060)


def test_an_edit_into_a_command_presses_nothing() -> None:
    found = read(edited_message=message(text="/human", edit_date=1_700_000_060)).inbound
    assert (found.kind, found.choice, found.text) == (InboundKind.EDITED, None, "/human")


def press(data: str, chat: dict[str, Any] = PRIVATE, **fields: Any) -> Any:
    shown = {"message_id": 5, "date": 0, "chat": chat}
    return read(
        callback_query={"id": "77", "from": ANNA, "message": shown, "data": data, "chat_instance": "1", **fields}
    )


def test_a_press_names_its_choice() -> None:
    found = press("12:0")
    assert (found.inbound.kind, found.inbound.choice, found.inbound.native_key) == (InboundKind.PRESSED, "12:0", "c:77")
    assert (found.inbound.conversation_id, found.press) == ("telegram:4711", "77")


@pytest.mark.parametrize("data", ["", "/restart", "menu:erase", "12", "12:x", "1:2:3", "x" * 64])
def test_a_press_of_what_nobody_offered_is_no_choice(data: str) -> None:
    assert press(data).inbound.choice == "unreadable"


def test_in_a_group_only_the_one_who_was_asked_may_press() -> None:
    assert press("12:0@/4711", GROUP).inbound.conversation_id == "telegram:-100123/4711"
    assert press("12:0@/4712", GROUP) == NotTheirs("77")


def test_a_press_in_private_may_be_of_a_matter_that_came_from_a_group() -> None:
    found = press("12:0@-100123/4711").inbound
    assert (found.conversation_id, found.choice, found.native_key) == ("telegram:-100123/4711", "12:0", "c:p77")


def test_a_press_below_a_message_that_telegram_no_longer_shows() -> None:
    assert read(callback_query={"id": "77", "from": ANNA, "data": "12:0", "chat_instance": "1"}) == Unknown(
        "callback_query"
    )


@pytest.mark.parametrize(("status", "kind"), [("kicked", InboundKind.LEFT), ("member", InboundKind.JOINED)])
def test_blocking_the_bot_is_leaving(status: str, kind: InboundKind) -> None:
    standing = {"user": {"id": 4242, "is_bot": True, "first_name": "Pina"}}
    change = {"chat": PRIVATE, "from": ANNA, "date": 1_700_000_000}
    change |= {"old_chat_member": {**standing, "status": "member"}, "new_chat_member": {**standing, "status": status}}
    assert read(my_chat_member=change).inbound.kind is kind
    assert read(my_chat_member={**change, "chat": GROUP}) == Unknown("my_chat_member")


FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 5}


@pytest.mark.parametrize(
    ("fields", "name", "media_type"),
    [
        (
            {
                "photo": [
                    {**FILE, "file_id": "S", "file_size": 1, "width": 1, "height": 1},
                    {**FILE, "width": 9, "height": 9},
                ]
            },
            "photo.jpg",
            "image/jpeg",
        ),
        (
            {"document": {**FILE, "file_name": "bill.pdf", "mime_type": "application/pdf"}},
            "bill.pdf",
            "application/pdf",
        ),
        ({"voice": {**FILE, "duration": 3, "mime_type": "audio/ogg"}}, "voice message.ogg", "audio/ogg"),
        ({"audio": {**FILE, "duration": 3, "file_name": "song.mp3"}}, "song.mp3", "audio/mpeg"),
        ({"video": {**FILE, "width": 1, "height": 1, "duration": 3}}, "video.mp4", "video/mp4"),
        ({"video_note": {**FILE, "length": 1, "duration": 3}}, "video message.mp4", "video/mp4"),
        (
            {"animation": {**FILE, "width": 1, "height": 1, "duration": 3}, "document": FILE},
            "animation.mp4",
            "video/mp4",
        ),
    ],
)
def test_a_file_is_enclosed_with_its_caption(fields: dict[str, Any], name: str, media_type: str) -> None:
    found = read(message=message(caption="look at this", **fields))
    assert (found.inbound.kind, found.inbound.text) == (InboundKind.SAID, "look at this")
    enclosed = found.enclosed
    assert (enclosed.file_id, enclosed.name, enclosed.media_type, enclosed.size) == ("F", name, media_type, 5)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"location": {"latitude": 52.52, "longitude": 13.405}},
            "(shared a location: 52.52, 13.405 https://www.openstreetmap.org/?mlat=52.52&mlon=13.405#map=16/52.52/13.405)",
        ),
        (
            {
                "venue": {"location": {"latitude": 1, "longitude": 2}, "title": "Zoo", "address": "Hill 1"},
                "location": {"latitude": 1, "longitude": 2},
            },
            "(shared a place: Zoo, Hill 1 1, 2 https://www.openstreetmap.org/?mlat=1&mlon=2#map=16/1/2)",
        ),
        (
            {"contact": {"phone_number": "+49 30 1", "first_name": "Ben", "last_name": "Low"}},
            "(shared a contact card: Ben Low, +49 30 1)",
        ),
        ({"sticker": {**FILE, "emoji": "🍍", "width": 1, "height": 1}}, "🍍"),
        ({"dice": {"emoji": "🎲", "value": 5}}, "🎲 5"),
        ({"poll": {"id": "1", "question": "Pizza?", "options": []}}, "(sent a poll: Pizza?)"),
        ({"story": {"chat": PRIVATE, "id": 1}}, "(sent a story, which cannot be shown here)"),
    ],
)
def test_what_is_no_text_is_said_in_words(fields: dict[str, Any], text: str) -> None:
    assert heard(**fields).text == text


@pytest.mark.parametrize("fields", [{"pinned_message": {}}, {"new_chat_title": "x"}, {"migrate_to_chat_id": -1001}, {}])
def test_what_nobody_said_is_counted_only(fields: dict[str, Any]) -> None:
    assert read(message=message(**fields)) == Unknown("service message")


@pytest.mark.parametrize("kind", ["channel", "direct", ""])
def test_a_chat_of_an_unknown_type_is_counted_only(kind: str) -> None:
    assert read(message=message(chat={**PRIVATE, "type": kind}, text="hi")) == Unknown("chat type")


def test_programs_are_not_answered() -> None:
    assert read(message=message(text="hi", **{"from": {**ANNA, "is_bot": True}})) == NotForUs()
    nobody = message(text="hi")
    del nobody["from"]
    assert read(message=nobody) == NotForUs()


def in_group(text: str, *entities: dict[str, Any], **fields: Any) -> Any:
    return read(message=message(chat=GROUP, text=text, entities=entities, **fields))


def mention(offset: int, length: int, kind: str = "mention", **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


def test_in_a_group_only_what_names_us_is_heard() -> None:
    assert in_group("when do you open?") == NotForUs()
    assert in_group("@shop_botany when?", mention(0, 12)) == NotForUs()
    assert in_group("/help", mention(0, 5, "bot_command")) == NotForUs()
    assert in_group("/help@other_bot", mention(0, 15, "bot_command")) == NotForUs()
    found = in_group("🍍 @Shop_bot, when do you open?", mention(3, 9)).inbound
    assert (found.conversation_id, found.identity, found.text) == (
        "telegram:-100123/4711",
        "4711",
        "🍍 when do you open?",
    )


def test_in_a_group_a_reply_to_us_is_heard() -> None:
    ours = {"message_id": 9, "date": 1, "chat": GROUP, "from": {"id": 4242, "is_bot": True, "first_name": "Pina"}}
    theirs = {**ours, "from": ANNA}
    assert in_group("and on Sunday?", reply_to_message=ours).inbound.text == "and on Sunday?"
    assert in_group("and on Sunday?", reply_to_message=theirs) == NotForUs()


def test_in_a_group_a_mention_without_a_name_and_a_command_are_heard() -> None:
    us = {"id": 4242, "is_bot": True, "first_name": "Pina"}
    assert in_group("Pina when?", mention(0, 4, "text_mention", user=us)).inbound.text == "when?"
    assert in_group("/help@shop_bot", mention(0, 14, "bot_command")).inbound.choice == "menu:help"


def test_in_a_group_a_caption_may_name_us() -> None:
    found = read(
        message=message(chat=GROUP, caption="@shop_bot what is it?", caption_entities=[mention(0, 9)], document=FILE)
    )
    assert (found.inbound.text, found.enclosed.file_id) == ("what is it?", "F")
