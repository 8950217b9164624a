"""The order status form and what it tells, with the SDK's own dispatcher and tracker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import ports
from bot.actions.asking import LeaveForm
from bot.actions.order_status import AnotherOrder, Inform, OrderStatus, ValidateOrderStatusForm
from vendors.shop import SampleShop

DOMAIN: dict[str, Any] = {"forms": {"order_status_form": {"required_slots": ["order_number", "email"]}}, "slots": {}}
ANA = {"order_number": "PC-10452", "email": "ana.lopes@example.com"}


@pytest.fixture(autouse=True)
def shop() -> Iterator[SampleShop]:
    sample = SampleShop()
    ports.use(sample)
    yield sample
    ports.use(SampleShop())


def tracker(slots: dict[str, Any], text: str = "", given: dict[str, Any] | None = None, **entities: str) -> Tracker:
    """A tracker after the form has put ``given`` into slots."""
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    message = {"text": text, "intent": {"name": "inform"}, "entities": found, "turn_id": "t1"}
    events: list[dict[str, Any]] = [{"event": "action", "name": "order_status_form"}]
    events += [{"event": "slot", "name": name, "value": value} for name, value in (given or {}).items()]
    return Tracker("web:1", {**slots, **(given or {})}, message, events, False, None, {}, "action_listen")


async def validate(slots: dict[str, Any], given: dict[str, Any], **entities: str) -> tuple[dict[str, Any], list[Any]]:
    """Slots and responses after validating what was given."""
    dispatcher = CollectingDispatcher()
    events = await ValidateOrderStatusForm().run(dispatcher, tracker(slots, given=given, **entities), DOMAIN)
    return {event["name"]: event["value"] for event in events}, dispatcher.messages


def said(messages: list[Any]) -> list[str]:
    return [message["response"] for message in messages if message.get("response")]


def effects(messages: list[Any]) -> list[dict[str, Any]]:
    return [message["custom"]["effect"] for message in messages if "effect" in (message.get("custom") or {})]


@pytest.mark.asyncio
async def test_a_number_is_normalised() -> None:
    slots, messages = await validate({"requested_slot": "order_number"}, {"order_number": "#pc 10452"})
    assert slots["order_number"] == "PC-10452"
    assert not messages


@pytest.mark.asyncio
async def test_a_bad_number_is_explained_and_the_second_one_asks_for_a_person() -> None:
    slots, messages = await validate({"requested_slot": "order_number"}, {"order_number": "PC-1045"})
    assert (slots["order_number"], slots["form_tries"], said(messages)) == (None, 1, ["utter_order_number_wrong"])
    slots, messages = await validate({"requested_slot": "order_number", "form_tries": 1}, {"order_number": "dunno"})
    assert said(messages) == ["utter_form_failed"]
    assert [(e["type"], e["reason"]) for e in effects(messages)] == [("handoff_asked", "form_failed")]
    assert slots["requested_slot"] is None


@pytest.mark.asyncio
async def test_an_address_in_place_of_the_number_is_no_failed_try() -> None:
    given = {"order_number": "ana.lopes@example.com"}
    slots, messages = await validate({"requested_slot": "order_number"}, given, email="ana.lopes@example.com")
    assert slots["order_number"] is None
    assert "form_tries" not in slots and not messages


@pytest.mark.asyncio
async def test_number_and_address_that_fit_are_kept() -> None:
    slots, messages = await validate(
        {"order_number": "PC-10452", "requested_slot": "email"}, {"email": "I think Ana.Lopes@example.com"}
    )
    assert slots["email"] == "ana.lopes@example.com"
    assert not messages


@pytest.mark.parametrize("number", ["PC-10453", "PC-99999"])
@pytest.mark.asyncio
async def test_a_foreign_order_and_an_unknown_one_get_the_same_answer(number: str) -> None:
    slots, messages = await validate({"order_number": number, "requested_slot": "email"}, {"email": ANA["email"]})
    assert (slots["email"], slots["form_tries"], said(messages)) == (None, 1, ["utter_order_not_matching"])


@pytest.mark.asyncio
async def test_a_wrong_address_twice_asks_for_a_person() -> None:
    known = {"order_number": "PC-10453", "requested_slot": "email", "form_tries": 1}
    slots, messages = await validate(known, {"email": "no@example.com"})
    assert [effect["reason"] for effect in effects(messages)] == ["form_failed"]
    assert slots["requested_slot"] is None


@pytest.mark.asyncio
async def test_a_corrected_number_meets_the_address_that_was_given() -> None:
    known = {"requested_slot": "email", "form_tries": 1, "email_tried": ANA["email"]}
    slots, messages = await validate(known, {"order_number": "it's 10452"})
    assert (slots["order_number"], slots["email"]) == ("PC-10452", ANA["email"])
    assert not messages


@pytest.mark.asyncio
async def test_a_silent_shop_ends_the_form_honestly(shop: SampleShop) -> None:
    shop.available = False
    slots, messages = await validate({"order_number": "PC-10452", "requested_slot": "email"}, {"email": ANA["email"]})
    assert said(messages) == ["utter_shop_unavailable"]
    assert slots["requested_slot"] is None
    told = CollectingDispatcher()
    await OrderStatus().run(told, tracker({**ANA, "shop_silent": True}), DOMAIN)
    assert not told.messages


async def tell(slots: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    dispatcher = CollectingDispatcher()
    events = await OrderStatus().run(dispatcher, tracker(slots), DOMAIN)
    return {event["name"]: event["value"] for event in events}, dispatcher.messages


@pytest.mark.parametrize(
    ("number", "email", "response"),
    [
        ("PC-10452", "ana.lopes@example.com", "utter_order_on_its_way"),
        ("PC-10453", "tom.baker@example.com", "utter_order_late"),
        ("PC-10460", "priya.nair@example.com", "utter_order_packed"),
        ("PC-10441", "priya.nair@example.com", "utter_order_delivered"),
        ("PC-10466", "marek.nowak@example.com", "utter_order_placed"),
        ("PC-10430", "marek.nowak@example.com", "utter_order_cancelled"),
        ("PC-10405", "tom.baker@example.com", "utter_order_returned"),
    ],
)
@pytest.mark.asyncio
async def test_each_state_of_an_order_has_its_own_answer(number: str, email: str, response: str) -> None:
    slots, messages = await tell({"order_number": number, "email": email})
    assert said(messages) == [response]
    assert slots["last_order"] == number


@pytest.mark.asyncio
async def test_the_contact_is_called_by_the_name_they_gave_else_by_the_customers() -> None:
    assert (await tell(ANA))[1][0]["comma_name"] == ", Ana"
    assert (await tell({**ANA, "name": "annie"}))[1][0]["comma_name"] == ", Annie"


@pytest.mark.asyncio
async def test_the_answer_names_items_carrier_and_day() -> None:
    message = (await tell({"order_number": "PC-10453", "email": "tom.baker@example.com"}))[1][0]
    assert message["items"] == "32 cm wok and 2 x glass lid"
    assert message["carrier"] == "Swift Parcels"
    assert any(f"{date(2026, month, 1):%B}" in message["expected"] for month in range(1, 13))


@pytest.mark.asyncio
async def test_a_form_left_early_tells_nothing() -> None:
    assert (await tell({"order_number": "PC-10452", "email": None}))[1] == []


@pytest.mark.asyncio
async def test_another_order_forgets_the_last_unless_the_next_is_named() -> None:
    asked = await AnotherOrder().run(CollectingDispatcher(), tracker(ANA), DOMAIN)
    assert {event["name"]: event["value"] for event in asked}["order_number"] is None
    named = tracker({**ANA, "order_number": "PC-10398"}, order_number="PC-10398")
    asked = await AnotherOrder().run(CollectingDispatcher(), named, DOMAIN)
    assert {event["name"]: event["value"] for event in asked}["order_number"] == "PC-10398"


@pytest.mark.asyncio
async def test_a_number_unasked_starts_the_form_and_a_name_is_greeted() -> None:
    dispatcher = CollectingDispatcher()
    events = await Inform().run(dispatcher, tracker({}, order_number="PC-10452"), DOMAIN)
    assert [event["name"] for event in events] == ["order_status_form"]
    await Inform().run(dispatcher, tracker({"name": "ana"}, name="ana"), DOMAIN)
    await Inform().run(dispatcher, tracker({}, email="ana@example.com"), DOMAIN)
    assert said(dispatcher.messages) == ["utter_pleased", "utter_what_about_it"]


@pytest.mark.asyncio
async def test_leaving_keeps_facts_and_forgets_the_rest() -> None:
    dispatcher = CollectingDispatcher()
    events = await LeaveForm().run(dispatcher, tracker({**ANA, "complaint_text": "x"}), DOMAIN)
    forgotten = {event["name"] for event in events}
    assert "complaint_text" in forgotten and not forgotten & {"order_number", "email", "name"}
    assert said(dispatcher.messages) == ["utter_cancelled"]


@pytest.mark.asyncio
async def test_a_number_with_a_digit_too_few_is_asked_for_again_wherever_it_is_told() -> None:
    slots, messages = await validate({"order_number": "PC-10452", "requested_slot": "email"}, {"email": "I meant 1045"})
    assert (slots["order_number"], slots["email"]) == (None, None)
    assert said(messages) == ["utter_order_number_wrong"]
    dispatcher = CollectingDispatcher()
    events = await Inform().run(dispatcher, tracker({"order_number": "PC-10452"}, "I meant 1045"), DOMAIN)
    assert said(dispatcher.messages) == ["utter_order_number_wrong"]
    assert [event["name"] for event in events] == ["order_number", "order_status_form"]


@pytest.mark.asyncio
async def test_what_else_has_digits_is_no_order_number_put_right() -> None:
    dispatcher = CollectingDispatcher()
    await Inform().run(dispatcher, tracker({}, "I paid £1045.50 on 3/12"), DOMAIN)
    assert said(dispatcher.messages) == ["utter_what_about_it"]
