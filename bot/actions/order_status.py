"""Where an order is: the form that asks for number and e-mail, and what it tells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import ports, saying
from bot.actions.asking import failed_try, gave
from vendors.shop import Order, ShopUnavailable, Status, normalise_order_number

FORM = "order_status_form"
LATE = "utter_order_late"
# Meant for an order number, with a digit too few or too many.
_NOT_OUR_NUMBER = re.compile(r"(?<![\w.@+£-])#?(?:pc\s?-?\s?)?(?:\d{3,4}|\d{6,7})(?![\w@-]|[.,]\d)", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


class ValidateOrderStatusForm(FormValidationAction):  # type: ignore[misc]
    """Reads number and e-mail as people type them, and tells only to the owner whether an order exists."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return f"validate_{FORM}"

    async def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """The number as ``PC-12345``, or a failed try."""
        number = normalise_order_number(str(value))
        if number:
            return {"order_number": number, **_tries_end("order_number", tracker)}
        # Something else that is useful, taken by its own slot; or one that was none, of which that was said.
        if value is None or gave(tracker, "email", "name"):
            return {"order_number": None}
        digits = any(character.isdigit() for character in str(value))
        response = "utter_order_number_wrong" if digits else "utter_order_number_missing"
        return failed_try("order_number", "order number", response, dispatcher, tracker)

    async def validate_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """The address in the text, or a failed try. Whether it fits the order is checked once both are there."""
        found = _EMAIL.search(str(value))
        if found:
            return {"email": found.group().lower()}
        if normalise_order_number(str(value)):  # a corrected number in the place of the address
            return {"email": None}
        if _NOT_OUR_NUMBER.search(str(value)):  # one that is none of ours: it is asked for anew
            wrong = "utter_order_number_wrong"
            return {"order_number": None, **failed_try("email", "order number", wrong, dispatcher, tracker)}
        return failed_try("email", "e-mail address", "utter_email_wrong", dispatcher, tracker)

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Each value by itself, then both together; ``email_tried`` lets a corrected number meet the old address."""
        events: list[EventType] = await super().get_validation_events(dispatcher, tracker, domain)
        given = {event["name"]: event["value"] for event in events}
        if "requested_slot" in given or not (given.get("order_number") or given.get("email")):
            return events
        number = normalise_order_number(str(tracker.get_slot("order_number") or ""))
        email = tracker.get_slot("email") or tracker.get_slot("email_tried")
        if number and email:
            known = await _belong_together(number, email, given, dispatcher, tracker)
            events += [SlotSet(slot, value) for slot, value in known.items()]
        return events


class OrderStatus(Action):  # type: ignore[misc]
    """Tells the contact where the order is, once the form has both facts. Silent when the form was left early."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_order_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say status, carrier, day, items and the next step; remember the order as ``last_order``."""
        number, email = tracker.get_slot("order_number"), tracker.get_slot("email")
        if not number or not email or tracker.get_slot("shop_silent"):
            return [SlotSet("shop_silent", None)]
        try:
            order = await ports.shop().order(number, email)
        except ShopUnavailable:
            dispatcher.utter_message(response="utter_shop_unavailable")
            return []
        if order is None:
            dispatcher.utter_message(response="utter_order_not_matching")
            return [SlotSet("email", None)]
        name = tracker.get_slot("name") or await _name_of(email)
        response = response_for(order, datetime.now(UTC).date())
        dispatcher.utter_message(response=response, **_values(order, name))
        trouble = [SlotSet("trouble", "late")] if response == LATE else []
        return [SlotSet("last_order", order.number), SlotSet("name", name), SlotSet("form_tries", 0), *trouble]


class AnotherOrder(Action):  # type: ignore[misc]
    """Forgets the order in hand, so that the form asks for the next one. The e-mail address stays known."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_another_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Keep a number given in this very message."""
        number = tracker.get_slot("order_number") if gave(tracker, "order_number") else None
        return [SlotSet("order_number", number), SlotSet("requested_slot", None), SlotSet("form_tries", 0)]


class Inform(Action):  # type: ignore[misc]
    """A number, an address or a name that nobody asked for: go on with it, or say what could be done with it."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_inform"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """An order number starts the order status form, one that is none asks for it; a name is greeted; or it asks."""
        if gave(tracker, "order_number"):
            return [FollowupAction(FORM)]
        if _NOT_OUR_NUMBER.search(str(tracker.latest_message.get("text") or "")) and not gave(tracker, "email"):
            dispatcher.utter_message(response="utter_order_number_wrong")
            return [SlotSet("order_number", None), FollowupAction(FORM)]
        if gave(tracker, "name"):
            dispatcher.utter_message(response="utter_pleased", comma_name=saying.comma_name(tracker.get_slot("name")))
        else:
            dispatcher.utter_message(response="utter_what_about_it")
        return []


def response_for(order: Order, today: date) -> str:
    """The name of the answer that fits the order: late comes before where it stands."""
    return LATE if order.late_on(today) else f"utter_order_{order.status.value}"


async def _belong_together(
    number: str, email: str, given: dict[str, Any], dispatcher: CollectingDispatcher, tracker: Tracker
) -> dict[str, Any]:
    try:
        order = await ports.shop().order(number, email)
    except ShopUnavailable:
        dispatcher.utter_message(response="utter_shop_unavailable")
        return {"shop_silent": True, "requested_slot": None}
    if order:
        return {"email": email, "email_tried": None, "form_tries": 0}
    if not given.get("email"):  # a corrected number that does not fit the old address either: ask for the address
        return {}
    slots = failed_try("email", "order number and e-mail that fit", "utter_order_not_matching", dispatcher, tracker)
    return {**slots, "email_tried": email}


async def _name_of(email: str) -> str | None:
    """The owner's first name; only asked for after number and address were found to belong together."""
    try:
        customer = await ports.shop().customer(email)
    except ShopUnavailable:
        return None
    return customer.name.split()[0] if customer else None


def _tries_end(slot: str, tracker: Tracker) -> dict[str, Any]:
    """A slot that was asked for and is there now: the count of failed tries begins anew."""
    return {"form_tries": 0} if tracker.get_slot("requested_slot") == slot else {}


def _values(order: Order, name: str | None) -> dict[str, str]:
    delivered = order.delivered_on if order.status is Status.DELIVERED else None
    return {
        "comma_name": saying.comma_name(name),
        "order": order.number,
        "items": saying.things(order.items),
        "carrier": order.carrier or "our carrier",
        "tracking": order.tracking or "will follow by e-mail",
        "expected": saying.day(order.expected_on) if order.expected_on else "not known yet",
        "delivered": saying.day(delivered) if delivered else "",
        "placed": saying.day(order.placed_on),
    }
