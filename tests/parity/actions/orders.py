"""Where an order is, from a list that never changes."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from tests.parity.actions.asking import failed_try, gave

ORDERS = {
    "PC-10452": ("ana@example.org", "on its way"),
    "PC-10453": ("tom@example.com", "being packed"),
    "PC-10460": ("ana@example.org", "with your neighbour"),
}
MEMBERS = ("ana@example.org",)
_NUMBER = re.compile(r"\d{5}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def order_number_in(text: object) -> str | None:
    """The number in a text as ``PC-12345``."""
    found = _NUMBER.search(str(text))
    return f"PC-{found.group()}" if found else None


class ValidateOrderStatusForm(FormValidationAction):
    """Reads number and e-mail address, then looks at both together."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "validate_order_status_form"

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """The number as ``PC-12345``, or a failed try."""
        number = order_number_in(value)
        if number:
            return {"order_number": number, "form_tries": 0}
        if gave(tracker, "email", "name"):
            return {"order_number": None}
        return failed_try("order_number", "utter_order_number_wrong", dispatcher, tracker)

    def validate_email(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """An address that fits the order, if that is known already."""
        found = _EMAIL.search(str(value))
        if not found:
            return failed_try("email", "utter_email_wrong", dispatcher, tracker)
        email = found.group().lower()
        number = order_number_in(tracker.get_slot("order_number"))
        if number and ORDERS.get(number, ("", ""))[0] != email:
            return failed_try("email", "utter_order_not_matching", dispatcher, tracker)
        return {"email": email, "form_tries": 0}


class OrderStatus(Action):
    """Tells where the order is, once the form has both facts."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_order_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Silent when the form was left early: it has said so itself."""
        number, email = tracker.get_slot("order_number"), tracker.get_slot("email")
        if not number or not email:
            return []
        owner, where = ORDERS.get(number, ("", ""))
        if owner != email:
            dispatcher.utter_message(response="utter_order_not_matching")
            return [SlotSet("email", None)]
        name = tracker.get_slot("name")
        values = {"number": number, "where": where, "comma_name": f", {name}" if name else ""}
        dispatcher.utter_message(response="utter_order_told", **values)
        return [SlotSet("orders_shown", (tracker.get_slot("orders_shown") or 0.0) + 1.0)]


class AnotherOrder(Action):
    """Forgets the order in hand, unless this very message names one."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_another_order"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The e-mail address stays known."""
        number = tracker.get_slot("order_number") if gave(tracker, "order_number") else None
        return [SlotSet("order_number", number), SlotSet("requested_slot", None), SlotSet("form_tries", 0)]


class Inform(Action):
    """Something told that nobody asked for."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_inform"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """A number starts the form; a name is greeted; anything else is asked about."""
        if gave(tracker, "order_number"):
            return [FollowupAction("order_status_form")]
        dispatcher.utter_message(response="utter_pleased" if gave(tracker, "name") else "utter_what_about_it")
        return []


class Member(Action):
    """Whether the contact is a member, for the stories about a discount."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_member"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Known by the e-mail address."""
        return [SlotSet("member", tracker.get_slot("email") in MEMBERS)]
