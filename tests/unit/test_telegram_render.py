"""Messages of the record as Telegram shows them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.place import Place
from bot.channels.telegram.render import Document, Key, Picture, Text, group_of, press_data, rendered, start_link, texts
from conversations.model import Attachment, Button, ButtonKind, Command, Message, Sender, Status, command
from vendors.telegram.text import units

PRIVATE, GROUP = Place(4711, 4711), Place(-100123, 4711)
STARS = tuple(Button(str(n), ButtonKind.SURVEY, str(n)) for n in range(1, 6))
LABEL = Attachment("f" * 32, "label.png", "image/png", 9)


def said(text: str = "Hello", sender: Sender = Sender.BOT, **more: Any) -> Message:
    return Message("telegram:4711", 12, 1, sender, "said", text, 0.0, Status.SENDING, **more)


def test_a_text_goes_as_it_is() -> None:
    odd = "<b>x</b> _x_ *y* [a](b) & 🍍"
    assert rendered(said(odd), PRIVATE, private=False) == [Text(odd)]


def test_an_agent_s_name_stands_above_in_bold() -> None:
    shown = rendered(said("Hello", Sender.AGENT, name="Zoë 🍍"), PRIVATE, private=False)
    assert shown == [Text("Zoë 🍍\nHello", bold=6)]


def test_the_bot_s_own_messages_need_no_name() -> None:
    assert rendered(said("Hello", Sender.BOT, name="Pina"), PRIVATE, private=False) == [Text("Hello")]
    assert rendered(said("Ana joined.", Sender.SYSTEM, name="Ana"), PRIVATE, private=False) == [Text("Ana joined.")]


def test_buttons_stand_below_each_other_and_stars_in_a_row() -> None:
    two = Button("Yes", ButtonKind.REPLY, "/affirm"), command("Talk to a person", Command.HUMAN)
    keyboard = texts(said(buttons=two), PRIVATE, private=False)[-1].keyboard
    assert keyboard == ((Key("Yes", "12:0"),), (Key("Talk to a person", "12:1"),))
    assert [len(row) for row in texts(said(buttons=STARS), PRIVATE, private=False)[-1].keyboard] == [5]


def test_a_press_fits_into_what_telegram_takes() -> None:
    far = Place(-9_999_999_999_999, 9_999_999_999_999)
    made = [press_data(999_999, 19, far, private=private) for private in (True, False)]
    assert made == ["999999:19@-9999999999999/9999999999999", "999999:19@/9999999999999"]
    assert all(len(data.encode()) <= 64 for data in made)


def test_a_long_text_is_several_messages_with_the_buttons_below_the_last() -> None:
    shown = texts(said("A sentence here. " * 500, buttons=STARS), PRIVATE, private=False)
    assert len(shown) == 3
    assert [bool(one.keyboard) for one in shown] == [False, False, True]
    assert all(units(one.text) <= 4096 for one in shown)


def test_a_choice_takes_the_place_of_the_buttons() -> None:
    shown = texts(said("Which?", buttons=STARS), PRIVATE, private=False, chosen=3)
    assert shown == [Text("Which?\n\n✓ 4")]
    full = "x" * 4096
    assert texts(said(full, buttons=STARS), PRIVATE, private=False, chosen=3) == [Text(full)]


def test_a_picture_comes_before_its_text_and_files_after() -> None:
    shown = rendered(said(image="https://x.example/a.png", attachments=(LABEL,)), PRIVATE, private=False)
    assert shown == [Picture("https://x.example/a.png"), Text("Hello"), Document(LABEL)]


@pytest.mark.parametrize("image", ["file:///etc/passwd", "javascript:1", "https://", "ftp://x.example/a.png"])
def test_only_pictures_of_the_web_are_fetched(image: str) -> None:
    assert rendered(said(image=image), PRIVATE, private=False) == [Text(f"Hello\n{image}")]


def test_an_agent_s_file_without_words_says_whose_it_is() -> None:
    shown = rendered(said("", Sender.AGENT, name="Ana", attachments=(LABEL,)), PRIVATE, private=False)
    assert shown == [Document(LABEL, "Ana")]


def test_what_is_said_before_is_in_the_same_message() -> None:
    assert texts(said("Yes."), PRIVATE, private=False, before="The last may be lost.")[0].text == (
        "The last may be lost.\n\nYes."
    )


def test_a_link_leads_back_to_the_group_that_it_came_from() -> None:
    link = start_link("shop_bot", GROUP)
    assert link == "https://t.me/shop_bot?start=g-100123"
    assert group_of(link.partition("=")[2]) == -100123


@pytest.mark.parametrize("start", [None, "", "g100", "g-", "g-1x", "g--1", "-1", "g-" + "9" * 40, "g-١"])
def test_any_other_payload_names_no_group(start: str | None) -> None:
    assert group_of(start) is None
