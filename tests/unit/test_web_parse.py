"""Frames of the browser: ours are read, anything else is refused with a sentence."""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.parse import TEXT_LIMIT, FrameRefused, decode, parse
from bot.channels.web.wire import Hello, Menu, Press, Replay, Say
from bot.choices import MENU
from conversations.model import InboundKind

ID = "0192f0c1-2a3b-7c4d-8e5f-001122334455"
DEEP = 100_000


@pytest.mark.parametrize(
    ("frame", "read"),
    [
        ({"type": "hello"}, Hello()),
        ({"type": "hello", "token": "t", "after": 7, "locale": "en-GB"}, Hello("t", 7, "en-GB")),
        ({"type": "say", "id": ID, "text": "hi"}, Say(ID, "hi")),
        ({"type": "press", "id": ID, "choice": "7:0"}, Press(ID, "7:0")),
        ({"type": "menu", "id": ID, "command": "human"}, Menu(ID, "human")),
        ({"type": "replay", "after": 3}, Replay(3)),
    ],
)
def test_a_frame_of_ours_is_read(frame: dict[str, Any], read: object) -> None:
    assert decode(json.dumps(frame)) == read
    assert decode(json.dumps(frame).encode()) == read


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "null",
        "[]",
        '"say"',
        "{",
        '{"type":"say"',
        "{'type':'say'}",
        '{"type":"say","id":"x","text":"\ud800"}',
        b"\xff\xfe",
        b'{"type":"say","id":"x","text":"\xff"}',
        '{"type":"hello","after":1e999}',
        '{"type":"hello","after":NaN}',
        '{"type":"hello","after":1.5}',
        '{"type":"hello","after":"1"}',
        '{"type":"hello","after":true}',
        '{"type":"hello","after":null}',
        '{"type":"hello","after":' + "9" * 5000 + "}",
        '{"type":"hello","token":["t"]}',
        '{"type":"hello","token":{"t":1}}',
        '{"type":"hello","sender":"victim"}',
        '{"type":"say","id":"x"}',
        '{"type":"say","id":7,"text":"hi"}',
        '{"type":"say","id":"x","text":null}',
        '{"type":"say","id":"x","text":["hi"]}',
        '{"type":"say","id":"x","text":"hi","conversation_id":"web:victim"}',
        '{"type":"restart"}',
        '{"type":["say"],"id":"x","text":"hi"}',
        '{"id":"x","text":"hi"}',
        "[" * DEEP,
        "[" * DEEP + "]" * DEEP,
        '{"x":' * DEEP,
        '{"type":"hello","token":' + "[" * DEEP + "]" * DEEP + "}",
        '{"x":' + '{"x":' * DEEP + "1" + "}" * DEEP + ',"type":"hello"}',
    ],
    ids=lambda raw: ascii(raw[:40]),
)
def test_anything_else_is_refused_with_a_short_sentence(raw: str | bytes) -> None:
    with pytest.raises(FrameRefused) as refused:
        decode(raw)
    assert refused.value.code == "bad_frame"
    assert "Please write it again" in refused.value.text
    assert len(refused.value.text) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = dict.fromkeys(("id", "text", "choice", "command", "token", "after", "locale"), JSON)
TYPES = st.sampled_from(["hello", "say", "press", "replay", "menu"])


@given(st.fixed_dictionaries({"type": TYPES | JSON}, optional=FIELDS).map(json.dumps) | st.text() | st.binary())
def test_no_frame_breaks_the_reader(raw: str | bytes) -> None:
    with contextlib.suppress(FrameRefused):
        frame = decode(raw)
        assert isinstance(frame, Hello | Replay) or parse(frame, "v" * 32, None).native_key


def test_a_lone_surrogate_which_a_phone_may_send_is_taken() -> None:
    assert decode('{"type":"say","id":"x","text":"a \\ud800 b"}') == Say("x", "a \ud800 b")


def test_what_was_said_becomes_a_message_of_this_visitor_only() -> None:
    message = parse(Say(ID, "  /restart hi "), "abc", "en-GB")
    assert (message.conversation_id, message.channel, message.identity) == ("web:abc", "web", "abc")
    assert (message.kind, message.text, message.native_key) == (InboundKind.SAID, "  /restart hi ", ID)
    assert (message.choice, message.locale) == (None, "en-GB")


def test_a_press_and_a_menu_become_choices_without_text() -> None:
    press, menu = parse(Press(ID, "7:0"), "abc", None), parse(Menu(ID, "human"), "abc", None)
    assert (press.kind, press.choice, press.text) == (InboundKind.PRESSED, "7:0", "")
    assert (menu.kind, menu.choice, menu.text) == (InboundKind.PRESSED, MENU + "human", "")


@pytest.mark.parametrize("spelled", [ID.upper(), ID.replace("-", ""), "{" + ID + "}", "urn:uuid:" + ID])
def test_one_id_in_any_spelling_is_one_key(spelled: str) -> None:
    assert parse(Say(spelled, "hi"), "abc", None).native_key == ID


@pytest.mark.parametrize("bad", ["", "1", "null", ID + "0", ID[:-1], "g" * 32, "0" * 20_000, "\x00" * 32, "m:1#2"])
def test_a_message_without_a_uuid_is_refused(bad: str) -> None:
    for frame in (Say(bad, "hi"), Press(bad, "7:0"), Menu(bad, "human")):
        with pytest.raises(FrameRefused) as refused:
            parse(frame, "abc", None)
        assert (refused.value.code, refused.value.key) == ("bad_id", None)


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0\u2003"])
def test_a_message_with_nothing_in_it_is_refused_by_its_id(text: str) -> None:
    with pytest.raises(FrameRefused) as refused:
        parse(Say(ID, text), "abc", None)
    assert (refused.value.code, refused.value.key) == ("empty", ID)


def test_a_message_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert parse(Say(ID, "😀" * TEXT_LIMIT), "abc", None).text == "😀" * TEXT_LIMIT
    with pytest.raises(FrameRefused, match="has 20,001 characters, and the chat takes 20,000") as refused:
        parse(Say(ID, "a" * (TEXT_LIMIT + 1)), "abc", None)
    assert (refused.value.code, refused.value.key) == ("too_long", ID)


@pytest.mark.parametrize("choice", ["", "7", "7:", "a:b", "7:²", "7:" + "9" * 5000, "-1:0", "/greet", "7:0:0"])
def test_what_cannot_be_a_choice_is_refused_by_its_id(choice: str) -> None:
    with pytest.raises(FrameRefused) as refused:
        parse(Press(ID, choice), "abc", None)
    assert (refused.value.code, refused.value.key) == ("bad_choice", ID)


@pytest.mark.parametrize("command", ["", "cancel_handoff", "survey_comment", "Human", "restart"])
def test_only_a_command_of_the_menu_is_taken_from_the_menu(command: str) -> None:
    with pytest.raises(FrameRefused) as refused:
        parse(Menu(ID, command), "abc", None)
    assert refused.value.code == "bad_choice"


@given(st.uuids(), st.uuids())
def test_two_messages_never_share_a_key(one: uuid.UUID, other: uuid.UUID) -> None:
    keys = [parse(Say(str(given_id), "hi"), "abc", None).native_key for given_id in (one, other)]
    assert (keys[0] == keys[1]) is (one == other)
