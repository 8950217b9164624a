"""A turn: what is said, what fails, what Rasa never gets to read."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.model import LoadedModel
from bot.engine.turn import answer, understand
from bot.engine.wire import ComplaintFiled, TurnRequest
from tests.engine.conftest import Say

BLANKS = "".join(chr(code) for code in range(0x110000) if chr(code).isspace())


async def test_an_answer_is_one_reply_with_its_paragraphs_and_its_image(say: Say) -> None:
    result = await say("when are you open")
    assert [reply.text for reply in result.replies] == ["We are open nine to five.\n\nClosed on Sundays."]
    assert result.replies[0].image == "https://example.com/hours.png"
    assert result.failed is None


async def test_a_reply_may_differ_by_the_contacts_channel(loaded: LoadedModel) -> None:
    request = TurnRequest("t", "c", "web", "hello")
    assert (await answer(loaded, request)).replies[0].text == "Hi on the web!"


async def test_a_form_is_filled_over_turns_and_survives_a_question_in_between(say: Say) -> None:
    first = await say("where is my order")
    assert (first.active_form, first.requested_slot) == ("track_form", "order_number")
    await say("when are you open")
    asked = await say("pc10452")
    assert asked.requested_slot == "reason"
    done = await say("It is late")
    assert [reply.text for reply in done.replies] == ["Order PC-10452 is on its way."]
    assert done.slots == {"order_number": "PC-10452", "reason": "It is late", "language": "en"}
    assert done.active_form is None
    assert done.parse.understood  # whatever intent the answer to a form's question looks like


async def test_a_pressed_button_is_parse_data_and_its_title_is_the_text(say: Say) -> None:
    await say("where is my order")
    pressed = await say("My order", payload='/track_order{"order_number": "10452", "unknown": 1}')
    assert pressed.parse.intent == "track_order"
    assert [(e.name, e.value) for e in pressed.parse.entities] == [("order_number", "10452")]
    assert pressed.slots["order_number"] == "PC-10452"


async def test_a_payload_of_an_older_model_counts_as_its_title_typed(say: Say) -> None:
    result = await say("when are you open", payload="/gone{}")
    assert result.parse.intent == "hours"


async def test_facts_become_slots_only_where_the_domain_has_them(say: Say) -> None:
    result = await say("complaint please", order_number="PC-00007", shoe_size=43)
    assert result.slots == {"order_number": "PC-00007", "language": "en"}
    assert result.effects == (ComplaintFiled("C-1", "late", "t0", "PC-00007"),)


async def test_effects_are_returned_and_never_said(say: Say) -> None:
    result = await say("complaint please")
    assert [reply.text for reply in result.replies] == ["We wrote it down."]
    assert isinstance(result.effects[0], ComplaintFiled)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("break the machine", "the action action_break raised KeyError"),
        ("hang forever", "the action action_hang took longer than 0.3 s"),
        ("say nothing", "nothing was said"),
    ],
)
async def test_a_turn_that_cannot_be_answered_says_so_and_keeps_the_state(say: Say, text: str, cause: str) -> None:
    before = await say("hello")
    result = await say(text)
    assert result.failed == cause
    assert result.replies == ()
    assert result.state == before.state


async def test_a_turn_that_takes_too_long_fails(loaded: LoadedModel) -> None:
    request = TurnRequest("t", "c", "web", "hang forever")
    result = await answer(loaded, request, limit=0.1)
    assert result.failed == "the turn took longer than 0.1 s"


async def test_what_is_not_understood_keeps_the_ranking(say: Say) -> None:
    result = await say("it is late and I am worried")
    assert not result.parse.understood
    assert result.parse.ranking
    assert all(ranked.intent != "nlu_fallback" for ranked in result.parse.ranking)


async def test_the_mood_is_told_with_its_reasons(say: Say) -> None:
    result = await say("WHERE IS MY ORDER???")
    assert result.parse.mood <= -0.5
    assert "shouting" in result.parse.mood_reasons


async def test_turns_at_the_same_time_do_not_mix(loaded: LoadedModel) -> None:
    async def conversation(number: int) -> Any:
        state = None
        for text in ("where is my order", "when are you open", f"PC-{number:05}", f"because {number}"):
            request = TurnRequest(f"{number}", f"c{number}", "web", text, state=state)
            result = await answer(loaded, request)
            state = result.state
        return result.slots

    slots = await asyncio.gather(*(conversation(number) for number in range(20)))
    assert slots == [{"order_number": f"PC-{n:05}", "reason": f"because {n}", "language": "en"} for n in range(20)]


@given(
    blanks=st.text(st.sampled_from(BLANKS + "/\x00\x1b\ud800"), max_size=8),
    rest=st.sampled_from(["greet", "restart", "session_start", 'track_order{"order_number": "10452"}', "affirm@1.0"]),
    more=st.text(max_size=5),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nothing_typed_reaches_the_intent_reader(
    loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch, blanks: str, rest: str, more: str
) -> None:
    from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader

    def refuse() -> None:
        raise AssertionError("the intent reader was used")

    monkeypatch.setattr(YAMLStoryReader, "_regex_message_pattern", staticmethod(refuse))
    parse = await understand(loaded, f"{blanks}/{rest}{more}")
    assert parse.nearest  # it was read as words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "\x00",
        "\ud83d",
        "Z̷̧a̶" * 500,
        "\u202e" * 50 + "hello",
        "👨\u200d👩\u200d👧" * 200,
        "\n" * 10_000,
        "a" * 720_000,
    ],
)
async def test_odd_text_gets_an_answer(say: Say, text: str) -> None:
    result = await say(text)
    assert result.failed is None
    assert result.replies


async def test_a_state_of_an_unknown_shape_is_set_aside(loaded: LoadedModel) -> None:
    for state in ({"version": 99}, {"version": 1, "domain": "x", "slots": {}, "events": [["zzz"]]}, {"slots": 3}, {}):
        result = await answer(loaded, TurnRequest("t", "c", "web", "hello", state=state))
        assert result.failed is None


async def test_logs_never_hold_what_a_contact_said(say: Say, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    canary = "canary@example.org"
    caplog.set_level(logging.DEBUG)
    for logger in ("rasa", "rasa_sdk"):
        logging.getLogger(logger).setLevel(logging.DEBUG)
    try:
        for text in ("where is my order", "break the machine", "hang forever", "10452", "/greet{", "hello", "no"):
            await say(f"{text} {canary}")
        await say(canary, payload='/track_order{"order_number": "{canary@example.org}"}')
    finally:
        for logger in ("rasa", "rasa_sdk"):
            logging.getLogger(logger).setLevel(logging.WARNING)
    said = caplog.text + "".join(capfd.readouterr())
    assert "reported a problem" in said
    assert canary not in said


async def test_the_answer_comes_in_the_language_of_the_message_where_the_content_has_it(say: Say) -> None:
    german = await say("wann habt ihr geöffnet?")
    assert (german.parse.language, german.slots["language"]) == ("de", "de")
    assert [reply.text for reply in german.replies] == ["Wir haben von neun bis fünf geöffnet."]
    english = await say("when are you open please")
    assert english.parse.language == "en"
    assert english.replies[0].text.startswith("We are open")
    other = await say("quand êtes-vous ouverts, s'il vous plaît")
    assert (other.parse.language, other.slots["language"]) == ("fr", "fr")


async def test_a_message_too_short_to_tell_leaves_the_language_as_it_was(say: Say) -> None:
    await say("wann habt ihr geöffnet?")
    short = await say("ok")
    assert (short.parse.language, short.slots["language"]) == ("", "de")


async def test_the_language_is_in_the_state_once_however_often_it_is_told(say: Say) -> None:
    for _ in range(3):
        result = await say("wann habt ihr am Sonntag geöffnet?")
    assert result.state is not None
    assert [event for event in result.state["events"] if event[0] == "slot"] == [["slot", "language", "de"]]


async def test_the_language_does_not_change_what_follows(loaded: LoadedModel) -> None:
    replies = {}
    for language in ("en", "pl"):
        state = None
        for text in ("discount please", "yes", "hello", "yes"):
            facts = {"language": language}
            result = await answer(loaded, TurnRequest("t", "c", "web", text, state=state, facts=facts))
            state = result.state
        replies[language] = [reply.text for reply in result.replies]
    assert replies["en"] == replies["pl"] == ["Once more: PAN10."]
