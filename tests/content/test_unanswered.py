"""What was not answered well, from the contact's message to the live model: captured, grouped, decided, taught."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from bot.content import labelling, models, versions
from bot.content.folder import ContentRefused
from bot.content.unanswered import wire
from bot.content.unanswered.capture import ALL
from bot.content.unanswered.detail import detail
from bot.content.unanswered.errors import NoEngine, Refused, Unknown
from bot.content.unanswered.frequent import frequent
from bot.content.unanswered.labels import labelled, tagged
from bot.content.unanswered.states import State
from bot.content.unanswered.tables import group, label, question
from bot.content.versions import Conflict
from bot.engine.wire import Entity, Near, Parse, Ranked, Span
from conversations.model import InboundKind, InboundMessage
from conversations.staff import Principal, Role
from conversations.store import conversations, erasing
from conversations.store import tables as t
from conversations.store.database import now
from conversations.store.erased import ErasedKeys
from escalation.tables import tag
from tests.front import Agent, Browser, House, house

PLACE = "telegram:4711"
EDNA = Principal("e", "Edna", Role.EDITOR, ())
RANKED = (Ranked("out_of_scope", 0.5), Ranked("delivery", 0.4), Ranked("hours", 0.3))
DOMAIN = """
responses:
  utter_hours:
  - text: "From nine to five."
  utter_delivery:
  - text: "Two days."
"""
NLU = """
version: "3.1"
nlu:
- intent: hours
  examples: |
    - when do you open
    - are you open on sunday
- intent: delivery  # and what it costs
  examples: |
    - how long does it take
    - when will it come
