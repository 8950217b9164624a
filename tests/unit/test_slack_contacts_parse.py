"""Slack's events as what a contact did."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.slack.parse import Heard, UnknownKind, command, heard
from bot.channels.slack.payloads import CommandGiven
from bot.channels.slack.places import Place, place_of
from conversations.model import InboundKind
from vendors.slack.payloads import NotThisShape

BOT = "U0BOT"


def body(**event: Any) -> dict[str, Any]:
    """An event as https://docs.slack.dev/reference/events/message shows it (read 2026-11-26)."""
    said = {"type": "message", "channel": "D9", "channel_type": "im", "user": "U2", "text": "hi", "ts": "1712.000300"}
    return {
        "team_id": "T1",
        "event": said | event,
        "authorizations": [{"enterprise_id": None, "team_id": "T1", "user_id": BOT, "is_bot": True}],
    }


def parsed(**event: Any) -> Heard:
    found = heard(body(**event))
    assert found is not None
    return found


def test_a_direct_message_has_the_key_of_its_channel_and_time() -> None:
    found = parsed()
    assert (found.native_key, found.identity, found.text, found.sent_at) == (
        "m:D9:1712.000300",
        "T1/U2",
        "hi",
        1712.0003,
    )
    assert found.is_direct and found.inbound("slack:T1/D9").kind is InboundKind.SAID


def test_the_two_events_of_a_mention_say_the_same_under_one_key() -> None:
    text = f"<@{BOT}> when are you open?"
    message = parsed(channel="C5", channel_type="channel", text=text)
    mention = parsed(type="app_mention", channel="C5", channel_type=None, text=text)
    assert message.inbound("x") == mention.inbound("x")
    assert mention.text == "when are you open?" and message.mention and mention.mention


@pytest.mark.parametrize(
    ("text", "said", "mention", "to_others"),
    [
        (f"<@{BOT}|frontdesk> hi", "hi", True, False),
        (f"hello <@{BOT}> there", "hello there", True, False),
        ("<@U3> hi", "hi", False, True),
        ("<!here> hi", "hi", False, True),
        ("plain", "plain", False, False),
        (f"<@{BOT}>\nline one\nline two", "line one\nline two", True, False),
    ],
)
def test_calls_are_told_apart_and_only_the_app_s_own_is_left_out(
    text: str, said: str, mention: bool, to_others: bool
) -> None:
    found = parsed(channel="C5", channel_type="channel", text=text)
    assert (found.text, found.mention, found.to_others) == (said, mention, to_others)


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B7"},
        {"subtype": "bot_message", "bot_id": "B7"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": ""},
        {"subtype": "message_changed", "message": {"ts": "1", "user": "U2", "text": "a preview"}},
        {"subtype": "message_changed", "message": {"ts": "1", "bot_id": "B7", "edited": {"ts": "2"}}},
        {"subtype": "message_deleted", "previous_message": {"ts": "1", "bot_id": "B7", "user": BOT}},
        {"subtype": "message_deleted"},
        {"subtype": "message_changed"},
    ],
)
def test_what_programs_write_is_nobody_s(event: dict[str, Any]) -> None:
    assert heard(body(**event)) is None


def test_an_edit_names_what_it_changes_and_has_its_own_time() -> None:
    now = {"ts": "1.2", "user": "U2", "text": "new", "edited": {"user": "U2", "ts": "5.000000"}}
    found = parsed(subtype="message_changed", message=now, previous_message={"ts": "1.2", "text": "old"})
    assert (found.kind, found.of, found.native_key) == (InboundKind.EDITED, "m:D9:1.2", "e:D9:1.2:5.000000")
    assert (found.text, found.sent_at) == ("new", 5.0)


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_deleted", "deleted_ts": "1.2", "previous_message": {"ts": "1.2", "user": "U2"}},
        {
            "subtype": "message_changed",
            "message": {"ts": "1.2", "user": "USLACKBOT", "subtype": "tombstone"},
            "previous_message": {"ts": "1.2", "user": "U2"},
        },
    ],
)
def test_a_deletion_comes_in_two_shapes(event: dict[str, Any]) -> None:
    found = parsed(**event)
    assert (found.kind, found.of, found.text) == (InboundKind.DELETED, "m:D9:1.2", "")


@pytest.mark.parametrize("event", [{"channel_type": "mpim"}, {"channel_type": "app_home"}, {"subtype": "channel_join"}])
def test_kinds_that_nobody_knows_are_told(event: dict[str, Any]) -> None:
    with pytest.raises(UnknownKind):
        heard(body(**event))


@pytest.mark.parametrize("event", [{"channel": "C5/D9"}, {"ts": None}, {"user": 7}, {"files": {}}, {"channel": ""}])
def test_another_shape_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(NotThisShape):
        heard(body(**event))


def test_somebody_of_another_workspace_has_its_id_and_the_place_has_ours() -> None:
    given = body(user_team="T7", channel="C5", channel_type="channel", text=f"<@{BOT}> hi")
    given["team_id"] = "T7"
    found = heard(given)
    assert found is not None and (found.team, found.identity) == ("T1", "T7/U2")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("help", "help"), (" HUMAN ", "human"), ("privacy", "privacy"), ("start", "start"), ("", "help"), ("x", "help")],
)
def test_words_behind_the_slash_command(text: str, meant: str) -> None:
    assert command(CommandGiven(person="U2", team="T1", text=text, trigger_id="1.2.a")) == f"menu:{meant}"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (Place("T1", "D9"), "slack:T1/D9"),
        (Place("T1", "D9", "1712.3"), "slack:T1/D9/1712.3"),
        (Place("T1", "C5", "1712.3", "U2"), "slack:T1/C5/1712.3/U2"),
    ],
)
def test_a_place_and_its_id_tell_the_same(place: Place, name: str) -> None:
    assert place.conversation_id == name and place_of(name) == place


@pytest.mark.parametrize("name", ["", "slack:", "slack:T1", "web:T1/D9", "slack:T1//D9", "slack:a/b/c/d/e"])
def test_what_is_no_id_of_a_place_here_names_none(name: str) -> None:
    assert place_of(name) is None
