"""Holds conversation tests against a model: what is said and whether a person follows, by engine and handoff policy.

The gateway's own part (places in the queue, notices, how the tone is set) is not in it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot import handoff_policy, mood_course
from bot.config import HandoffPolicy
from bot.content.domain import Domain, read_domain
from bot.content.evidence import Tested
from bot.content.project import domain_of
from bot.content.scenarios import Exchange, Scenario, read_scenarios
from bot.engine.host import actions_of
from bot.engine.server import EngineOptions
from bot.engine.wire import Button, Reply, TurnRequest, TurnResult
from bot.handoff_policy import Heard
from conversations.handoff import Reason

FOLDER = "tests/conversations"
_VARIABLE = re.compile(r"\\\{[^{}\s]+?\\\}")


async def hold(
    project: Path, model: Path, options: EngineOptions, policy: HandoffPolicy, tests: Sequence[Path] = ()
) -> Tested | None:
    """The tests of a project, in ``tests/conversations`` or in other files and folders; None if there are none.

    Raises:
        ModelError: the model cannot be loaded.
    """
    found = read_scenarios(tests or [project / FOLDER], project)
    if not found.ours and not found.stories and not found.problems:
        return None
    actions = await asyncio.to_thread(actions_of, options)
    from bot.engine.model import load

    failed = [str(problem) for problem in found.problems]
    try:
        loaded = await load(model, actions)
        domain = read_domain(domain_of(project), project)
        for scenario in found.ours:
            failed += await _held(loaded, scenario, domain, policy)
    finally:
        await actions.close()
    count, wrong = await _stories(model, found.stories)
    return Tested(len(found.ours) + count + len(found.problems), (*failed, *wrong))


@dataclass(frozen=True)
class _SoFar:
    """A conversation as it stands between two steps."""

    state: dict[str, Any] | None = None
    offered: tuple[Button, ...] = ()
    heard: tuple[Heard, ...] = ()


async def _held(loaded: Any, scenario: Scenario, domain: Domain, policy: HandoffPolicy) -> list[str]:
    """The first step that goes otherwise, in a sentence: what follows it means little."""
    so_far = _SoFar()
    for number, step in enumerate(scenario.steps):
        pressed = next((one for one in so_far.offered if one.title == step.contact), None)
        if step.is_press and pressed is None:
            titles = ", ".join(f'"{one.title}"' for one in so_far.offered) or "none"
            return [_told(scenario, step, f"there is no such button; there are: {titles}")]
        result = await _said(loaded, scenario, step, number, pressed, so_far)
        heard = Heard(number, step.contact, result.parse, result.active_form is not None)
        if pressed is None:
            heard = mood_course.in_course(heard, so_far.heard, policy)
        reasons = handoff_policy.reasons_for(heard, so_far.heard, result.effects, policy)
        if wrong := _wrong(step, result, reasons, domain):
            read = f"It was read as {result.parse.intent} ({result.parse.confidence:.0%})."
            return [_told(scenario, step, f"{wrong}. {read}")]
        offered = tuple(button for reply in result.replies for button in reply.buttons)
        so_far = replace(so_far, state=result.state, offered=offered, heard=(*so_far.heard, heard))
    return []


async def _said(
    loaded: Any, scenario: Scenario, step: Exchange, number: int, pressed: Button | None, so_far: _SoFar
) -> TurnResult:
    from bot.engine.turn import answer

    payload = pressed.payload if pressed else None
    about = f"{scenario.channel}:test"
    return await answer(
        loaded, TurnRequest(f"{about}#{number}", about, scenario.channel, step.contact, payload, so_far.state, {})
    )


def _wrong(step: Exchange, result: TurnResult, reasons: Sequence[Reason], domain: Domain) -> str:
    """What is not as it should be; "" if all is."""
    if result.failed:
        return f"the assistant failed: {result.failed}"
    kinds = [str(reason.kind) for reason in reasons]
    if step.handoff == "no" and kinds:
        return f"a person came ({', '.join(kinds)}), and none should"
    if step.handoff is not None and step.handoff != "no" and not kinds:
        return "no person came, and one should"
    if step.handoff not in (None, "yes", "no", *kinds):
        return f"a person came for another reason than {step.handoff}: {', '.join(kinds)}"
    said = " / ".join(reply.text for reply in result.replies)
    if step.bot is not None and not _is_said(step.bot, result.replies, domain):
        return f'{" and ".join(step.bot) or "nothing"} should be said, and it said: "{said}"'
    missing = [words for words in step.says if words.casefold() not in said.casefold()]
    return f'"{missing[0]}" should be in what is said, and it said: "{said}"' if missing else ""


def _is_said(names: Sequence[str], replies: Sequence[Reply], domain: Domain) -> bool:
    """Whether the replies are wordings of these answers, one for one."""
    known = [domain.answers.get(name) for name in names]
    return len(known) == len(replies) and all(
        answer is not None and any(_pattern(one.text).fullmatch(reply.text) for one in answer.wordings)
        for answer, reply in zip(known, replies, strict=True)
    )


def _pattern(text: str) -> re.Pattern[str]:
    """A wording with anything in place of its braces."""
    escaped = _VARIABLE.sub(".*?", re.escape(text.strip()))
    return re.compile(escaped.replace(r"\{\{", r"\{").replace(r"\}\}", r"\}"), re.DOTALL)


def _told(scenario: Scenario, step: Exchange, wrong: str) -> str:
    return f'{step.place}: "{scenario.name}": after "{step.contact}" {wrong}'


async def _stories(model: Path, files: Sequence[Path]) -> tuple[int, list[str]]:
    """How many stories in Rasa's form there are, and those that go otherwise."""
    if not files:
        return 0, []
    from rasa.core import test
    from rasa.core.agent import load_agent

    agent, held, failed = await load_agent(model_path=str(model)), 0, list[str]()
    for file in files:
        trackers = test._create_data_generator(str(file), agent, None, True).generate_story_trackers()
        evaluation, *_ = await test._collect_story_predictions(trackers, agent, False, use_e2e=True)
        held += len(trackers)
        names = sorted({tracker.sender_id for tracker in evaluation.failed_stories})
        failed += [f'{file.name}: the story "{name}" goes otherwise: see `frontdesk rasa test core`' for name in names]
    return held, failed
