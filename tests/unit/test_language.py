"""Telling languages apart: what must be told, and what must never be taken for another language."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.languages.detector import READ, Detector
from bot.nlu.languages.words import COMMON, PARTICLES

TESTS = Path(__file__).parents[1]
SENTENCES: dict[str, list[str]] = yaml.safe_load((TESTS / "understanding" / "languages.yml").read_text("utf-8"))
FOREIGN = [language for language in SENTENCES if language != "en"]
ENGLISH = Detector(["en"])


def code(text: str, detector: Detector = ENGLISH) -> str | None:
    told = detector.detect(text)
    return told.code if told else None


def examples() -> list[str]:
    """Every English example that the assistant is trained on: greetings and thanks of others are marked as such."""
    lines = [
        line.strip()
        for path in sorted((TESTS.parent / "data" / "nlu").glob("*.yml"))
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]
        if "intent" in entry
        for line in (entry.get("examples") or "").splitlines()
    ]
    return [line.removeprefix("- ") for line in lines if line.startswith("- ") and "](courtesy)" not in line]


@pytest.mark.parametrize("language", FOREIGN)
def test_nine_of_ten_sentences_of_four_words_are_told_and_none_as_another_language(language: str) -> None:
    said = [text for text in SENTENCES[language] if len(text.split()) >= 4]
    told = [code(text) for text in said]
    assert len(said) >= 20
    assert set(told) <= {language, None}
    assert told.count(language) >= 0.9 * len(said)


def test_english_messages_are_hardly_ever_taken_for_another_language() -> None:
    wrong = [text for text in SENTENCES["en"] if code(text) not in {"en", None}]
    assert len(wrong) <= 1, wrong


def test_no_example_of_the_english_content_is_taken_for_another_language() -> None:
    said = examples()
    assert len(said) > 1000
    assert [text for text in said if code(text) not in {"en", None}] == []


@pytest.mark.parametrize(
    "text", ["", "  ", "ok", "hi", "PC-10452", "ana@example.org", "Le Creuset", "merci", "👍", "?!"]
)
def test_what_is_too_short_is_not_told(text: str) -> None:
    assert ENGLISH.detect(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("где мой заказ", "ru"),
        ("привет", "ru"),
        ("де моє замовлення", "uk"),
        ("أين طلبي من فضلك", "ar"),
        ("που είναι η παραγγελία μου", "el"),
        ("איפה ההזמנה שלי", "he"),
        ("我的订单在哪里", "zh"),
        ("注文はどこですか", "ja"),
        ("제 주문은 어디에 있나요", "ko"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
    ],
)
def test_letters_of_its_own_tell_a_language_however_short(text: str, language: str) -> None:
    assert code(text) == language


def test_a_language_without_words_on_the_list_is_told_by_a_whole_sentence() -> None:
    assert code("var är mitt paket någonstans") == "sv"
    assert code("Sähköpostini ei toimi, voitteko auttaa") == "fi"


def test_content_in_two_languages_tells_both_and_still_others() -> None:
    two = Detector(["en", "de"])
    assert [code(text, two) for text in ("where is my parcel", "wo bleibt mein Paket", "où est mon colis ?")] == [
        "en",
        "de",
        "fr",
    ]


def test_content_without_english_takes_english_for_another_language() -> None:
    german = Detector(["de"])
    assert code("I would like to send back the pan that I ordered", german) == "en"
    assert code("ich möchte die Pfanne zurückschicken", german) == "de"


@pytest.mark.parametrize("languages", [[], ["xx"], ["en", "klingon"]])
def test_a_language_that_is_not_known_is_refused(languages: list[str]) -> None:
    with pytest.raises(ValueError, match="languages"):
        Detector(languages)


def test_only_the_beginning_of_a_long_message_is_read() -> None:
    german = "ich habe vor zwei Wochen bestellt und noch immer nichts bekommen. "
    assert code(german * 4 + "x" * 5000) == "de"
    assert len(german * 4) > READ


@given(st.text(max_size=400))
def test_anything_typed_has_an_answer(text: str) -> None:
    told = ENGLISH.detect(text)
    assert told is None or 0 <= told.confidence <= 1


@pytest.mark.parametrize(
    "text", ["\ud800 hello there my friend", "e\u0301te\u0301 ou\u0300", "a" * 4000, "ǅ" * 50, "İ" * 9]
)
def test_odd_letters_do_no_harm(text: str) -> None:
    ENGLISH.detect(text)


def test_the_lists_keep_to_words_that_english_has_not() -> None:
    for language in COMMON.keys() - {"en"}:
        assert COMMON[language] & COMMON["en"] == frozenset(), language
        assert COMMON[language] & PARTICLES.get(language, frozenset()) == frozenset(), language
