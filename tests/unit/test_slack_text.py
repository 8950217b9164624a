"""Text into Slack and out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.slack.text import SECTION_LIMIT, calls_somebody, chunks, escaped, private_part, readable

WRITTEN = {
    "a &lt;b&gt; &amp; c": "a <b> & c",
    "&amp;lt; stays as it was typed": "&lt; stays as it was typed",
    "see <https://shop.example/a?b=1&amp;c=2>": "see https://shop.example/a?b=1&c=2",
    "see <https://shop.example|shop.example>": "see https://shop.example",
    "see <https://shop.example/terms|our terms>": "see our terms (https://shop.example/terms)",
    "write to <mailto:help@shop.example|help@shop.example>": "write to help@shop.example",
    "call <tel:+44123|+44 123>": "call +44 123 (+44123)",
    "in <#C123|general>": "in #general",
    "<@U123|ana> knows": "@ana knows",
    "on <!date^1795375977^{date}|22 November>": "on 22 November",
    "well done :tada: :wave::skin-tone-3:": "well done 🎉 👋",
    ":no_such_emoji: at 10:30:15": ":no_such_emoji: at 10:30:15",
    "10:100:20 is no emoji": "10:100:20 is no emoji",
    ":simple_smile: :flag-gb: :man-shrugging:": "🙂 🇬🇧 🤷‍♂️",
    "*bold* _it_": "*bold* _it_",
    "  // a note ": "// a note",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_what_is_written_in_slack_is_read_elsewhere(written: str) -> None:
    assert readable(written) == WRITTEN[written]


@given(st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"])))
def test_whatever_a_person_types_comes_out_as_typed(text: str) -> None:
    assert readable(escaped(text)) == text.strip()


@given(st.text())
def test_nothing_escaped_is_acted_on(text: str) -> None:
    assert not {"<", ">"} & set(escaped(text))
    assert not calls_somebody(escaped(text))


@pytest.mark.parametrize("text", ["<@U1> hi", "<!here>", "<!channel> x", "<!subteam^S1|@team> look"])
def test_a_mention_is_seen(text: str) -> None:
    assert calls_somebody(text)


@pytest.mark.parametrize("text", ["a@b.example", "<https://x>", "<#C1|general>", "&lt;@U1&gt;", "<!date^1^{date}|x>"])
def test_other_marks_are_no_mention(text: str) -> None:
    assert not calls_somebody(text)


@given(st.text(min_size=1), st.integers(5, 50))
def test_pieces_are_short_and_lose_nothing(text: str, limit: int) -> None:
    pieces = list(chunks(text, limit))
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= limit for piece in pieces)


def test_pieces_end_where_a_word_ends() -> None:
    pieces = list(chunks("word " * 1000))
    assert all(piece.endswith(" ") for piece in pieces) and len(pieces[0]) > SECTION_LIMIT - 10


@pytest.mark.parametrize(
    "text",
    ["//x", " // x", "*// x", "_// x", "> // x", "• // x", "```// x", "`// x", "~// x", "\u200b//x", "／／x", "- // x"],
)
def test_a_private_note_is_one_however_it_is_dressed(text: str) -> None:
    assert private_part(text) == "x"


@pytest.mark.parametrize("text", ["x", "/x", "https://x.example // y", "a // b", "1 // 2", "", "/ / x"])
def test_slashes_elsewhere_make_no_note(text: str) -> None:
    assert private_part(text) is None