"""


def unknown(**more: Any) -> Parse:
    return Parse("nlu_fallback", 0.0, understood=False, scope="out", ranking=RANKED, **more)


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "data" / "nlu.yml").write_text(NLU.lstrip())
    (project / "domain.yml").write_text(DOMAIN.lstrip() + _NOTICES)
    policy = {"not_understood": {"enabled": False}}
    async with house(tmp_path, database_url, redis_url, env={"project": project}, handoff=policy) as built:
        yield built


# Only what the front itself says is needed beside the answers under test.
_NOTICES = "".join(
    line + "\n"
    for block in (Path(__file__).parents[2] / "domain.yml").read_text().split("\n  utter_")
    if block.startswith("notice_")
    for line in f"  utter_{block}".splitlines()
)


async def looked_at(home: House, *places: str) -> None:
    """All that the work would do within the next seconds."""
    for place in places or await every(home):
        await home.front.unanswered.capture(place)
    while await home.front.unanswered.grouping(ALL) is not None:
        pass


async def every(home: House) -> list[str]:
    async with home.front.database.read() as tx:
        return list((await tx.execute(select(t.conversation.c.id))).scalars())


async def says(home: House, text: str, parse: Parse) -> Browser:
    home.engine.answer(text, "Sorry, what?", parse)
    browser = await home.browser()
    await browser.say(text)
    await browser.until_said("bot", "Sorry, what?")
    return browser


async def answered(home: House, browser: Browser, agent: Agent, text: str, *, teach: bool, **more: Any) -> str:
    """The contact asks for a person, who answers and resolves."""
    handoff = await home.handoff(browser)
    await agent.act(handoff, "claim")
    await agent.reply(handoff, text)
    await browser.until_said("agent", text)
    await agent.act(handoff, "resolve", outcome="solved", comment="", teach=teach, **more)
    await browser.until(lambda: browser.state.get("owner") == "bot")
    return handoff


async def test_a_question_counts_once_with_its_answer_and_is_taught_until_it_is_live(home: House) -> None:
    parts, agent = home.front.unanswered, await home.agent()
    ann = await says(
        home,
        "do you wrap presents for Ann Lee",
        unknown(personal=(Span("name", 25, 32),), entities=(Entity("order_number", "x", 0, 0),)),
    )
    handoff = await answered(home, ann, agent, "Yes, Ann Lee, for £3.", teach=True)
    await says(home, "do you wrap presents too", unknown())
    await says(home, "is the moon made of cheese", unknown())
    await looked_at(home)
    await looked_at(home)  # doing it again changes nothing

    [wrap, moon] = (listed := await parts.showing.groups()).groups
    assert (listed.count, listed.new, listed.people, listed.waiting, listed.next) == (2, 2, 3, 0, None)
    assert (wrap.people, wrap.before, wrap.questions, wrap.answered, moon.people) == (2, 0, 2, 1, 1)
    assert wrap.sources == {"out_of_scope": 2, "escalated": 1, "taught": 1} and not wrap.in_scope
    assert wrap.likely == [wire.Likely("delivery", 0.4), wire.Likely("hours", 0.3)]
    shown = await detail(home.front.database, wrap.id)
    texts = {one.text: one for one in shown.questions}
    assert texts.keys() == {"do you wrap presents for [name]", "do you wrap presents too"}
    one = texts["do you wrap presents for [name]"]
    assert one.said == "Sorry, what?" and one.answer is not None and one.answer.handoff_id == handoff
    assert [(draft.by, draft.count, draft.taught) for draft in shown.drafts] == [("Ana", 1, True)]
    assert (shown.by_day[-1].people, len(shown.by_day)) == (2, 28)

    example = wire.Example("do you wrap presents", one.conversation_id, one.number)
    masked = wire.Lesson("wrapping", [wire.Example(one.text)], is_new=True, answer=wire.Wording("Yes, for £3."))
    with pytest.raises(Refused, match=r"\[name\]"):
        await parts.teaching.teach(EDNA, wrap.id, masked)
    unsaid = wire.Lesson("wrapping", [example], is_new=True, answer=wire.Wording("Ring [phone], [name] knows."))
    with pytest.raises(Refused, match=r"contacts would read that"):
        await parts.teaching.teach(EDNA, wrap.id, unsaid)
    lesson = wire.Lesson("wrapping", [example], is_new=True, answer=wire.Wording("Yes, for £3."), topic="ordering")
    taught = await parts.teaching.teach(EDNA, wrap.id, lesson)
    assert (taught.group.state, taught.group.intent, taught.group.content) == ("drafted", "wrapping", taught.version)
    project = home.front.settings.environment.project
    assert "do you wrap presents" in (project / "data" / "nlu" / "ordering.yml").read_text()
    assert "Yes, for £3." in (project / "domain.yml").read_text()
    async with home.front.database.read() as tx:
        assert [(found.text, found.intent) for found in await labelled(tx)] == [
            ("do you wrap presents for Ann Lee", "wrapping")
        ]
    assert (await parts.deciding.approve(EDNA, wrap.id)).state == "approved"

    await published(home, taught.version)
    await parts.living()
    assert (live := await parts.showing.group(wrap.id)).state == "live" and live.model == 1
    await published(home, 1)  # somebody rolls back
    await parts.living()
    assert (await parts.showing.group(wrap.id)).state == "approved"
    steps = (await detail(home.front.database, wrap.id)).steps
    assert [(step.state, step.by) for step in steps] == [
        ("drafted", "Edna"),
        ("approved", "Edna"),
        ("live", "publishing"),
        ("approved", "publishing"),
    ]


async def published(home: House, content: int) -> None:
    async with home.front.database.write() as tx:
        live = await models.live(tx)
        before = live.version if live else None
        more = {"content": content, "by": "Edna", "note": "", "verdict": None}
        await models.add_live(tx, instead_of=before, name="m.tar.gz", sha256="0" * 64, **more)  # type: ignore[arg-type]


async def test_turns_and_handoffs_ask_for_the_work_and_it_waits_for_the_engine(home: House) -> None:
    await says(home, "do you wrap presents", unknown())
    async with home.front.database.read() as tx:
        kinds = set((await tx.execute(select(t.work.c.kind))).scalars())
    assert "unanswered" in kinds
    home.engine.down = True
    [place] = await every(home)
    await home.front.unanswered.capture(place)
    assert (await home.front.unanswered.grouping(ALL) or 0) > 1, "it is tried again later"
    listed = await home.front.unanswered.showing.groups()
    assert (listed.waiting, listed.groups) == (1, [])
    with pytest.raises(NoEngine):
        await home.front.unanswered.comparing.near(["a text"])
    home.engine.down = False
    await looked_at(home)
    assert [one.name for one in (await home.front.unanswered.showing.groups()).groups] == ["do you wrap presents"]


async def test_a_dismissed_group_stays_so_and_says_how_many_asked_since(home: House) -> None:
    parts = home.front.unanswered
    await says(home, "is the moon made of cheese", unknown())
    await looked_at(home)
    [moon] = (await parts.showing.groups()).groups
    with pytest.raises(Refused, match="why"):
        await parts.deciding.dismiss(EDNA, moon.id, "  ")
    await parts.deciding.dismiss(EDNA, moon.id, "not ours")
    await says(home, "is the moon made of cheese", unknown())
    await looked_at(home)
    assert (await parts.showing.groups()).groups == []
    [still] = (await parts.showing.groups(states=(State.DISMISSED,))).groups
    assert (still.since, still.people, still.reason, still.state_by) == (1, 2, "not ours", "Edna")
    with pytest.raises(Refused, match="dismissed by now"):
        await parts.deciding.approve(EDNA, moon.id)
    assert (await parts.deciding.reopen(EDNA, moon.id)).state == "new"
    with pytest.raises(Unknown):
        await parts.deciding.dismiss(EDNA, 999, "no")


async def test_groups_are_merged_and_questions_moved(home: House) -> None:
    parts = home.front.unanswered
    for text in ("do you wrap presents", "gift paper available maybe", "is the moon made of cheese"):
        await says(home, text, unknown())
    await looked_at(home)
    found = {one.name: one.id for one in (await parts.showing.groups()).groups}
    wrap, paper = found["do you wrap presents"], found["gift paper available maybe"]
    one = await parts.deciding.merge(EDNA, paper, wrap)
    assert (one.people, (await parts.showing.groups()).count) == (2, 2)
    with pytest.raises(Unknown):
        await parts.showing.group(paper)
    moved = (await detail(home.front.database, wrap)).questions[-1]
    alone = await parts.deciding.move(EDNA, wire.Move(moved.conversation_id, moved.number, None))
    assert (alone.name, alone.people) == (moved.text, 1)
    back = await parts.deciding.move(EDNA, wire.Move(moved.conversation_id, moved.number, wrap))
    assert (back.people, (await parts.showing.groups()).count) == (2, 2)
    assert "merged" in (await detail(home.front.database, wrap)).steps[0].note


async def test_teaching_an_intent_that_there_is_leaves_everything_else_and_hands_up_a_conflict(home: House) -> None:
    parts, project = home.front.unanswered, home.front.settings.environment.project
    await says(home, "until when are you there", unknown())
    await looked_at(home)
    [one] = (await parts.showing.groups()).groups
    examples = [wire.Example("until when are you there"), wire.Example("when do you open")]
    answer = wire.Wording("Nine to five, and later on Thursdays.", 0, "From nine to four.")
    with pytest.raises(Conflict):
        await parts.teaching.teach(EDNA, one.id, wire.Lesson("hours", examples, answer=answer))
    assert (project / "data" / "nlu.yml").read_text() == NLU.lstrip(), "nothing was changed"
    answer = wire.Wording("Nine to five, and later on Thursdays.", 0, "From nine to five.")
    await parts.teaching.teach(EDNA, one.id, wire.Lesson("hours", examples, answer=answer))
    sunday = "    - are you open on sunday\n"
    assert (project / "data" / "nlu.yml").read_text() == NLU.lstrip().replace(
        sunday, sunday + "    - until when are you there\n"
    )
    assert "later on Thursdays" in (project / "domain.yml").read_text()
    with pytest.raises(ContentRefused, match="stands at"):
        await parts.teaching.teach(EDNA, one.id, wire.Lesson("delivery", [wire.Example("when do you open")]))
    with pytest.raises(ContentRefused, match="slash"):
        await parts.teaching.teach(EDNA, one.id, wire.Lesson("hours", [wire.Example("/hours")]))
    home.engine.answer("do you open late", "", unknown(nearest=(Near("when do you open", "hours", 0.95),)))
    [near] = (await parts.comparing.near(["do you open late"], "delivery")).texts
    assert near.near == [wire.Close("when do you open", "hours", 0.95, too_near=True)]
    [own] = (await parts.comparing.near(["do you open late"], "hours")).texts
    assert not own.near[0].too_near


async def test_an_edited_question_is_grouped_anew_and_an_erased_one_leaves_nothing(home: House) -> None:
    parts, database = home.front.unanswered, home.front.database
    for text in ("do you wrap presents", "where is my cup"):
        home.engine.answer(text, "Sorry, what?", unknown())
    said = InboundMessage(PLACE, "telegram", "4711", InboundKind.SAID, text="do you wrap presents", native_key="m:1")
    await home.front.receive(said)
    await says(home, "do you wrap presents please", unknown())
    async with asyncio.timeout(10):
        while len(await every(home)) < 2 or not await of_turn(home, PLACE):
            await asyncio.sleep(0.02)
    await looked_at(home)
    [both] = (await parts.showing.groups()).groups
    assert both.people == 2
    await labelling.put(database, PLACE, 1, "hours", "Edna")
    edited = replace(said, kind=InboundKind.EDITED, text="where is my cup", native_key="e:1:20", of="m:1", sent_at=20.0)
    await home.front.receive(edited)
    await looked_at(home)
    assert {one.name: one.people for one in (await parts.showing.groups()).groups} == {
        "where is my cup": 1,
        "do you wrap presents please": 1,
    }
    async with database.write() as tx:
        assert (await tx.execute(select(label))).all() == [], "it was given to the old words"
        row = {"conversation_id": PLACE, "number": 1, "intent": "hours", "source": "taught", "by": "Edna"}
        await tx.execute(insert(label).values(**row, at=now()))
        held = await conversations.get(tx, PLACE)
        assert held is not None
        await erasing.erase(tx, held.contact_id, ErasedKeys("a secret of thirty-two characters"))
    await looked_at(home)
    async with database.read() as tx:
        left = [
            (await tx.execute(select(func.count()).select_from(one))).scalar_one() for one in (question, label, group)
        ]
    assert left == [1, 0, 1]


async def of_turn(home: House, place: str) -> bool:
    async with home.front.database.read() as tx:
        found = select(t.turn.c.first).where(t.turn.c.conversation_id == place)
        return (await tx.execute(found)).first() is not None


async def test_a_tag_with_an_intents_name_labels_the_question_and_issues_are_reported(home: House) -> None:
    agent = await home.agent()
    async with home.front.database.write() as tx:
        for name in ("hours", "spring"):
            await tx.execute(insert(tag).values(name=name, by=agent.who.id, at=now()))
    browser = await says(home, "until when are you there", unknown())
    handoff = await answered(home, browser, agent, "Until five.", teach=False, tags=["hours", "spring"])
    async with home.front.database.write() as tx:
        await tx.execute(update(t.handoff).where(t.handoff.c.id == handoff).values(ask_message=1))
    await home.front.unanswered.teaching._content.look()
    async with home.front.database.read() as tx:
        assert await versions.newest(tx) is not None
        assert [(one.text, one.intent) for one in await tagged(tx)] == [("until when are you there", "hours")]
    home.engine.answer("when do you open", "At nine.", Parse("hours", 0.9, understood=True, ranking=RANKED))
    other = await home.browser()
    await other.say("when do you open")
    await other.until_said("bot", "At nine.")
    await looked_at(home)
    report = await frequent(home.front.database)
    [hours] = [one for one in report.intents if one.intent == "hours"]
    assert (hours.turns, hours.people, hours.contained, hours.escalated) == (1, 1, 1.0, 0)
    assert [(one.name, one.people, one.escalated) for one in report.groups] == [("until when are you there", 1, 1)]
