"""What ``frontdesk.yml`` says about the assistant: its bounds and when it hands over to a person."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A part of ``frontdesk.yml``: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Assistant(Section):
    """How the assistant presents itself."""

    name: str = Field("Pina", description="The assistant's name, shown beside its answers.")
    greeting: str = Field(
        "Hi! I'm Pina, the assistant of Pineapple & Co. Ask me anything about your order, delivery or returns. "
        "I can bring in a person whenever you like.",
        description="The first line of an empty chat.",
    )
    starters: tuple[str, ...] = Field(
        ("Where is my order?", "How do I return something?", "Talk to a person"),
        description="Questions offered in an empty chat.",
    )


class Bounds(Section):
    """Seconds within which something is said or done."""

    wait: float = Field(10, gt=0, description="An answer, or an honest wait.")
    offer: float = Field(20, gt=0, description="The offer of a person when there is still no answer.")
    more: float = Field(
        1.5, ge=0, description="After a fragment of one or two words so long is waited for the rest of it."
    )
    give_up: float = Field(180, gt=0, description="Handed to a person when there is still no answer.")
    turn: float = Field(25, gt=0, description="The longest that the engine may take for one turn.")
    places: float = Field(5, gt=0, description="Seconds between two looks at whose place in line has changed.")
    told_again: float = Field(300, gt=0, description="A waiting contact is told again; then after double the time.")
    lease: float = Field(600, gt=0, description="An agent who does not answer for so long loses the handoff.")
    sweep: float = Field(5, gt=0, description="How often overdue work is looked for.")
    silence: float = Field(86_400, gt=0, description="After so long a new matter begins.")


class Groups(Section):
    """Where others read along: groups in Telegram, threads in Slack's channels."""

    general_intents: tuple[str, ...] = Field(
        (
            *("place_order", "promo_code", "stock", "find_order_number", "gift_card", "business_order"),
            *("price_match", "delivery_time", "delivery_cost", "delivery_abroad", "delivery_slot", "pick_up"),
            *("warranty", "pan_care", "product_use", "spare_parts", "return_item", "return_cost", "refund_time"),
            *("exchange_item", "payment_methods", "privacy", "newsletter", "loyalty_points", "store_hours"),
            *("store_location", "packaging", "review", "greet", "goodbye", "thanks", "small_talk", "joke"),
            *("pineapple_pizza", "bot_challenge", "what_can_you_do", "compliment", "out_of_scope"),
        ),
        description="Intents whose answers others may read; all else is answered to the contact alone.",
    )


class Trigger(Section):
    """A reason to hand over. ``priority`` orders the queue: higher goes first."""

    enabled: bool = Field(True, description="Whether this is a reason at all.")
    priority: int = Field(1, ge=0, le=9, description="Higher goes first in the queue.")


class MoodLow(Trigger):
    """One message at or below ``below`` (−1 furious, 1 delighted)."""

    priority: int = Field(3, ge=0, le=9, description="Higher goes first in the queue.")
    below: float = Field(-0.5, ge=-1, le=0, description="The mood of one message, from −1 to 1.")
    by_sound: float = Field(
        -0.7, ge=-1, le=0, description="The same, when it only sounds so: no sign with a name is seen."
    )


class MoodFalling(Trigger):
    """Over ``turns`` messages the mood fell by ``by`` or more, and is now at or below ``below``."""

    priority: int = Field(2, ge=0, le=9, description="Higher goes first in the queue.")
    turns: int = Field(3, ge=2, description="Over how many messages.")
    by: float = Field(0.4, gt=0, description="How far it must have fallen.")
    below: float = Field(-0.3, ge=-1, le=0, description="How low it must be now.")


class Acknowledge(Section):
    """A message at or below ``below`` that is not handed over: the answer begins with the contact's feeling."""

    enabled: bool = Field(True, description="Whether it does.")
    below: float = Field(-0.25, ge=-1, le=0, description="The mood of one message, from −1 to 1.")


class Mood(Section):
    """How somebody annoyed is answered. When a person takes over stands under `handoff`."""

    acknowledge: Acknowledge = Field(
        Acknowledge(), description="The first message of a matter as annoyed as `below`: its answer names the feeling."
    )
    no_jokes: tuple[str, ...] = Field(
        ("joke", "small_talk", "pineapple_pizza"), description="Intents whose answers somebody annoyed does not get."
    )


