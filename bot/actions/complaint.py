"""Complaints: listen, say back what was understood, then put it on record."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.actions import ports, saying
from bot.actions.asking import failed_try, gave, named
from bot.actions.causes import CAUSES, OTHER, causes_in, joined, may_choose, parted, said_back, wish_in
from bot.actions.effects import emit, idempotency_key, turn_id
from bot.engine.wire import ComplaintFiled, PromiseMade
from vendors.shop import Order, ShopUnavailable, normalise_order_number

FORM = "complaint_form"
ASKED_FOR = ("complaint_text", "complaint_order", "complaint_cause", "complaint_confirmed")
OWN_SLOTS = (*ASKED_FOR, "complaint_product")
NO_ORDER = "none"
CHOICE = "complaint_choice"  # the entity of a button that says what is wanted
TOLD_ALREADY = 9  # words: from here on, "I want to complain that …" has told what happened
A_TROUBLE = 5  # words: from here on, a message about something damaged or late, before the form, has told it too
A_CAUSE = 3  # words: who writes more when asked for the cause goes on telling
ANSWER_WITHIN = 2  # working days
STARTING = {"complaint", "replacement"}  # intents
NO_CAUSE = {"affirm", "deny", "thanks"}  # intents that say nothing about what went wrong
# A "no", or a number put right, that holds nothing but these adds nothing to the story.
SAYING_NOTHING = frozenset(
    "a actually but correct dont exactly got i im in incorrect is isnt it its mean meant my nah no nope not number oh"
    " order pc please quite really right should so sorry that thats the think this to was wasnt wrong you".split()
)
NO_LOOKALIKES = "23456789BCDFGHJKMNPQRSTVWXZ"


class ValidateComplaintForm(FormValidationAction):  # type: ignore[misc]
    """Takes what happened in the contact's own words, and does not ask for what was said already."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return f"validate_{FORM}"

    async def extract_complaint_text(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """At the start: a first message that tells the story already is the story; so is what was told before it.

        Later a long one is, even if it sounds like the question where an order is; a short one is that question.
        """
        text = str(tracker.latest_message.get("text") or "")
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        asked = tracker.get_slot("requested_slot") == "complaint_text" and intent == "order_status"
        starts = intent in STARTING and _starting(tracker, "complaint_text")
        if len(text.split()) >= TOLD_ALREADY and (asked or starts):
            return {"complaint_text": text}
        told = str(tracker.get_slot("told") or "")
        if not starts or len(told.split()) < A_TROUBLE:
            return {}
        return {"complaint_text": told if intent == "complaint" else f"{told}\n{text}"}

    async def extract_complaint_order(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """At the start: the order that was talked about already."""
        number = normalise_order_number(str(tracker.get_slot("order_number") or ""))
        return {"complaint_order": number} if number and _starting(tracker, "complaint_order") else {}

    async def extract_complaint_cause(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """The causes that the story names plainly; after a "no, that's wrong" they are asked for instead."""
        open_question = tracker.get_slot("complaint_cause") or tracker.get_slot("requested_slot") == "complaint_cause"
        if open_question or tracker.get_slot("form_tries"):
            return {}
        causes = causes_in(str(tracker.get_slot("complaint_text") or ""))
        return {"complaint_cause": joined(causes)} if causes else {}

    async def validate_complaint_text(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Anything with a letter in it."""
        text = str(value or "").strip()
        if any(character.isalpha() for character in text):
            return {"complaint_text": text}
        return failed_try("complaint_text", "what happened", "utter_complaint_text_missing", dispatcher, tracker)

    async def validate_complaint_order(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """A number as ``PC-12345``; words without digits mean that there is none."""
        number = normalise_order_number(str(value))
        if number or not any(character.isdigit() for character in str(value)):
            return {"complaint_order": number or NO_ORDER}
        return failed_try("complaint_order", "order number", "utter_order_number_wrong", dispatcher, tracker)

    async def validate_complaint_cause(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """One or several of the causes; what fits none of them is ``other``. Who tells more adds to the story."""
        said = str(value).strip().lower()
        named_causes = parted(said) if said in CAUSES or joined(parted(said)) == said else causes_in(said)
        if gave(tracker, "order_number", "email", "phone") and not named_causes:
            return {"complaint_cause": None}
        if not named_causes and (tracker.latest_message.get("intent") or {}).get("name") in NO_CAUSE:
            missing = "utter_complaint_cause_missing"
            return failed_try("complaint_cause", "cause of the complaint", missing, dispatcher, tracker)
        cause = joined(named_causes) or OTHER
        if cause == said or len(said.split()) <= A_CAUSE:
            return {"complaint_cause": cause}
        return {"complaint_cause": cause, "complaint_text": _told(tracker, str(value))}

    async def validate_complaint_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        """Yes files it; no starts over, and a second no asks for a person; more words are added to the story.

        A yes by the button that says what is wanted ("Yes, a new one, please") adds that.
        """
        if value is True:
            chosen = {"complaint_text": _told(tracker, str(tracker.latest_message["text"]))}
            return {"complaint_confirmed": True, "form_tries": 0, **(chosen if gave(tracker, CHOICE) else {})}
        words = str(tracker.latest_message.get("text") or "") if value is False else str(value)
        adds_nothing = SAYING_NOTHING.issuperset(re.findall(r"[^\W\d_]+", re.sub("['’]", "", words.lower())))
        if gave(tracker, "order_number") and adds_nothing:  # "no, it's PC-10452"
            return {"complaint_confirmed": None}
        if adds_nothing and any(character.isdigit() for character in words):  # "no, I meant 1045": it is asked for anew
            dispatcher.utter_message(response="utter_order_number_wrong")
            return {"complaint_confirmed": None, "complaint_order": None}
        if value is False and adds_nothing:
            again = dict.fromkeys(OWN_SLOTS)
            wrong = "utter_complaint_misunderstood"
            return {
                **again,
                **failed_try("complaint_confirmed", "confirmation of the complaint", wrong, dispatcher, tracker),
            }
        dispatcher.utter_message(response="utter_complaint_added")
        return {"complaint_text": _told(tracker, words), "complaint_confirmed": None}

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Besides, the other causes that a story names; and the product, the latest one, if it's not a question's."""
        events: list[EventType] = await super().get_validation_events(dispatcher, tracker, domain)
        given = {event["name"]: event["value"] for event in events}
        events += _more_causes(given, tracker)
        product = named(tracker, "product") or _product_told(given, tracker)
        if product and (events or tracker.get_slot("requested_slot") not in ASKED_FOR):
            events.append(SlotSet("complaint_product", product))
        return events


class AskComplaintOrder(Action):  # type: ignore[misc]
    """Asks for the order, and says that we are sorry, if what went wrong was told just now and not before."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return f"action_ask_{FORM}_complaint_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Whoever told of a trouble before the complaint was answered then, with an apology."""
        now = str(tracker.latest_message.get("text") or "")
        is_new = bool(now) and now in _story(tracker) and tracker.get_slot("told") in (None, now)
        if not is_new:
            dispatcher.utter_message(response="utter_complaint_order")
        elif causes := causes_in(now):
            about = said_back(causes, tracker.get_slot("complaint_product"))
            dispatcher.utter_message(response="utter_complaint_order_sorry", about=about)
        else:
            dispatcher.utter_message(response="utter_complaint_order_heard")
        return []


class AskComplaintConfirmed(Action):  # type: ignore[misc]
    """Says back the complaint and asks whether it is right."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return f"action_ask_{FORM}_complaint_confirmed"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """With or without an order and a product; a product that is not in the contact's order is asked about."""
        order, product, story = _order(tracker), tracker.get_slot("complaint_product"), _story(tracker)
        causes = parted(tracker.get_slot("complaint_cause"))
        wish = wish_in(story, causes)
        values = {
            "story": saying.cut(story),
            "about": said_back(causes, product),
            "order": f", order {order}" if order else "",
            "wish": f" You'd like {wish}." if wish else "",
        }
        known = await _known_order(order, tracker) if order and product else None
        if known is None or holds(known, str(product)):
            asked = "utter_complaint_confirm_and_choose" if may_choose(story, causes) else "utter_complaint_confirm"
            dispatcher.utter_message(response=asked, **values)
        else:
            there = {"product": str(product), "items": saying.things(known.items)}
            dispatcher.utter_message(response="utter_complaint_confirm_not_in_order", **values, **there)
        return []


class FileComplaint(Action):  # type: ignore[misc]
    """Puts a confirmed complaint on record and says what happens next. Silent when the form was left early."""

    def name(self) -> str:
        """Rasa's name of this action."""
        return "action_file_complaint"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Complaint and promise are effects: they are written with the turn or not at all."""
        forget = [SlotSet(slot, None) for slot in OWN_SLOTS]
        if tracker.get_slot("complaint_confirmed") is not True:
            return forget
        forget += [SlotSet("told", None), SlotSet("told_product", None)]
        text, order, causes = _story(tracker), _order(tracker), parted(tracker.get_slot("complaint_cause"))
        reference = reference_for(tracker.sender_id, turn_id(tracker), text)
        due = saying.in_working_days(datetime.now(UTC), ANSWER_WITHIN)
        emit(dispatcher, ComplaintFiled(reference, joined(causes), text, order))
        emit(dispatcher, PromiseMade(f"answer complaint {reference}", due.timestamp()))
        if order and order == tracker.get_slot("last_order"):
            await _tell_the_shop(order, reference, tracker)
        name = saying.comma_name(tracker.get_slot("name"))
        wish, filed = wish_in(text, causes), "utter_complaint_filed"
        if "damaged" in causes:
            filed = "utter_complaint_filed_damaged" if wish else "utter_complaint_filed_open"
        told = {"about": said_back(causes, tracker.get_slot("complaint_product")), "wish": wish}
        due_day = saying.day(due.date())
        dispatcher.utter_message(response=filed, reference=reference, due=due_day, comma_name=name, **told)
        return [*forget, SlotSet("trouble", causes[0])]


def holds(order: Order, product: str) -> bool:
    """Whether the order may have the product in it: an item is of its kind, by the last word ("frying pan": a pan)."""
    kind = product.lower().split()[-1].removesuffix("s")
    words = [word for item in order.items for word in item.title.lower().split()]
    return any(word.startswith(kind) or kind.startswith(word) for word in words)


def reference_for(conversation: str, turn: str, text: str) -> str:
    """``C-`` and six characters: the same when a turn is taken again, and not to be guessed by others."""
    if not turn:
        return "C-" + "".join(secrets.choice(NO_LOOKALIKES) for _ in range(6))
    seed = "\0".join((conversation, turn, text)).encode()
    number = int.from_bytes(hashlib.blake2b(seed, key=ports.secret()[:64], digest_size=16).digest())
    characters = []
    for _ in range(6):
        number, at = divmod(number, len(NO_LOOKALIKES))
        characters.append(NO_LOOKALIKES[at])
    return "C-" + "".join(characters)


async def _tell_the_shop(order: str, reference: str, tracker: Tracker) -> None:
    """A note on an order whose owner this is. Only a courtesy: the complaint itself stands in our own record."""
    try:
        key = idempotency_key(tracker, "action_file_complaint")
        await ports.shop().add_note(order, f"Complaint {reference}", idempotency_key=key)
    except ShopUnavailable:
        return


async def _known_order(number: str, tracker: Tracker) -> Order | None:
    """The order as the shop has it, if the contact has given the address that it belongs to."""
    try:
        return await ports.shop().order(number, str(tracker.get_slot("email") or ""))
    except ShopUnavailable:
        return None


def _told(tracker: Tracker, more: str) -> str:
    """The story so far, with what was told now."""
    return f"{_story(tracker)}\n{more}".strip()


def _more_causes(given: dict[str, Any], tracker: Tracker) -> list[EventType]:
    """What is told may name more than the cause that was pressed; not after a "no, that's wrong"."""
    held = given.get("complaint_cause") or tracker.get_slot("complaint_cause")
    if not held or not given.get("complaint_text") or tracker.get_slot("form_tries"):
        return []
    first, named_causes = parted(held), causes_in(str(given["complaint_text"]))
    causes = joined(named_causes if named_causes and first == (OTHER,) else (*first, *named_causes))
    return [SlotSet("complaint_cause", causes)] if causes != held else []


def _product_told(given: dict[str, Any], tracker: Tracker) -> str | None:
    """The product of the message before the form, if that message is the story."""
    told = tracker.get_slot("told")
    product = tracker.get_slot("told_product")
    return str(product) if product and told and str(given.get("complaint_text") or "").startswith(told) else None


def _story(tracker: Tracker) -> str:
    return str(tracker.get_slot("complaint_text") or "")


def _order(tracker: Tracker) -> str | None:
    order = tracker.get_slot("complaint_order")
    return None if order in (None, NO_ORDER) else str(order)


def _starting(tracker: Tracker, slot: str) -> bool:
    """Whether the form has asked for nothing of its own yet and ``slot`` is empty."""
    return tracker.get_slot("requested_slot") not in ASKED_FOR and tracker.get_slot(slot) is None
