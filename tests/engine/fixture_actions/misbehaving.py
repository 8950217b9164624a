"""Actions that do well, and actions that do not."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, FormValidationAction

from bot.actions.effects import emit
from bot.engine.wire import ComplaintFiled


class Complain(Action):
    def name(self) -> str:
        return "action_complain"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        emit(
            dispatcher,
            ComplaintFiled("C-1", "late", tracker.latest_message["turn_id"], tracker.get_slot("order_number")),
        )
        dispatcher.utter_message(response="utter_complained")
        return []


class Break(Action):
    def name(self) -> str:
        return "action_break"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="before the fall")
        raise KeyError(tracker.latest_message["text"])


class Hang(Action):
    def name(self) -> str:
        return "action_hang"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(3600)
        return []


class Mute(Action):
    def name(self) -> str:
        return "action_mute"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return []


class ValidateTrackForm(FormValidationAction):
    def name(self) -> str:
        return "validate_track_form"

    async def validate_order_number(self, value: Any, dispatcher: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        number = str(value).upper().removeprefix("PC").lstrip("-")
        return {"order_number": f"PC-{number}"}
