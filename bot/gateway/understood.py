"""What was understood of an episode, to say back before a person takes over. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.config import HandoffPolicy
from bot.handoff_policy import Heard
from conversations.notices import Notices
from conversations.text import shortened

# Below this confidence an intent is not said back to the contact as what it is about.
_SURE = 0.6
# Characters of what was not understood that are said back.
_QUOTED = 90
_PRODUCT, _ORDER = "product", "order_number"
# Signs of the mood (`bot.nlu.feeling`) that say what has gone on, each with the sentence that says it back, in order.
_WENT_ON = {
    "asks again": "said_back_asked_again",
    "waits long": "said_back_waited",
    "nobody answers": "said_back_unanswered",
}


def said_back(heard: Sequence[Heard], policy: HandoffPolicy, notices: Notices) -> str:
    """A sentence with the matter, the product and the order that were told, and what has gone on with it.

    "" when nothing was understood.
    """
    product, order = _latest(heard, _PRODUCT), _latest(heard, _ORDER)
    known = [_matter(heard, policy, notices), product and f"the {product}", order and f"order {order}"]
    about, *more = list(filter(None, known)) or [""]
    felt = heard[-1].parse.mood_reasons if heard else ()
    sentence = next((name for sign, name in _WENT_ON.items() if sign in felt), "said_back")
    return notices(sentence, about=f"{about} ({', '.join(more)})" if more else about) if about else ""


def asked(heard: Sequence[Heard]) -> str:
    """The contact's last words in quotation marks and brackets, to say back what was not understood; "" for none."""
    words = shortened(" ".join(heard[-1].text.split()), _QUOTED) if heard else ""
    return f"(“{words}”)" if words else ""


def _matter(heard: Sequence[Heard], policy: HandoffPolicy, notices: Notices) -> str | None:
    """The reading of the latest intent that says what the contact is here for: not the wish for a person.

    Nor what was said while a form was asking, which answers it or interrupts it.
    """
    aside = {*policy.asked_intents, *policy.circle_intents_ignored, *policy.not_understood_intents}
    begun = [turn for turn, before in zip(heard, [None, *heard], strict=False) if not (before and before.in_form)]
    parses = (turn.parse for turn in reversed(begun) if turn.parse.understood)
    wishes = (wish for parse in parses for wish in parse.wishes or (parse,) if wish.confidence >= _SURE)
    return next((said for wish in wishes if wish.intent not in aside and (said := notices.reading(wish.intent))), None)


def _latest(heard: Sequence[Heard], entity: str) -> str | None:
    found = (one for turn in reversed(heard) for one in turn.parse.entities if one.name == entity)
    return next((str(one.value) for one in found if one.value), None)
