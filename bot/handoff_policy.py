"""Whether a conversation goes to a person, and why: a pure function of how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.config import HandoffPolicy
from bot.engine.wire import Effect, HandoffAsked, Parse
from conversations.handoff import Reason, ReasonKind
from conversations.text import shortened

EVIDENCE_LIMIT = 200
SOUNDS_UPSET = "sounds upset"  # the reason that is no sign with a name (bot.nlu.feeling.judge)


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn of the episode: the number of the contact's message, its text, and how it was understood."""

    number: int
    text: str
    parse: Parse
    in_form: bool = False


def reasons_for(
    heard: Heard, earlier: Sequence[Heard], effects: Sequence[Effect], policy: HandoffPolicy
) -> list[Reason]:
    """Every reason that this turn gives, the most urgent first; none means that the assistant goes on.

    Args:
        earlier: the turns before it in the same episode, oldest first.
    """
    found = [
        _asked(heard, policy),
        reserved(heard, policy),
        _mood_low(heard, policy),
        _mood_falling(heard, earlier, policy),
        _not_understood(heard, earlier, policy),
        _circles(heard, earlier, policy),
        *(_effect(heard, effect, policy) for effect in effects),
    ]
    return sorted((reason for reason in found if reason), key=lambda reason: -reason.priority)


def vip(profile: Mapping[str, str], number: int, policy: HandoffPolicy) -> list[Reason]:
    """That the contact is a VIP, by what the business says of them; ``number`` is the message they wrote just now."""
    rule = policy.vip
    says = [f"{name}: {value}" for name, value in sorted(profile.items()) if value in rule.profile.get(name, ())]
    return [Reason(ReasonKind.VIP, ", ".join(says), rule.priority, number)] if rule.enabled and says else []


def wants_something(parse: Parse, policy: HandoffPolicy) -> bool:
    """Whether it says a wish, and not only hello or thanks."""
    return parse.intent not in policy.circle_intents_ignored


def _quote(heard: Heard) -> str:
    return "“" + shortened(" ".join(heard.text.split()), EVIDENCE_LIMIT) + "”"


def _wanted(parse: Parse) -> set[str]:
    """The intents of an understood message: its own, and those of all its wishes."""
    return {parse.intent, *(wish.intent for wish in parse.wishes)} if parse.understood else set()


def _asked(heard: Heard, policy: HandoffPolicy) -> Reason | None:
    if not policy.asked.enabled or not _wanted(heard.parse) & set(policy.asked_intents):
        return None
    return Reason(ReasonKind.ASKED, _quote(heard), policy.asked.priority, heard.number)


def reserved(heard: Heard, policy: HandoffPolicy) -> Reason | None:
    """That it is something that only people answer: danger before all else."""
    found = [(policy.reserved_intents[i], i) for i in _wanted(heard.parse) if i in policy.reserved_intents]
    if not found:
        return None
    priority, intent = max(found)
    about = intent.replace("_", " ").capitalize()
    return Reason(ReasonKind.RESERVED, f"{about}: {_quote(heard)}", priority, heard.number)


def _mood_low(heard: Heard, policy: HandoffPolicy) -> Reason | None:
    if not policy.mood_low.enabled or heard.parse.mood > policy.mood_low.below or _only_sounds(heard.parse, policy):
        return None
    why = ", ".join(heard.parse.mood_reasons)
    evidence = f"{_quote(heard)} ({why})" if why else _quote(heard)
    return Reason(ReasonKind.MOOD_LOW, evidence, policy.mood_low.priority, heard.number)


def _only_sounds(parse: Parse, policy: HandoffPolicy) -> bool:
    """Whether no sign with a name is seen, and how it sounds is not enough: not in a goodbye, and not a little."""
    if set(parse.mood_reasons) != {SOUNDS_UPSET}:
        return False
    return parse.mood > policy.mood_low.by_sound or _is_manners(parse, policy)


def _is_manners(parse: Parse, policy: HandoffPolicy) -> bool:
    return parse.intent in policy.circle_intents_ignored and set(parse.mood_reasons) <= {SOUNDS_UPSET}


def _mood_falling(heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy) -> Reason | None:
    rule = policy.mood_falling
    moods = [turn.parse.mood for turn in (*earlier, heard)][-rule.turns :]
    low = policy.mood_low.enabled and heard.parse.mood <= policy.mood_low.below  # tells it already
    if not rule.enabled or low or len(moods) < rule.turns or _is_manners(heard.parse, policy):
        return None
    if round(moods[0] - moods[-1], 6) < rule.by or moods[-1] > rule.below or sorted(moods, reverse=True) != moods:
        return None
    trend = " → ".join(f"{mood:+.1f}" for mood in moods)
    return Reason(ReasonKind.MOOD_FALLING, f"{trend}: {_quote(heard)}", rule.priority, heard.number)


def _not_understood(heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy) -> Reason | None:
    rule = policy.not_understood
    latest = [*earlier, heard][-rule.times :]
    if not rule.enabled or len(latest) < rule.times or any(_is_understood(turn.parse, policy) for turn in latest):
        return None
    evidence = ", then ".join(_quote(turn) for turn in latest)
    return Reason(ReasonKind.NOT_UNDERSTOOD, evidence, rule.priority, heard.number)


def _is_understood(parse: Parse, policy: HandoffPolicy) -> bool:
    return parse.understood and parse.intent not in policy.not_understood_intents


def _circles(heard: Heard, earlier: Sequence[Heard], policy: HandoffPolicy) -> Reason | None:
    rule = policy.circles
    latest = [*earlier, heard][-rule.times :]
    same = {turn.parse.intent for turn in latest}
    if not rule.enabled or len(latest) < rule.times or len(same) > 1:
        return None
    if same & set(policy.circle_intents_ignored) or any(t.in_form or not t.parse.understood for t in latest):
        return None
    times = f"the same question {rule.times} times running"
    return Reason(ReasonKind.CIRCLES, f"{times}: {_quote(heard)}", rule.priority, heard.number)


def _effect(heard: Heard, effect: Effect, policy: HandoffPolicy) -> Reason | None:
    if not isinstance(effect, HandoffAsked):
        return None
    kind = ReasonKind(effect.reason) if effect.reason in ReasonKind else ReasonKind.RESERVED
    triggers = {ReasonKind.FORM_FAILED: policy.form_failed, ReasonKind.ENGINE_FAILING: policy.engine_failing}
    trigger = triggers.get(kind, policy.asked)
    if kind in triggers and not trigger.enabled:
        return None
    return Reason(kind, shortened(effect.evidence, EVIDENCE_LIMIT), trigger.priority, heard.number)
