"""The complaint form listens, says back, and files once it was confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import ports, saying
from bot.actions.causes import wish_in
from bot.actions.complaint import (
    ASKED_FOR,
    AskComplaintConfirmed,
    AskComplaintOrder,
    FileComplaint,
    ValidateComplaintForm,
    holds,
    reference_for,
)
from bot.actions.replacement import Replacement
from vendors.shop import SampleShop

DOMAIN: dict[str, Any] = {"forms": {"complaint_form": {"required_slots": list(ASKED_FOR)}}, "slots": {}}
STORY = "the jug came with a crack"
COMPLETE = {
    "complaint_text": STORY,
    "complaint_order": "PC-10452",
    "complaint_cause": "damaged",
    "complaint_confirmed": True,
}


@pytest.fixture(autouse=True)
def shop() -> Iterator[SampleShop]:
    sample = SampleShop()
    ports.use(sample)
    yield sample
    ports.use(SampleShop())


def tracker(
    slots: dict[str, Any],
    text: str = "",
    intent: str = "inform",
    given: dict[str, Any] | None = None,
    entities: Sequence[dict[str, Any]] = (),
) -> Tracker:
    message = {"text": text, "intent": {"name": intent}, "entities": [*entities], "turn_id": "t7"}
    events: list[dict[str, Any]] = [{"event": "action", "name": "complaint_form"}]
    events += [{"event": "slot", "name": name, "value": value} for name, value in (given or {}).items()]
    return Tracker("web:1", {**slots, **(given or {})}, message, events, False, None, {}, "action_listen")


async def validate(
    slots: dict[str, Any], given: dict[str, Any], text: str = "", intent: str = "inform"
) -> tuple[dict[str, Any], list[Any]]:
    dispatcher = CollectingDispatcher()
    events = await ValidateComplaintForm().run(dispatcher, tracker(slots, text, intent, given), DOMAIN)
    return {event["name"]: event["value"] for event in events}, dispatcher.messages


async def file(slots: dict[str, Any]) -> tuple[list[Any], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    await FileComplaint().run(dispatcher, tracker(slots), DOMAIN)
    effects = [m["custom"]["effect"] for m in dispatcher.messages if "effect" in (m.get("custom") or {})]
    return [m for m in dispatcher.messages if m.get("response")], effects


@pytest.mark.asyncio
async def test_a_first_message_that_tells_the_story_is_not_asked_for_again() -> None:
    text = "I want to complain because the jug that came yesterday has a crack"
    slots, _ = await validate({}, {}, text, "complaint")
    assert (slots["complaint_text"], slots["complaint_cause"]) == (text, "damaged")
    slots, _ = await validate({}, {}, "I want to complain", "complaint")
    assert "complaint_text" not in slots


@pytest.mark.asyncio
async def test_asked_what_happened_a_short_question_for_the_order_is_no_story() -> None:
    slots, _ = await validate({"requested_slot": "complaint_text"}, {}, "where is my order", "order_status")
    assert "complaint_text" not in slots
    story = "two weeks now, and nobody tells me where on earth my order is"
    slots, _ = await validate({"requested_slot": "complaint_text"}, {}, story, "order_status")
    assert slots["complaint_text"] == story


@pytest.mark.asyncio
async def test_an_order_that_was_talked_about_is_taken_over() -> None:
    slots, _ = await validate({"order_number": "10453", "requested_slot": "email"}, {}, "a complaint", "complaint")
    assert slots["complaint_order"] == "PC-10453"


@pytest.mark.parametrize(
    ("typed", "order"), [("PC 10452", "PC-10452"), ("none", "none"), ("I threw the papers away", "none")]
)
@pytest.mark.asyncio
async def test_the_order_may_be_left_out(typed: str, order: str) -> None:
    slots, messages = await validate({"requested_slot": "complaint_order"}, {"complaint_order": typed})
    assert slots["complaint_order"] == order
    assert not messages


@pytest.mark.asyncio
async def test_a_number_that_is_none_is_asked_for_once_more_and_then_a_person() -> None:
    slots, messages = await validate({"requested_slot": "complaint_order"}, {"complaint_order": "123"})
    assert (slots["complaint_order"], slots["form_tries"]) == (None, 1)
    slots, messages = await validate({"requested_slot": "complaint_order", "form_tries": 1}, {"complaint_order": "123"})
    assert messages[-1]["custom"]["effect"]["reason"] == "form_failed"


@pytest.mark.asyncio
async def test_a_cause_typed_instead_of_pressed_is_understood_or_other() -> None:
    asked = {"requested_slot": "complaint_cause", "complaint_text": "hm"}
    assert (await validate(asked, {"complaint_cause": "it was broken"}))[0]["complaint_cause"] == "damaged"
    assert (await validate(asked, {"complaint_cause": "Wrong item"}))[0]["complaint_cause"] == "wrong item"
    assert (await validate(asked, {"complaint_cause": "dunno"}))[0]["complaint_cause"] == "other"


@pytest.mark.asyncio
async def test_more_words_at_the_confirmation_are_added() -> None:
    known = {**COMPLETE, "requested_slot": "complaint_confirmed"}
    slots, _ = await validate(known, {"complaint_confirmed": "and the box was wet"})
    assert slots["complaint_text"] == f"{STORY}\nand the box was wet"
    assert slots["complaint_confirmed"] is None


@pytest.mark.asyncio
async def test_who_tells_more_than_a_cause_adds_to_the_story() -> None:
    asked = {"requested_slot": "complaint_cause", "complaint_text": "the driver"}
    more = "he threw the box over the gate"
    slots, _ = await validate(asked, {"complaint_cause": more}, more)
    assert slots == {"complaint_cause": "other", "complaint_text": f"the driver\n{more}"}
    slots, _ = await validate(asked, {"complaint_cause": "it is broken"}, "it is broken")
    assert slots == {"complaint_cause": "damaged"}


@pytest.mark.parametrize("entity", ["order_number", "email", "phone"])
@pytest.mark.asyncio
async def test_what_only_tells_a_number_or_an_address_is_no_cause(entity: str) -> None:
    message = {"text": "x", "intent": {"name": "inform"}, "entities": [{"entity": entity, "value": "x"}]}
    events = [{"event": "action", "name": "complaint_form"}, {"event": "slot", "name": "complaint_cause", "value": "x"}]
    given = {"requested_slot": "complaint_cause", "complaint_text": STORY, "complaint_cause": "x", "form_tries": 1}
    asked = Tracker("web:1", given, message, events, False, None, {}, "action_listen")
    found = await ValidateComplaintForm().run(CollectingDispatcher(), asked, DOMAIN)
    assert {event["name"]: event["value"] for event in found}["complaint_cause"] is None


@pytest.mark.parametrize(
    ("text", "value"), [("sorry, I meant PC-10441", "sorry, I meant PC-10441"), ("no, it's PC 10441", False)]
)
@pytest.mark.asyncio
async def test_a_number_put_right_at_the_confirmation_adds_nothing_and_is_asked_about(text: str, value: Any) -> None:
    message = {"text": text, "intent": {"name": "deny"}, "entities": [{"entity": "order_number", "value": "PC-10441"}]}
    given = {**COMPLETE, "requested_slot": "complaint_confirmed", "complaint_confirmed": value}
    events = [
        {"event": "action", "name": "complaint_form"},
        {"event": "slot", "name": "complaint_confirmed", "value": value},
    ]
    asked = Tracker("web:1", given, message, events, False, None, {}, "action_listen")
    found = await ValidateComplaintForm().run(CollectingDispatcher(), asked, DOMAIN)
    assert {event["name"]: event["value"] for event in found} == {"complaint_confirmed": None}


@pytest.mark.asyncio
async def test_a_no_that_says_what_is_wrong_is_added_to_the_story() -> None:
    text = "no, it was the blue one"
    slots, messages = await validate(COMPLETE, {"complaint_confirmed": False}, text, "deny")
    assert (slots["complaint_text"], slots["complaint_confirmed"]) == (f"{STORY}\n{text}", None)
    assert messages[0]["response"] == "utter_complaint_added"


@pytest.mark.asyncio
async def test_a_no_begins_again_and_a_second_no_asks_for_a_person() -> None:
    known = {**COMPLETE, "complaint_confirmed": None, "requested_slot": "complaint_confirmed"}
    slots, _ = await validate(known, {"complaint_confirmed": False})
    assert slots["complaint_text"] is None and slots["complaint_cause"] is None and slots["form_tries"] == 1
    slots, messages = await validate({**known, "form_tries": 1}, {"complaint_confirmed": False})
    assert messages[-1]["custom"]["effect"]["reason"] == "form_failed"
    assert slots["requested_slot"] is None


@pytest.mark.parametrize(
    ("told", "now", "response"),
    [
        (None, STORY, "order_sorry"),
        (STORY, STORY, "order_sorry"),
        (None, "it is simply not right", "order_heard"),
        (STORY, "I'd like a new one", "order"),
    ],
)
@pytest.mark.asyncio
async def test_we_are_sorry_once_for_what_was_told_just_now(told: str | None, now: str, response: str) -> None:
    dispatcher = CollectingDispatcher()
    form = tracker({"complaint_text": told or now, "told": told}, now)
    await AskComplaintOrder().run(dispatcher, form, DOMAIN)
    assert dispatcher.messages[-1]["response"] == f"utter_complaint_{response}"


@pytest.mark.asyncio
async def test_the_complaint_is_said_back_with_and_without_an_order() -> None:
    dispatcher = CollectingDispatcher()
    await AskComplaintConfirmed().run(dispatcher, tracker(COMPLETE), DOMAIN)
    await AskComplaintConfirmed().run(dispatcher, tracker({**COMPLETE, "complaint_order": "none"}), DOMAIN)
    first, second = dispatcher.messages
    assert (first["story"], first["about"], first["order"]) == (STORY, "something that is damaged", ", order PC-10452")
    assert second["order"] == ""


@pytest.mark.asyncio
async def test_a_confirmed_complaint_is_filed_with_a_promise() -> None:
    (message,), (complaint, promise) = await file(COMPLETE)
    assert re.fullmatch(r"C-[0-9B-Z]{6}", complaint["reference"])
    assert message["reference"] == complaint["reference"]
    assert (complaint["cause"], complaint["description"], complaint["order"]) == ("damaged", STORY, "PC-10452")
    assert promise["type"] == "promise_made" and promise["due_at"] > datetime.now(UTC).timestamp()


@pytest.mark.asyncio
async def test_without_an_order_none_is_filed() -> None:
    _, (complaint, _) = await file({**COMPLETE, "complaint_order": "none"})
    assert complaint["order"] is None


@pytest.mark.asyncio
async def test_a_form_left_early_files_nothing() -> None:
    assert await file({**COMPLETE, "complaint_confirmed": None}) == ([], [])


@pytest.mark.asyncio
async def test_only_the_owner_puts_a_note_on_an_order_and_once_per_turn(shop: SampleShop) -> None:
    await file(COMPLETE)
    assert not shop.notes
    for _ in range(2):
        await file({**COMPLETE, "last_order": "PC-10452"})
    assert len(shop.notes) == 1


@pytest.mark.asyncio
async def test_a_silent_shop_does_not_stop_a_complaint(shop: SampleShop) -> None:
    shop.available = False
    _, effects = await file({**COMPLETE, "last_order": "PC-10452"})
    assert len(effects) == 2


def test_a_reference_is_stable_within_a_turn_and_not_beyond() -> None:
    assert reference_for("web:1", "t1", STORY) == reference_for("web:1", "t1", STORY)
    assert len({reference_for("web:1", f"t{turn}", STORY) for turn in range(200)}) == 200
    assert reference_for("web:1", "", STORY) != reference_for("web:1", "", STORY)


def test_a_reference_depends_on_the_secret() -> None:
    without = reference_for("web:1", "t1", STORY)
    ports.use(ports.shop(), secret=b"key")
    assert reference_for("web:1", "t1", STORY) != without


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-20T10:00", "2026-11-24T18:00"),
        ("2026-11-22T10:00", "2026-11-24T18:00"),
        ("2026-11-23T23:00", "2026-11-25T18:00"),
    ],
)
def test_working_days_leave_the_weekend_out(start: str, due: str) -> None:
    assert saying.in_working_days(datetime.fromisoformat(start), 2) == datetime.fromisoformat(due)


@pytest.mark.asyncio
async def test_a_yes_to_the_question_for_the_cause_is_a_failed_try() -> None:
    asked = {"complaint_text": STORY.replace("crack", "mark"), "requested_slot": "complaint_cause"}
    slots, said = await validate(asked, {"complaint_cause": "yes"}, "yes", "affirm")
    assert (slots["complaint_cause"], slots["form_tries"]) == (None, 1)
    assert [m.get("response") for m in said] == ["utter_complaint_cause_missing"]
    slots, said = await validate(asked | {"form_tries": 1}, {"complaint_cause": "great"}, "great", "thanks")
    assert any((m.get("custom") or {}).get("effect") for m in said)


def with_product(slots: dict[str, Any], product: str, intent: str = "inform", **given: Any) -> Tracker:
    message = tracker(slots, f"it's about the {product}", intent, given)
    message.latest_message["entities"] = [{"entity": "product", "value": product}]
    return message


async def validated(message: Tracker) -> dict[str, Any]:
    events = await ValidateComplaintForm().run(CollectingDispatcher(), message, DOMAIN)
    return {event["name"]: event["value"] for event in events}


@pytest.mark.asyncio
async def test_a_product_named_in_the_complaint_is_kept_and_the_latest_one_counts() -> None:
    slots = await validated(with_product({}, "wok", "complaint"))
    assert slots["complaint_product"] == "wok"
    asked = {"requested_slot": "complaint_order", "complaint_product": "wok"}
    slots = await validated(with_product(asked, "kettle", complaint_order="10452"))
    assert slots["complaint_product"] == "kettle"


@pytest.mark.asyncio
async def test_a_product_in_a_question_in_between_is_not_what_the_complaint_is_about() -> None:
    assert await validated(with_product({"requested_slot": "complaint_order"}, "kettle", "stock")) == {}


@pytest.mark.asyncio
async def test_starting_over_forgets_the_product() -> None:
    known = {**COMPLETE, "complaint_product": "wok", "requested_slot": "complaint_confirmed"}
    slots, _ = await validate(known, {"complaint_confirmed": False})
    assert slots["complaint_product"] is None


@pytest.mark.parametrize(
    ("product", "email", "doubted"),
    [
        ("frying pan", "ana.lopes@example.com", False),
        ("kettle", "ana.lopes@example.com", True),
        ("kettle", "tom.baker@example.com", False),  # not his order: nothing is said about what is in it
        ("kettle", None, False),
    ],
)
@pytest.mark.asyncio
async def test_a_product_that_is_not_in_the_contact_s_own_order_is_asked_about(
    product: str, email: str | None, doubted: bool
) -> None:
    dispatcher = CollectingDispatcher()
    known = tracker({**COMPLETE, "complaint_product": product, "email": email})
    await AskComplaintConfirmed().run(dispatcher, known, DOMAIN)
    (said,) = dispatcher.messages
    assert said["about"] == f"the damage to the {product}"
    assert said["response"] == f"utter_complaint_confirm{'_not_in_order' if doubted else '_and_choose'}"
    assert said.get("items") == ("pineapple corer and 24 cm frying pan" if doubted else None)


@pytest.mark.asyncio
async def test_a_yes_by_the_button_that_chooses_adds_what_is_wanted_to_the_story() -> None:
    pressed = tracker(
        {**COMPLETE, "requested_slot": "complaint_confirmed"},
        "Yes, a new one, please",
        "affirm",
        entities=[{"entity": "complaint_choice", "value": "new"}],
    )
    slots = await ValidateComplaintForm().validate_complaint_confirmed(True, CollectingDispatcher(), pressed, DOMAIN)
    assert slots["complaint_confirmed"] is True
    assert wish_in(str(slots["complaint_text"]), ("damaged",)) == "a new one"


@pytest.mark.parametrize(
    ("story", "response"), [(STORY, "filed_open"), (f"{STORY}\nI'd like a new one", "filed_damaged")]
)
@pytest.mark.asyncio
async def test_what_is_still_open_when_it_is_put_on_record_is_said(story: str, response: str) -> None:
    dispatcher = CollectingDispatcher()
    await FileComplaint().run(dispatcher, tracker({**COMPLETE, "complaint_text": story}), DOMAIN)
    assert dispatcher.messages[-1]["response"] == f"utter_complaint_{response}"


@pytest.mark.asyncio
async def test_with_a_silent_shop_the_product_is_said_back_as_it_is(shop: SampleShop) -> None:
    shop.available = False
    dispatcher = CollectingDispatcher()
    known = tracker({**COMPLETE, "complaint_product": "kettle", "email": "ana.lopes@example.com"})
    await AskComplaintConfirmed().run(dispatcher, known, DOMAIN)
    assert dispatcher.messages[0]["response"] == "utter_complaint_confirm_and_choose"


@pytest.mark.asyncio
async def test_an_order_holds_a_product_if_an_item_is_of_its_kind() -> None:
    order = await SampleShop().order("PC-10453", "tom.baker@example.com")
    assert order is not None
    assert holds(order, "wok") and holds(order, "32 cm wok") and holds(order, "glass lids")
    assert not holds(order, "kettle")


CRACKED = "it came with a crack, and nobody rang me back"


@pytest.mark.asyncio
async def test_every_cause_that_the_story_names_is_said_back_and_put_on_record() -> None:
    slots, _ = await validate({"requested_slot": "complaint_text"}, {"complaint_text": CRACKED}, CRACKED)
    assert slots["complaint_cause"] == "damaged, service"
    known = {**COMPLETE, **slots, "complaint_product": "wok"}
    dispatcher = CollectingDispatcher()
    await AskComplaintConfirmed().run(dispatcher, tracker(known), DOMAIN)
    assert dispatcher.messages[0]["about"] == "the damage to the wok and the service you had from us"
    _, (complaint, _) = await file(known)
    assert complaint["cause"] == "damaged, service"


@pytest.mark.asyncio
async def test_a_story_adds_its_cause_to_the_one_that_was_pressed_unless_that_was_put_right_before() -> None:
    pressed = {"requested_slot": "complaint_text", "complaint_cause": "damaged"}
    story = {"complaint_text": "nobody rang me back"}
    slots, _ = await validate(pressed, story, story["complaint_text"])
    assert slots["complaint_cause"] == "damaged, service"
    slots, _ = await validate({**pressed, "form_tries": 1}, story, story["complaint_text"])
    assert "complaint_cause" not in slots


@pytest.mark.asyncio
async def test_what_was_told_before_the_form_is_the_story_with_its_product() -> None:
    told = {"told": "the mixing bowl has a chip in its rim", "told_product": "mixing bowl", "trouble": "damaged"}
    slots, _ = await validate(told, {}, "I'd like to complain", "complaint")
    assert slots == {
        "complaint_text": told["told"],
        "complaint_cause": "damaged",
        "complaint_product": "mixing bowl",
    }
    slots, _ = await validate(told, {}, "a new one please", "replacement")
    assert slots["complaint_text"] == f"{told['told']}\na new one please"


@pytest.mark.asyncio
async def test_a_few_words_told_before_are_asked_about_once_more() -> None:
    slots, _ = await validate({"told": "it's broken"}, {}, "complaint", "complaint")
    assert "complaint_text" not in slots


@pytest.mark.asyncio
async def test_what_is_wanted_is_said_back_with_the_complaint() -> None:
    dispatcher = CollectingDispatcher()
    story = f"{STORY}. I'd rather have a new one than the money"
    await AskComplaintConfirmed().run(dispatcher, tracker({**COMPLETE, "complaint_text": story}), DOMAIN)
    assert dispatcher.messages[0]["wish"] == " You'd like a new one."


@pytest.mark.asyncio
async def test_a_filed_complaint_leaves_what_went_wrong_and_forgets_what_was_told() -> None:
    known = tracker({**COMPLETE, "told": STORY, "told_product": "jug"})
    events = await FileComplaint().run(CollectingDispatcher(), known, DOMAIN)
    slots = {event["name"]: event["value"] for event in events}
    assert (slots["trouble"], slots["told"], slots["told_product"]) == ("damaged", None, None)


@pytest.mark.asyncio
async def test_a_number_put_right_by_one_that_is_none_of_ours_is_asked_for_again() -> None:
    slots, messages = await validate(COMPLETE, {"complaint_confirmed": "no, I meant 1045"}, "no, I meant 1045")
    assert (slots["complaint_order"], slots["complaint_confirmed"]) == (None, None)
    assert messages[0]["response"] == "utter_order_number_wrong"


async def new_one(slots: dict[str, Any], loop: str | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    message = {"text": "a new one please", "intent": {"name": "replacement"}, "entities": []}
    asked = Tracker("web:1", slots, message, [], False, None, {"name": loop} if loop else {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await Replacement().run(dispatcher, asked, DOMAIN)
    return events, [said["response"] for said in dispatcher.messages]


@pytest.mark.asyncio
async def test_a_new_one_for_what_went_wrong_starts_the_complaint_and_without_trouble_is_explained() -> None:
    events, said = await new_one({"trouble": "damaged"})
    assert said == ["utter_replacement_start"]
    assert {"event": "slot", "timestamp": None, "name": "complaint_cause", "value": "damaged"} in events
    assert [event["name"] for event in events if event["event"] == "followup"] == ["complaint_form"]
    assert await new_one({}) == ([], ["utter_replacement"])


@pytest.mark.asyncio
async def test_a_new_one_that_is_wanted_in_the_middle_of_a_complaint_is_added() -> None:
    events, said = await new_one({"trouble": "damaged", "complaint_text": STORY}, "complaint_form")
    assert [(event["name"], event["value"]) for event in events] == [("complaint_text", f"{STORY}\na new one please")]
    assert said == ["utter_complaint_added"]
