"""Languages by code and name, what is said in another one, and the language that a conversation is held in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.languages import say_other_language, wrote_another_language
from bot.nlu.languages.detector import LATIN, OTHER_LETTERS
from bot.nlu.languages.words import COMMON
from conversations.languages import NAMES, codes_in, name_of
from conversations.notices import load
from escalation.domain.facts import Fact, facts

DOMAIN = Path(__file__).parents[2] / "domain.yml"


def test_codes_are_read_once_each_in_their_order() -> None:
    assert codes_in("EN, de de,fr") == ("en", "de", "fr")
    assert codes_in("") == ()
    with pytest.raises(ValueError, match="deutsch"):
        codes_in("en,deutsch")


def test_every_language_that_can_be_told_has_a_name() -> None:
    assert (LATIN | OTHER_LETTERS) - NAMES.keys() == frozenset()
    assert (name_of("de"), name_of("xx")) == ("German", "xx")


def test_each_language_with_words_of_its_own_is_answered_in_it() -> None:
    variants = yaml.safe_load(DOMAIN.read_text("utf-8"))["responses"]["utter_other_language"]
    answered = {one["condition"][0]["value"] for one in variants if "condition" in one}
    notices = load(DOMAIN)
    asked = {code for code, words in notices.by_language.items() if {"speaker_here", "speaker_unknown"} <= words.keys()}
    assert answered == asked == COMMON.keys() - {"en"}


@pytest.mark.parametrize(
    ("scope", "found"), [({"class": "out", "why": "language"}, True), ({"class": "out"}, False), (None, False)]
)
def test_what_the_scope_gate_found_says_whether_it_was_the_language(scope: Any, found: bool) -> None:
    message = {"text": "wo ist mein Paket", "scope": scope}
    tracker = Tracker("web:1", {"language": "de"}, message, [], False, None, {}, "action_listen")
    assert wrote_another_language(tracker) is found


def test_the_answer_hangs_on_the_content_alone() -> None:
    dispatcher = CollectingDispatcher()
    say_other_language(dispatcher)
    assert [message["response"] for message in dispatcher.messages] == ["utter_other_language"]


def test_the_brief_begins_with_a_language_that_has_to_be_told() -> None:
    known = {"name": "Ana"}
    assert facts(known, [], "German") == [Fact("Writes in", "German"), Fact("Name", "Ana")]
    assert facts(known, []) == [Fact("Name", "Ana")]