class Vip(Trigger):
    """A contact of whom the business says so: in its profile, `name` is one of these values."""

    priority: int = Field(3, ge=0, le=9, description="Higher goes first in the queue.")
    profile: dict[str, tuple[str, ...]] = Field(
        {}, description="Entries of a contact's profile and which values of each make a VIP: `tier: [gold]`."
    )
    at_once: bool = Field(
        True, description="Their first wish goes to a person; else only what is handed over anyway is more urgent."
    )


class Times(Trigger):
    """Something happened ``times`` running."""

    times: int = Field(2, ge=1, description="How many times running.")


class HandoffPolicy(Section):
    """When a conversation goes to a person, and how urgent each reason is."""

    asked: Trigger = Field(Trigger(priority=2), description="The contact asked for a person.")
    mood_low: MoodLow = Field(MoodLow(), description="One message as upset as `below`, or more.")
    mood_falling: MoodFalling = Field(
        MoodFalling(), description="The mood fell over `turns` messages by `by`, and is now `below`."
    )
    not_understood: Times = Field(Times(times=2, priority=1), description="Not understood `times` running.")
    circles: Times = Field(Times(times=3, priority=1), description="The same intent `times` running.")
    form_failed: Trigger = Field(Trigger(priority=1), description="A form could not get what it asks for.")
    promise_late: Trigger = Field(
        Trigger(priority=3), description="A promise to the contact was not kept in time: their handoff rises."
    )
    vip: Vip = Field(Vip(), description="The contact is a VIP: the business says so in their profile.")
    engine_failing: Trigger = Field(Trigger(priority=2), description="No answer in `bounds.give_up`, or a turn failed.")
    asked_intents: tuple[str, ...] = Field(("talk_to_human",), description="Intents that ask for a person.")
    not_understood_intents: tuple[str, ...] = Field(
        ("out_of_scope", "something_else"),
        description="Intents that count as not understood: outside of what it knows, or none of its guesses.",
    )
    reserved_intents: dict[str, int] = Field(
        {"crisis": 9, "threat": 8, "legal_threat": 4, "safety": 5, "account_takeover": 5, "agent_complaint": 4},
        description="Intents that only people answer, each with its priority.",
    )
    cancel_intents: tuple[str, ...] = Field(
        ("cancel",),
        description="Intents that, said in a few words, call off a handoff that waits.",
    )
    circle_intents_ignored: tuple[str, ...] = Field(
        (
            "greet",
            "goodbye",
            "thanks",
            "affirm",
            "deny",
            "inform",
            "cancel",
            "small_talk",
            "joke",
            "pineapple_pizza",
            "bot_challenge",
            "compliment",
        ),
        description="Intents that may repeat without going in circles.",
    )

    @property
    def reach(self) -> int:
        """How many understood turns before the one in hand may matter."""
        return max(self.mood_falling.turns, self.not_understood.times, self.circles.times) - 1


class Publishing(Section):
    """What new content must pass before it answers contacts."""

    margin: float = Field(
        0.05, ge=0, le=1, description="By so much an intent's share of examples that are read rightly may fall."
    )
    at_least: int = Field(2, ge=1, description="Fewer examples than this are chance, whatever share they are.")
    strangers: float = Field(
        0.5, ge=0, le=1, description="Of an intent's new examples at most this share may read as one other intent."
    )
    gone: float = Field(
        0.5, ge=0, le=1, description="Of an intent's examples at most this share may be taken out at once."
    )
    too_near: float = Field(
        0.92, gt=0, le=1, description="Examples of two intents this alike (cosine) mean the same to the assistant."
    )
    calibration: float = Field(
        0.05, ge=0, le=1, description="By so much probabilities may differ from the share of answers that are right."
    )
    labels: int = Field(100, ge=1, description="So many labelled real messages are needed to judge by them.")
    past: int = Field(500, ge=0, description="So many past messages are read by both models to see what changes.")
    git: bool = Field(
        False, description="Each change made by Frontdesk's tools is a git commit too, where the folder is a checkout."
    )
