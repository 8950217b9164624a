"""Lists: the queue by teams, who sees what, parts, search, figures."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, select, update
from sqlalchemy.dialects import sqlite

from conversations.staff import Role
from conversations.store import tables
from conversations.store.database import Database, Transaction, now
from escalation import tables as desk
from escalation.config import Team, Teams
from escalation.service import news
from escalation.service.queueing import Queueing
from escalation.service.rows import Rows
from frontdesk.doctor import examine
from frontdesk.settings import Settings
from tests.front import Agent, Browser, House, house

TEAMS = [{"name": "support"}, {"name": "returns", "title": "Returns desk", "takes": {"intents": ["return_item"]}}]


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url, teams=TEAMS) as built:
        yield built


async def waiting(home: House, text: str = "hello", team: str = "support") -> tuple[Browser, str]:
    browser = await home.browser()
    await browser.say(text)
    await browser.until_said("bot", text)
    handoff_id = await _asked(home, browser)
    if team != "support":
        async with home.front.database.write() as tx:
            await tx.execute(update(tables.handoff).where(tables.handoff.c.id == handoff_id).values(team=team))
    return browser, handoff_id


async def _asked(home: House, browser: Browser) -> str:
    await browser.send(type="menu", id=str(uuid.uuid4()), command="human")
    await browser.until(lambda: browser.state.get("owner") == "queue")
    async with home.front.database.read() as tx:
        latest = select(tables.handoff.c.id).order_by(tables.handoff.c.created_at.desc()).limit(1)
        return str((await tx.execute(latest)).scalar_one())


async def until_outlined(home: House, handoff_id: str, ask: str | None) -> None:

    statement = select(tables.handoff.c.ask).where(tables.handoff.c.id == handoff_id)
    async with asyncio.timeout(10):
        while True:
            async with home.front.database.read() as tx:
                if (await tx.execute(statement)).scalar_one() == ask:
                    return
            await asyncio.sleep(0.02)


async def test_places_are_counted_within_each_team_and_each_sees_their_own(home: House) -> None:
    for team in ("support", "returns", "support", "returns"):
        await waiting(home, team=team)
    ana, rita = await home.agent("Ana"), await home.agent("Rita", team="returns")
    lead = await home.agent("Lea", Role.LEAD)
    for who, teams in ((ana, ["support"]), (rita, ["returns"]), (lead, ["support", "returns"])):
        queue = await who.call("GET", "/queue")
        assert {row["team"] for row in queue["waiting"]} == set(teams)
        assert queue["counts"].keys() == set(teams)
        for team in teams:
            assert [row["place"] for row in queue["waiting"] if row["team"] == team] == [1, 2]
            assert queue["counts"][team]["waiting"] == 2
    assert {row["team_title"] for row in (await rita.call("GET", "/queue"))["waiting"]} == {"Returns desk"}


async def test_counts_say_how_many_there_are_however_many_are_listed(home: House) -> None:
    _, handoff_id = await waiting(home)
    async with home.front.database.write() as tx:
        (row,) = (await tx.execute(select(tables.handoff).where(tables.handoff.c.id == handoff_id))).all()
        place = (await tx.execute(select(tables.conversation))).one()
        for n in range(205):
            conversation = {**place._mapping, "id": f"web:{n}"}
            await tx.execute(tables.conversation.insert().values(**conversation))
            more = {**row._mapping, "id": f"h{n}", "reference": f"R{n}", "conversation_id": f"web:{n}", "ask": "help"}
            await tx.execute(tables.handoff.insert().values(**more))
    queue = await (await home.agent()).call("GET", "/queue")
    assert len(queue["waiting"]) == 200
    assert queue["counts"]["support"]["waiting"] == 206
    assert [row["place"] for row in queue["waiting"]] == list(range(1, 201))


async def test_who_asks_again_is_answered_with_what_changed_and_no_more(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "_SECONDS", 0.0)
    first, second, third = [(await waiting(home))[1] for _ in range(3)]
    ana, rita = await home.agent("Ana"), await home.agent("Rita", team="returns")
    for handoff_id in (first, second, third):
        await until_outlined(home, handoff_id, "hello")
    whole = await ana.call("GET", "/queue")
    assert whole["whole"] and [row["id"] for row in whole["waiting"]] == [first, second, third]
    quiet = await changed(ana, whole["since"])
    assert (quiet["waiting"], quiet["assigned"], quiet["ended"], quiet["gone"]) == ([], [], [], [])
    assert quiet["line"] == {"support": [first, second, third]} and not quiet["whole"]
    await ana.act(first, "claim")
    now_held = await changed(ana, quiet["since"])
    assert [row["id"] for row in now_held["assigned"]] == [first] and now_held["waiting"] == []
    assert now_held["line"] == {"support": [second, third]}
    assert now_held["counts"]["support"] == {"waiting": 2, "assigned": 1, "snoozed": 0, "at_risk": 0, "breached": 0}
    lead = await home.agent("Lea", Role.LEAD)
    await lead.act(third, "transfer", team="returns")
    passed_on = await changed(ana, now_held["since"])
    assert (passed_on["gone"], passed_on["line"]) == ([third], {"support": [second]})
    theirs = await changed(rita, now_held["since"])
    assert [(row["id"], row["place"]) for row in theirs["waiting"]] == [(third, 1)] and theirs["gone"] == []
    await ana.act(first, "resolve", outcome="solved")
    assert [row["id"] for row in (await changed(ana, passed_on["since"]))["ended"]] == [first]
    for wrong in ("yesterday", "1", "x~1", "1~x", "-1~1"):
        await ana.call("GET", f"/queue?since={wrong}", expect=400)


async def changed(who: Agent, since: str) -> dict[str, Any]:
    """What is answered once everything is heard that happened before."""
    await asyncio.sleep(0.3)
    found: dict[str, Any] = await who.call("GET", f"/queue?since={since}")
    return found


async def test_what_is_put_off_is_listed_by_itself(home: House) -> None:
    _, handoff_id = await waiting(home)
    agent = await home.agent()
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "snooze", comment="asked the warehouse")
    queue = await agent.call("GET", "/queue")
    assert [row["id"] for row in queue["snoozed"]] == [handoff_id]
    assert queue["assigned"] == [] and queue["snoozed"][0]["snoozed"]
    assert (queue["counts"]["support"]["assigned"], queue["counts"]["support"]["snoozed"]) == (0, 1)


@dataclass
class Recording(Transaction):
    """A transaction that remembers its statements."""

    asked: list[str] = field(default_factory=list)

    async def execute(self, statement: Executable, parameters: Any = None) -> Any:
        self.asked.append(str(statement.compile(dialect=sqlite.dialect())))  # type: ignore[attr-defined] # a statement
        return await super().execute(statement, parameters)


class Recorder(Database):
    """A database that remembers what was read."""

    asked: list[str]

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with super().read() as tx:
            yield Recording(tx.connection, asked=self.asked)


async def test_the_queue_is_listed_without_reading_what_was_said(home: House, database_url: str) -> None:
    _, handoff_id = await waiting(home, "my parcel from Monday has not come")
    await until_outlined(home, handoff_id, "my parcel from Monday has not come")
    recorder = Recorder(database_url)
    recorder.asked = []
    lists = Queueing(recorder, Rows(Teams([Team()]), ["en"]))
    (row,) = (await lists.queue()).waiting
    assert row.ask == "my parcel from Monday has not come"
    of_the_talk = [said for said in recorder.asked if "FROM turn" in said or "FROM message" in said]
    assert recorder.asked and all("conversation.last_contact_number" in said for said in of_the_talk)
    assert len(of_the_talk) == 1
    await recorder.close()


async def test_the_ask_in_lists_follows_what_the_contact_takes_back(home: House) -> None:
    browser = await home.browser()
    key = await browser.say("my parcel from Monday has not come")
    await browser.until_said("bot", "my parcel")
    handoff_id = await _asked(home, browser)
    await until_outlined(home, handoff_id, "my parcel from Monday has not come")
    await browser.send(type="edit", id=str(uuid.uuid4()), of=key, text="my kettle has not come")
    await until_outlined(home, handoff_id, "my kettle has not come")
    agent = await home.agent()
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "resolve", outcome="solved")
    await browser.send(type="edit", id=str(uuid.uuid4()), of=key, text="something else")
    await until_outlined(home, handoff_id, None)
    assert "kettle" not in str(await agent.call("GET", "/queue"))


async def test_who_had_no_hand_in_it_does_not_see_another_team_s_handoff(home: House) -> None:
    browser, handoff_id = await waiting(home, "something for returns", team="returns")
    ana, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
    for path in ("", "/suggestions", "/files/abc"):
        await ana.call("GET", f"/handoffs/{handoff_id}{path}", expect=404)
    await ana.act(handoff_id, "claim", 404)
    await ana.act(handoff_id, "note", 404, id="12345678", text="hello")
    await ana.call("POST", f"/handoffs/{handoff_id}/files?name=a.txt", "hello", expect=404)
    assert (await ana.call("GET", "/search?q=returns"))["items"] == []
    assert (await ana.call("GET", "/handoffs"))["items"] == []
    assert (await ana.call("GET", f"/canned?handoff={handoff_id}", expect=404))["title"]
    async with home.front.database.read() as tx:
        assert (await tx.execute(select(desk.opening))).all() == []
    assert (await lead.call("GET", "/search?q=returns"))["items"][0]["handoff_id"] == handoff_id
    await lead.call("GET", f"/handoffs/{handoff_id}")
    await browser.close()


async def test_what_a_team_has_that_is_taken_away_goes_to_the_team_for_the_rest(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    billing = {"name": "billing", "takes": {"reasons": ["asked"]}}
    async with house(tmp_path, database_url, redis_url, teams=[{"name": "support"}, billing]) as before:
        agent = await before.agent("Bill", team="billing")
        held, waits = [await before.handoff(await before.browser()) for _ in range(2)]
        await agent.act(held, "claim")
        given = before.front.settings
    now_is = Settings(given.environment, given.config.model_copy(update={"teams": (Team(),)}))
    assert "2 open handoffs are of billing, which is no team" in [one.text for one in await examine(now_is)]
    async with house(tmp_path, database_url, redis_url, teams=[{"name": "support"}]) as home:
        ana, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
        assert [row["id"] for row in await ana.waiting()] == [waits]
        detail = await ana.act(waits, "claim")
        moved = next(step for step in detail["steps"] if step["what"] == "moved")
        assert (moved["team"], moved["comment"]) == ("support", "There is no team called billing any more.")
        kept = (await lead.call("GET", f"/handoffs/{held}"))["summary"]
        assert (kept["state"], kept["team"], kept["agent"]) == ("assigned", "support", "Bill")
    assert not [one for one in await examine(now_is) if one.subject == "Queue"]


async def test_who_passed_it_on_still_sees_it(home: House) -> None:
    _, handoff_id = await waiting(home)
    ana, rita = await home.agent("Ana"), await home.agent("Rita", team="returns")
    await ana.act(handoff_id, "claim")
    await rita.call("GET", f"/handoffs/{handoff_id}", expect=404)
    detail = await ana.act(handoff_id, "transfer", team="returns", comment="a return")
    assert detail["summary"]["team"] == "returns"
    assert [step["what"] for step in detail["steps"]][-1] == "transferred"
    assert [row["id"] for row in (await rita.call("GET", "/queue"))["waiting"]] == [handoff_id]
    await ana.call("GET", f"/handoffs/{handoff_id}")


async def test_handoffs_are_listed_in_parts_newest_first(home: House) -> None:
    made = [(await waiting(home))[1] for _ in range(3)]
    agent = await home.agent()
    await agent.act(made[0], "claim")
    found, after = [], ""
    while True:
        page = await agent.call("GET", f"/handoffs?limit=2&after={after}")
        found += [row["id"] for row in page["items"]]
        if not (after := page["next"] or ""):
            break
    assert found == made[::-1]
    assert [row["id"] for row in (await agent.call("GET", "/handoffs?state=assigned"))["items"]] == [made[0]]
    assert [row["place"] for row in (await agent.call("GET", "/handoffs?state=waiting"))["items"]] == [2, 1]
    assert (await agent.call("GET", f"/handoffs?agent={agent.who.id}"))["items"][0]["id"] == made[0]
    await agent.call("GET", "/handoffs?limit=0", expect=400)
    await agent.call("GET", "/handoffs?state=lost", expect=400)
    await agent.call("GET", "/handoffs?after=nonsense", expect=400)


async def test_a_search_takes_words_as_they_are_and_comes_in_parts(home: House) -> None:
    agent = await home.agent()
    _, handoff_id = await waiting(home, "the kettle costs 100% more, it_says")
    await waiting(home, "the kettle is red")
    hits = (await agent.call("GET", "/search?q=100%25+KETTLE"))["items"]
    assert {hit["handoff_id"] for hit in hits} == {handoff_id} and "100% more" in hits[0]["excerpt"]
    assert (await agent.call("GET", "/search?q=it_s&limit=1"))["items"][0]["handoff_id"] == handoff_id
    assert (await agent.call("GET", "/search?q=i%25s"))["items"] == []
    assert (await agent.call("GET", "/search?q=+"))["items"] == []
    first = await agent.call("GET", "/search?q=kettle&limit=1")
    rest = await agent.call("GET", f"/search?q=kettle&limit=200&after={first['next']}")
    everything = await agent.call("GET", "/search?q=kettle&limit=200")
    assert first["items"] + rest["items"] == everything["items"] and rest["next"] is None
    reference = (await agent.call("GET", f"/handoffs/{handoff_id}"))["summary"]["reference"]
    assert (await agent.call("GET", f"/search?q={reference.lower()}"))["items"][0]["reference"] == reference
    async with home.front.database.write() as tx:
        old = now() - 181 * 86_400
        await tx.execute(update(tables.handoff).where(tables.handoff.c.id == handoff_id).values(created_at=old))
    assert (await agent.call("GET", "/search?q=it_says"))["items"] == []


async def test_figures_of_what_ended_are_for_overseers(home: House) -> None:
    browser, handoff_id = await waiting(home)
    agent, lead = await home.agent("Ana"), await home.agent("Lea", Role.LEAD)
    await agent.act(handoff_id, "claim")
    await agent.reply(handoff_id, "Hello!")
    await agent.act(handoff_id, "resolve", outcome="solved")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say("4")
    await browser.until(lambda: "Add a comment" in browser.buttons())
    for path in ("/facts", "/surveys"):
        await agent.call("GET", path, expect=403)
    (fact,) = (await lead.call("GET", "/facts"))["items"]
    assert (fact["id"], fact["state"], fact["outcome"], fact["stars"]) == (handoff_id, "resolved", "solved", 4)
    assert fact["first_reply"] >= fact["waited"] >= 0 and fact["agent"] == "Ana"
    assert (fact["re_asked"], fact["transfers"], fact["reasons"]) == (0, 0, ["asked"])
    (survey,) = (await lead.call("GET", "/surveys"))["items"]
    assert (survey["handoff_id"], survey["stars"], survey["agent"]) == (handoff_id, 4, "Ana")
    later = fact["ended_at"] + 1
    assert (await lead.call("GET", f"/facts?since={later}"))["items"] == []
    assert (await lead.call("GET", f"/surveys?since={later}"))["items"] == []
