"""Bodies of Rasa's REST protocol: ours are read, anything else is refused with a reason; ids are made by us."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.ids import safe_id
from bot.channels.rest.parse import BODY_LIMIT, RestRefused, parse
from conversations.model import InboundKind
from conversations.store import tables as t

DEEP = 10_000
# Any text that is Unicode, which excludes lone surrogates.
TEXTS = st.text(st.characters(codec="utf-8"))


def body(**fields: Any) -> bytes:
    return json.dumps({"sender": "anna", "message": "hi", **fields}).encode()


def refusal(raw: bytes) -> str:
    with pytest.raises(RestRefused) as refused:
        parse(raw)
    assert refused.value.status == 400
    return refused.value.text


def test_a_message_of_a_rasa_client_is_read() -> None:
    call = parse(body(message="  Where is it? ", input_channel="web", metadata={"shop": "uk"}, unknown=[1]))
    inbound = call.inbound
    assert (call.sender, inbound.conversation_id, inbound.channel) == ("anna", "rest:anna", "rest")
    assert (inbound.kind, inbound.text, inbound.choice) == (InboundKind.SAID, "  Where is it? ", None)
    assert inbound.native_key is None


@pytest.mark.parametrize(
    "sender",
    [None, "", " ", "\n\t\u2003", [], ["anna"], {"id": "anna"}, 7, 1.5, True, "default", "x" * 201, "👍" * 201],
)
def test_a_sender_that_is_nobody_in_particular_is_refused_with_a_reason(sender: object) -> None:
    assert "sender" in refusal(body(sender=sender))


def test_a_missing_sender_or_message_is_refused_with_a_reason() -> None:
    assert "sender" in refusal(b'{"message": "hi"}')
    assert "message" in refusal(b'{"sender": "anna"}')


def test_half_a_character_in_an_id_is_refused() -> None:
    assert "surrogate" in refusal(b'{"sender": "an\\ud800na", "message": "hi"}')
    assert "message_id" in refusal(b'{"sender": "anna", "message": "hi", "metadata": {"message_id": "\\udc00"}}')


@pytest.mark.parametrize("message", [None, "", " \n ", 7, ["hi"], {"text": "hi"}, False])
def test_a_message_that_is_no_text_is_refused_with_a_reason(message: object) -> None:
    assert "message" in refusal(body(message=message))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"hi"',
        b"{",
        b'{"sender": "anna", "message": "hi"',
        b"sender=anna&message=hi",
        b"\xff\xfe",
        b'{"sender": "anna", "message": "\xff"}',
        b'{"sender": 1e999, "message": "hi"}',
        b'{"sender": "anna", "message": 1e999}',
        b'{"sender": "anna", "message": "hi", "metadata": [1]}',
        b'{"sender": "anna", "message": "hi", "metadata": {"message_id": {"a": 1}}}',
        b'{"sender": "anna", "message": "hi", "metadata": {"message_id": ' + b"9" * 5000 + b"}}",
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"x":' * DEEP + b"1" + b"}" * DEEP,
        b'{"sender":' + b"[" * DEEP + b"]" * DEEP + b',"message":"hi"}',
        b'{"sender":"anna","message":' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
        b'{"sender":"anna","message":"hi","metadata":' + b"[" * DEEP + b"]" * DEEP + b"}",
    ],
    ids=lambda raw: ascii(raw[:50]),
)
def test_anything_else_is_refused_with_a_short_reason(raw: bytes) -> None:
    assert 20 < len(refusal(raw)) < 400


def test_a_body_of_a_million_bytes_is_refused_and_one_below_is_read() -> None:
    frame = len(body(message=""))
    assert "1,000,000 bytes" in refusal(body(message="x" * (BODY_LIMIT - frame)))
    assert len(parse(body(message="x" * (BODY_LIMIT - frame - 1))).inbound.text) == BODY_LIMIT - frame - 1


def test_a_lone_surrogate_in_the_text_which_a_phone_may_send_is_taken() -> None:
    assert parse(b'{"sender": "anna", "message": "a \\ud800 b"}').inbound.text == "a \ud800 b"


@pytest.mark.parametrize(
    "typed", ["/restart", "/order_status", '/inform{"a": "b"}', " /greet", "/choice", "/choice 7:"]
)
def test_whatever_is_typed_stays_text(typed: str) -> None:
    inbound = parse(body(message=typed)).inbound
    assert (inbound.kind, inbound.text, inbound.choice) == (InboundKind.SAID, typed, None)


@given(TEXTS.filter(lambda text: text.strip() and not text.strip().startswith("/choice ")))
def test_no_text_is_taken_for_a_press(text: str) -> None:
    inbound = parse(body(message=text)).inbound
    assert (inbound.kind, inbound.text, inbound.choice) == (InboundKind.SAID, text, None)


def test_the_payload_that_we_made_for_a_button_is_a_press() -> None:
    inbound = parse(body(message=" /choice 12:3\n")).inbound
    assert (inbound.kind, inbound.text, inbound.choice) == (InboundKind.PRESSED, "", "12:3")


@pytest.mark.parametrize(("given_id", "key"), [("a-1", "m:a-1"), (7, "m:7"), ("", None), (" ", None), (None, None)])
def test_the_message_id_is_the_key_of_a_repeat(given_id: object, key: str | None) -> None:
    assert parse(body(metadata={"message_id": given_id})).inbound.native_key == key
    assert parse(body(metadata=None)).inbound.native_key is None


def test_a_message_id_that_is_too_long_is_refused() -> None:
    assert "message_id" in refusal(body(metadata={"message_id": "x" * 201}))


@pytest.mark.parametrize("sender", ["web:0123", "telegram:4711", "rest:anna", "slack:T1/D9", " WEB:u/7"])
def test_another_channel_s_id_is_refused(sender: str) -> None:
    assert "another channel" in refusal(body(sender=sender))


@pytest.mark.parametrize("sender", ["../admin", "anna#2", "a/b?c", "null", "anna:web:1"])
def test_whatever_else_it_is_it_is_one_name(sender: str) -> None:
    inbound = parse(body(sender=sender)).inbound
    assert inbound.conversation_id.startswith("rest:")
    assert inbound.conversation_id.count(":") == 1


SENDERS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200).filter(
    lambda text: text.strip() and text != "default" and ":" not in text
)


@given(SENDERS, SENDERS)
def test_two_senders_never_share_a_conversation(one: str, other: str) -> None:
    places = [parse(body(sender=sender)).inbound.conversation_id for sender in (one, other)]
    assert (places[0] == places[1]) is (one == other)


@given(SENDERS)
def test_an_id_fits_the_record_and_holds_nothing_odd(sender: str) -> None:
    inbound = parse(body(sender=sender, metadata={"message_id": sender})).inbound
    assert inbound.conversation_id.isascii()
    assert inbound.conversation_id.isprintable()
    assert len(inbound.conversation_id) + len("#999999999") <= t.conversation.c.id.type.length  # type: ignore[attr-defined]
    assert len(inbound.identity) <= t.identity.c.native_id.type.length  # type: ignore[attr-defined]
    assert len(f"{inbound.native_key}#2") <= t.message.c.native_key.type.length  # type: ignore[attr-defined]


def test_a_long_id_is_named_by_its_hash_and_never_like_a_short_one() -> None:
    long = "ü" * 200
    assert safe_id(long).startswith("sha256=")
    assert safe_id(safe_id(long)) != safe_id(long)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = {"sender": JSON, "message": JSON, "metadata": JSON | st.fixed_dictionaries({"message_id": JSON})}


@given(st.fixed_dictionaries({}, optional=FIELDS).map(lambda b: json.dumps(b).encode()) | st.binary())
def test_no_body_breaks_the_reader(raw: bytes) -> None:
    with contextlib.suppress(RestRefused):
        assert parse(raw).inbound.conversation_id.startswith("rest:")
