"""What the forms have in common: asking in vain, where the second failed try asks for a person, and being left."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.effects import emit
from bot.engine.wire import HandoffAsked

TRIES = 2
OF_ONE_FORM = (
    "complaint_text",
    "complaint_order",
    "complaint_cause",
    "complaint_confirmed",
    "complaint_product",
    "told",
    "told_product",
    "email_tried",
    "requested_slot",
)


def failed_try(
    slot: str, what: str, response: str, dispatcher: CollectingDispatcher, tracker: Tracker, **values: Any
) -> dict[str, Any]:
    """Slots after a failed try for ``slot``: say ``response``, or from the second try on leave the form for a person.

    ``what`` names the thing asked for, in the sentence that the agent reads.
    """
    tries = int(tracker.get_slot("form_tries") or 0) + 1
    if tries < TRIES:
        dispatcher.utter_message(response=response, **values)
        return {slot: None, "form_tries": tries}
    dispatcher.utter_message(response="utter_form_failed")
    emit(dispatcher, HandoffAsked(reason="form_failed", evidence=f"{what} asked for twice without success"))
    return {slot: None, "form_tries": 0, "requested_slot": None}


def gave(tracker: Tracker, *entities: str) -> bool:
    """Whether the latest message has one of ``entities`` in it."""
    return any(found["entity"] in entities for found in tracker.latest_message.get("entities") or [])


def named(tracker: Tracker, entity: str) -> str | None:
    """The value of the first such entity in the latest message."""
    found = (e["value"] for e in tracker.latest_message.get("entities") or [] if e["entity"] == entity)
    return next((str(value) for value in found if value), None)


class LeaveForm(Action):  # type: ignore[misc]
    """The contact has changed their mind: a kind word, and what only the form needed is forgotten."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_leave_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Facts such as the order number stay known."""
        dispatcher.utter_message(response="utter_cancelled")
        return [*(SlotSet(slot, None) for slot in OF_ONE_FORM), SlotSet("form_tries", 0)]
