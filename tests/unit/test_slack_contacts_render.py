"""A message of the record as Slack's posts."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.slack.render import POST_LIMIT, delivery_id, posts
from conversations.model import Attachment, Button, ButtonKind, Message, Sender, Status
from tests.slack_stand_in import live_parts, rules


def message(text: str = "Hello.", **more: Any) -> Message:
    given = {"name": "Pina", **more}
    return Message("slack:T1/D9", 3, 1, Sender.BOT, "said", text, 0.0, Status.PENDING, **given)


def blocks(post: Any) -> list[dict[str, Any]]:
    return [block.to_dict() for block in post.blocks]


def text_of(post: Any) -> str:
    return "".join(block["text"]["text"] for block in blocks(post) if block["type"] == "section")


ODD = "*b* _i_ ~s~ `c` <!channel> <@U1> <http://x|y> & :tada: > quote\n- list"


@pytest.mark.parametrize("text", [ODD, "x" * 3001, "word " * 700, "é😀" * 2000, "a\n" * 5000])
def test_people_read_what_was_said_and_nothing_of_it_is_live(text: str) -> None:
    made = posts(message(text), own_line=True)
    assert "".join(text_of(post) for post in made) == text
    for post in made:
        assert rules.blocks(blocks(post)) == []
        assert live_parts({"text": "", "blocks": blocks(post)}) == []


def test_a_long_text_is_split_and_the_buttons_stand_under_its_end() -> None:
    made = posts(message("word " * 5000, buttons=(Button("Yes", ButtonKind.REPLY, "/affirm"),)), own_line=True)
    assert len(made) == 3 and all(len(text_of(post)) <= POST_LIMIT for post in made)
    assert [sum(block["type"] == "actions" for block in blocks(post)) for post in made] == [0, 0, 1]
    assert [delivery_id(message(), at) for at in range(2)] == ["slack:T1/D9#3", "slack:T1/D9#3.1"]


def test_a_button_says_which_message_and_place_it_is() -> None:
    made = posts(
        message(buttons=(Button("t" * 90, ButtonKind.REPLY, "/a"), Button("B", ButtonKind.REPLY, "/b"))), own_line=True
    )
    found = blocks(made[0])[-1]["elements"]
    assert [one["action_id"] for one in found] == ["say:0", "say:1"]
    assert [one["value"] for one in found] == ["slack:T1/D9 3:0", "slack:T1/D9 3:1"]
    assert len(found[0]["text"]["text"]) == 75


def test_many_buttons_stand_in_rows_that_slack_takes() -> None:
    many = tuple(Button(f"B{n}", ButtonKind.REPLY, f"/b{n}") for n in range(60))
    assert rules.blocks(blocks(posts(message(buttons=many), own_line=True)[0])) == []


@pytest.mark.parametrize(("own_line", "line", "speaker"), [(True, 0, "Pina"), (False, 1, None)])
def test_who_speaks_stands_in_slack_s_line_or_in_one_of_its_own(own_line: bool, line: int, speaker: str | None) -> None:
    (made,) = posts(message(), own_line=own_line)
    assert made.speaker == speaker
    assert sum(block["type"] == "context" for block in blocks(made)) == line


def test_a_name_cannot_format_or_mention() -> None:
    (made,) = posts(message(name="<!channel> *Ana*_x_"), own_line=False)
    assert blocks(made)[0]["elements"][0]["text"] == "*&lt;!channel&gt; Anax*"


def test_what_nobody_in_particular_says_has_no_name() -> None:
    (made,) = posts(message(name=None), own_line=False)
    assert [block["type"] for block in blocks(made)] == ["section"]


def test_the_choice_takes_the_place_of_the_buttons() -> None:
    offered = message(buttons=(Button("Yes", ButtonKind.REPLY, "/y"), Button("<No>", ButtonKind.REPLY, "/n")))
    (made,) = posts(offered, own_line=True, chosen=1, done=True)
    assert [block["type"] for block in blocks(made)] == ["section", "context"]
    assert blocks(made)[1]["elements"][0] == {"type": "plain_text", "text": "✓ <No>", "emoji": False}


def test_files_without_words_are_named_and_a_picture_is_shown() -> None:
    file = Attachment("a" * 32, "label.pdf", "application/pdf", 5)
    (made,) = posts(message("", attachments=(file,)), own_line=True)
    assert text_of(made) == "📎 label.pdf"
    (made,) = posts(message("See:", image="https://shop.example/pan.png"), own_line=True)
    assert rules.blocks(blocks(made)) == [] and blocks(made)[-1]["image_url"] == "https://shop.example/pan.png"
