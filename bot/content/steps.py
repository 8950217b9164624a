"""What is wrong with rules and stories: intents that nothing answers, steps that do not exist, and contradictions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from bot.content.flows import Flow, Kind, Step
from bot.content.problems import Place, Problem, error, warning
from bot.content.whole import PREFIX, READING, Whole

_LISTEN = "action_listen"
# rasa.shared.core.constants.DEFAULT_INTENTS
_RASAS_OWN = {"restart", "back", "out_of_scope", "session_start", "nlu_fallback"}


def unanswered(whole: Whole) -> Iterator[Problem]:
    """Intents with examples to which nothing is answered."""
    first = {section.intent.partition("/")[0]: section.place for section in reversed(whole.data.sections)}
    for intent in whole.unrouted:
        if intent not in whole.faqs:
            text = (
                f'Nothing answers "{intent}": no rule or story uses it. Write the answer "{PREFIX}{intent}" under '
                "responses: in the domain, and it is said by itself."
            )
            yield warning(first[intent], text)
        elif not whole.without_rules:
            text = (
                f'"{intent}" has an answer and no rule, and config.yml does not say that this is enough. Write there: '
                "importers: [{name: bot.nlu.faq.FaqImporter}], or write a rule."
            )
            yield error(first[intent], text)


def unlisted(whole: Whole) -> Iterator[Problem]:
    """Intents that a rule or story uses and neither the domain nor a file with examples knows."""
    known = whole.domain.intents.keys() | whole.taught | _RASAS_OWN
    for intent, place in whole.flows.used(Kind.INTENT).items():
        if intent.partition("/")[0] not in known and intent not in known:
            text = f'The intent "{intent}" is used here, and there is none of that name. Is it spelt rightly?'
            yield error(place, text)


def unread(whole: Whole) -> Iterator[Problem]:
    """Answered intents without a phrase that says them back, where other intents have one."""
    with_phrase = {name.removeprefix(READING) for name in whole.domain.answers if name.startswith(READING)}
    if not with_phrase:
        return
    for intent, answer in whole.faqs.items():
        if intent not in with_phrase:
            text = (
                f'"{intent}" has no phrase that says it back, so it is never offered when the assistant is in doubt. '
                f'Write one on its page in the studio, or {READING}{intent}: - text: "…" in the domain, such as "what '
                'a return costs".'
            )
            yield warning(answer.place, text)


def contradictions(whole: Whole) -> Iterator[Problem]:
    """Rules and stories that begin alike and go on differently: what is to be done then?"""
    seen: dict[tuple[str, ...], tuple[str, Flow, Place]] = {}
    for flow in whole.flows.flows:
        if any(step.kind is Kind.OTHER for step in flow.steps):
            continue
        done: tuple[str, ...] = (str(flow.is_rule), *map(str, sorted(flow.only_if)))
        for key, place in _moves(flow):
            action = key.removeprefix("does ")
            if key.startswith("does "):
                before = seen.setdefault(done, (action, flow, place))
                if before[0] != action:
                    yield _contradiction(flow, action, place, before)
                    break
            done = (*done, key)
    yield from _against_rules(whole)


def _moves(flow: Flow) -> Iterator[tuple[str, Place]]:
    """The steps as they happen: after its actions the assistant listens, until the next words or the end of a rule."""
    acted = None
    for step in flow.steps:
        if step.kind is Kind.INTENT and acted:
            yield f"does {_LISTEN}", step.place
        if step.kind is Kind.ACTION:
            acted = step.place
        elif step.kind is Kind.INTENT:
            acted = None
        yield (f"does {step}" if step.kind is Kind.ACTION else f"{step.kind} {step}"), step.place
    if acted and flow.is_rule and flow.waits:
        yield f"does {_LISTEN}", acted


def _contradiction(flow: Flow, action: str, place: Place, before: tuple[str, Flow, Place]) -> Problem:
    other, first, at = before
    does, did = (f'"{one}" follows' if one != _LISTEN else "nothing more follows" for one in (action, other))
    text = (
        f"{flow.what[0].upper()}{flow.what[1:]} contradicts {first.what}: they begin alike, here {does}, and at {at} "
        f"{did}. Make them go on alike, or take one of them out."
    )
    return error(place, text)


def _against_rules(whole: Whole) -> Iterator[Problem]:
    """Stories in which something else follows an intent than a rule for that intent says."""
    rules = {flow.steps[0].names: flow for flow in whole.flows.flows if _is_plain_rule(flow)}
    for flow in whole.flows.flows:
        if flow.is_rule:
            continue
        in_form = False
        for at, step in enumerate(flow.steps):
            in_form = step.names != ("",) if step.kind is Kind.LOOP else in_form
            is_plain = step.kind is Kind.INTENT and not step.given and not in_form
            rule = rules.get(step.names) if is_plain else None
            if rule is None:
                continue
            wanted, told = _actions(rule.steps[1:]), _actions(flow.steps[at + 1 :])
            if told and told[: len(wanted)] != wanted[: len(told)]:
                does, place = told[0] if told[0] != wanted[0] else told[-1], flow.steps[at + 1].place
                yield _contradiction(flow, does, place, (wanted[0], rule, rule.steps[1].place))
                break


def _is_plain_rule(flow: Flow) -> bool:
    """A rule of one intent and what is said to it, under no condition but that no form is at work."""
    begins = bool(flow.steps) and flow.steps[0].kind is Kind.INTENT and not flow.steps[0].given
    return (
        flow.is_rule
        and begins
        and len(flow.steps) > 1
        and all(step.kind is Kind.ACTION for step in flow.steps[1:])
        and set(flow.only_if) <= {("active_loop", "")}
    )


def _actions(steps: tuple[Step, ...]) -> list[str]:
    """The actions up to the next words of the contact."""
    return [str(step) for step in takewhile(lambda step: step.kind is Kind.ACTION, steps)]
