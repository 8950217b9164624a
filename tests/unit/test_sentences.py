"""Of what somebody wrote the sentence is found that says the matter best, in their own words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.domain.sentences import best_sentence, sentences, spans

WRITTEN = st.lists(
    st.sampled_from(
        ["Hi.", "where is", "order", "PC-1", "no. 5", "?", "!!!", "\n", "\n\n", " ", "Ärger", "I want", "…", "."]
    )
    | st.text(max_size=6),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four… five", ["One.", "Two!", "Three?", "Four…", "five"]),
        ("Order no. 10452 cost approx. 5.50 at Mr. Smith's.", ["Order no. 10452 cost approx. 5.50 at Mr. Smith's."]),
        ("1. the lid 2. the wok", ["1. the lid 2. the wok"]),
        ("I want to return\n  my wok\nIt is bent\n\nbye", ["I want to return\n  my wok", "It is bent", "bye"]),
        ("  \n ", []),
        ("", []),
    ],
    ids="ends not_abbreviations not_lists lines blank empty".split(),
)
def test_sentences_end_where_people_end_them(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("Hello, my name is Ana. My order never came. Where is it?", "My order never came."),
        ("Seriously? You charged me twice. TWICE. I want a refund now. How hard can it be?", "I want a refund now."),
        (
            "Good morning. Can you help me? The lid of my pan set arrived cracked.",
            "The lid of my pan set arrived cracked.",
        ),
        ("This is ridiculous!!! My parcel never came. Do you think this is acceptable?", "My parcel never came."),
        (
            "Are you a bot? I want to talk to a person. My parcel went to the old flat.",
            "My parcel went to the old flat.",
        ),
        (
            "I moved last week. The order is packed. Please change the address to 5 Mill Lane. Cheers",
            "Please change the address to 5 Mill Lane.",
        ),
        ("Order's wrong. Could you have a look when you get a minute?", "Order's wrong."),
        ("Hallo. Ich habe meine Pfanne nicht bekommen. Danke.", "Ich habe meine Pfanne nicht bekommen."),
        ("ok", "ok"),
        ("", ""),
    ],
)
def test_the_sentence_that_says_the_matter_is_the_best(text: str, best: str) -> None:
    assert best_sentence(text) == best


def test_a_sentence_that_names_something_of_the_matter_is_better() -> None:
    text = "Lid cracked early. Wok bent badly."
    assert best_sentence(text) == "Lid cracked early."
    assert best_sentence(text, [(19, 22)]) == "Wok bent badly."


@given(WRITTEN, st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=3))
def test_it_is_the_contact_s_own_words(text: str, matter: list[tuple[int, int]]) -> None:
    best = best_sentence(text, matter)
    assert best in text
    assert bool(best) == bool(text.strip())


@given(WRITTEN)
def test_sentences_are_all_of_the_text_but_blanks(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    found = spans(text)
    assert all(start < end for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
