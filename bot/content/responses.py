"""What is wrong with the answers: missing, unused, run out, or with braces that nobody fills in.

An answer counts as used when a rule, a story or a form says it, when it answers an intent of its name that no rule or
story uses, or when code names it (``utter_order_late``) or begins its name (``utter_notice_``).
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.flows import Kind
from bot.content.problems import Problem, error, warning
from bot.content.whole import PREFIX, Whole


def missing(whole: Whole) -> Iterator[Problem]:
    """Answers that a rule or story says and nobody has written."""
    for name, place in whole.flows.used(Kind.ACTION).items():
        if name.startswith(PREFIX) and name not in whole.domain.answers.keys() | whole.domain.actions.keys():
            text = (
                f'The answer "{name}" is said here, and nobody has written it. Write it under responses: in the domain.'
            )
            yield error(place, text)
    for answer in whole.domain.answers.values():
        if not answer.wordings:
            yield error(answer.place, f'The answer "{answer.name}" has no wording. Write one: - text: "…".')


def unused(whole: Whole) -> Iterator[Problem]:
    """Answers that nothing says."""
    said = whole.flows.used(Kind.ACTION).keys() | _asked(whole) | {answer.name for answer in whole.faqs.values()}
    for name, answer in whole.domain.answers.items():
        of_retrieval = "/" in name  # utter_faq/opening
        if name not in said and not of_retrieval and not whole.is_said_by_code(name):
            text = (
                f'Nothing says the answer "{name}". Take it out, or write examples for an intent '
                f'"{name.removeprefix(PREFIX)}": then it answers that by itself.'
            )
            yield warning(answer.place, text)


def _asked(whole: Whole) -> set[str]:
    """The names that a form's questions may have."""
    slots = {(form, slot) for form, slots in whole.domain.asked.items() for slot in slots}
    return {f"{PREFIX}ask_{form}_{slot}" for form, slot in slots} | {f"{PREFIX}ask_{slot}" for _, slot in slots}


def run_out(whole: Whole) -> Iterator[Problem]:
    """Wordings whose day is over: they are said no more."""
    for answer in whole.domain.answers.values():
        over = [one for one in answer.wordings if one.until is not None and one.until < whole.today]
        others = len(over) < len(answer.wordings)
        left = "The other wordings are said." if others else "None is left: it says so, and offers a person."
        for wording in over:
            text = (
                f'A wording of "{answer.name}" held until {wording.until} and is said no more. {left} '
                "Write what holds now, with another day or none, or take it out."
            )
            yield warning(wording.place, text)


def unknown_variables(whole: Whole) -> Iterator[Problem]:
    """Braces in an answer that no slot fills. What code says is filled in by code."""
    for answer in whole.domain.answers.values():
        if whole.is_said_by_code(answer.name):
            continue
        for wording in answer.wordings:
            for name in sorted(wording.variables - whole.domain.slots.keys()):
                text = (
                    f'"{answer.name}" has {{{name}}}, which nobody fills in: there is no slot of that name. '
                    "Correct it, or take it out; braces that are to be seen are doubled."
                )
                yield error(wording.place, text)


def unknown_conditions(whole: Whole) -> Iterator[Problem]:
    """Wordings for the value of a slot that there is not: they would never be said."""
    for answer in whole.domain.answers.values():
        for wording in answer.wordings:
            for name, _ in wording.conditions:
                if name not in whole.domain.slots:
                    text = f'This wording of "{answer.name}" is never said: its condition names no slot, "{name}".'
                    yield error(wording.place, text)


def never_said(whole: Whole) -> Iterator[Problem]:
    """Wordings that another one always comes before: Rasa prefers a channel's own one to one with a condition."""
    for answer in whole.domain.answers.values():
        channels = {one.channel for one in answer.wordings if one.channel and not one.conditions}
        for wording in answer.wordings:
            if wording.conditions and wording.channel is None and channels:
                text = (
                    f'On {", ".join(sorted(filter(None, channels)))} this wording of "{answer.name}" is never said: '
                    "the channel's own one comes first there. Give it one with this condition, too."
                )
                yield warning(wording.place, text)
