"""Who is offered which handoff: the oldest first, to the best of those who are there, and nobody too much."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sized
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select, update

from benchmarks.queue import fill
from conversations.handoff import Malformed, NobodyThere, NotAllowed, Step
from conversations.staff import Availability, Principal, Role
from conversations.store import handoffs, offers, staff, steps
from conversations.store import tables as t
from conversations.store.database import now
from escalation.config import Teams
from escalation.service.routing import EVERYBODY, ROUTE, Routing
from tests.desk_acts import Contact, found, person, steps_of, until
from tests.front import House, house

OFFERING = {"name": "support", "mode": "offer", "offer_seconds": 3600, "skills": {"refunds": ["refund_time"]}}


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    teams = [OFFERING, {"name": "billing", "mode": "offer", "takes": {"intents": ["refund_time"]}}]
    async with house(tmp_path, database_url, redis_url, teams=teams) as built:
        yield built


async def offered_to(home: House, handoff_id: str) -> str:
    """The id of whom it is offered to, as soon as it is to somebody."""

    async def look() -> str | None:
        return (await found(home, handoff_id)).offered_to

    return await until(look)  # type: ignore[return-value] # until there is one


async def routed(home: House) -> None:
    """Nothing is left to be heard or routed."""
    rows = t.work.c

    async def is_quiet() -> bool:
        due = select(t.work.c.key).where(rows.kind.in_(["listen", ROUTE, "turn"]), rows.due_at <= now())
        async with home.front.database.read() as tx:
            return not (await tx.execute(select(func.count()).select_from(due.subquery()))).scalar_one()

    await until(is_quiet)


async def is_here(home: House, who: Principal, what: str = "here", until: float | None = None) -> None:
    await home.front.parts.people.set_availability(who, Availability(what), until)


async def test_the_oldest_is_offered_first_and_the_next_when_a_hand_is_free(home: House) -> None:
    parts = home.front.parts
    first, second = [await Contact(home).asks_for_a_person() for _ in range(2)]
    ana = await person(home, "Ana", capacity=1)
    await is_here(home, ana)
    assert await offered_to(home, first) == ana.id
    await parts.desk.claim(ana, first)
    await routed(home)
    assert (await found(home, second)).offered_to is None
    await parts.ending.resolve(ana, first, "solved", "")
    assert await offered_to(home, second) == ana.id


async def test_what_is_released_goes_to_another_before_what_is_younger(home: House) -> None:
    parts, ana, ben = home.front.parts, await person(home, "Ana", capacity=1), await person(home, "Ben", capacity=1)
    await is_here(home, ben, "busy")
    first = await Contact(home).asks_for_a_person()
    assert await offered_to(home, first) == ana.id
    await parts.desk.claim(ana, first)
    second, third = [await Contact(home).asks_for_a_person() for _ in range(2)]
    await parts.moving.release(ana, first)
    assert await offered_to(home, second) == ana.id
    await is_here(home, ben)
    assert await offered_to(home, first) == ben.id
    await routed(home)
    assert (await found(home, third)).offered_to is None


async def test_what_one_declines_or_lets_pass_goes_to_the_next_and_not_back(home: House) -> None:
    parts, ana, ben = home.front.parts, await person(home, "Ana"), await person(home, "Ben")
    handoff_id = await Contact(home).asks_for_a_person()
    first = await offered_to(home, handoff_id)
    declining, other = (ana, ben) if first == ana.id else (ben, ana)
    await parts.moving.decline(declining, handoff_id)
    assert await offered_to(home, handoff_id) == other.id
    async with home.front.database.write() as tx:
        past = update(t.handoff).where(t.handoff.c.id == handoff_id).values(offered_until=1.0)
        await tx.execute(past)
    assert await parts.offers.over(handoff_id) is None
    await routed(home)
    assert (await found(home, handoff_id)).offered_to is None
    assert (await steps_of(home, handoff_id)).count(Step.DECLINED) == 2
    await parts.desk.claim(declining, handoff_id)


async def test_who_had_the_contact_last_is_asked_before_who_is_less_busy(home: House) -> None:
    parts, ana, ben = home.front.parts, await person(home, "Ana"), await person(home, "Ben")
    for who in (ana, ben):
        await is_here(home, who, "busy")
    contact = Contact(home)
    before, other = await contact.asks_for_a_person(), await Contact(home).asks_for_a_person()
    await parts.desk.claim(ana, before)
    await parts.ending.resolve(ana, before, "solved", "")
    await parts.desk.claim(ana, other)
    for who in (ana, ben):
        await is_here(home, who)
    assert await offered_to(home, await contact.asks_for_a_person()) == ana.id
    assert await offered_to(home, await Contact(home).asks_for_a_person()) == ben.id


async def test_nobody_is_offered_more_than_their_capacity_however_many_look_at_once(home: House) -> None:
    people = [await person(home, f"Agent {n}", capacity=2) for n in range(3)]
    for who in people:
        await is_here(home, who, "away")
    ids = [await Contact(home).asks_for_a_person() for _ in range(8)]
    async with home.front.database.write() as tx:
        await tx.execute(update(t.staff).values(availability="here"))
    routing: Routing = Routing(
        home.front.database, Teams(home.front.settings.config.teams), ["en"], home.front.parts.offers
    )
    while 0.0 in await asyncio.gather(*(routing(EVERYBODY) for _ in range(6))):
        pass
    async with home.front.database.read() as tx:
        assert await offers.in_hand(tx) == {who.id: 2 for who in people}
    offered = [(await found(home, one)).offered_to for one in ids]
    assert None not in offered[:6]
    assert offered[6:] == [None, None]


async def test_what_is_put_off_counts_for_nothing_and_its_holder_is_offered_the_next(home: House) -> None:
    parts, ana = home.front.parts, await person(home, "Ana", capacity=1)
    first = await Contact(home).asks_for_a_person()
    await parts.desk.claim(ana, first)
    second = await Contact(home).asks_for_a_person()
    await routed(home)
    assert (await found(home, second)).offered_to is None
    await parts.moving.snooze(ana, first, None)
    assert await offered_to(home, second) == ana.id


async def test_who_goes_away_keeps_no_offer_and_is_offered_again_when_back(home: House) -> None:
    ana = await person(home, "Ana")
    handoff_id = await Contact(home).asks_for_a_person()
    assert await offered_to(home, handoff_id) == ana.id
    await is_here(home, ana, "away")

    async def is_free() -> bool:
        return (await found(home, handoff_id)).offered_to is None

    await until(is_free)
    ben = await person(home, "Ben")
    await is_here(home, ben)
    assert await offered_to(home, handoff_id) == ben.id


async def test_offers_are_made_on_shift_only_and_a_shift_that_begins_is_looked_out_for(home: House) -> None:
    ana = await person(home, "Ana")
    async with home.front.database.write() as tx:
        await staff.change(tx, ana.id, shifts={})
    handoff_id = await Contact(home).asks_for_a_person()
    await routed(home)
    assert (await found(home, handoff_id)).offered_to is None
    always = {day: ["00:00-24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    always |= {day: ["00:00-24:00"] for day in ("saturday", "sunday")}
    boss = await person(home, "Bo", Role.ADMIN)
    await is_here(home, boss, "away")
    await home.front.parts.people.change(boss, ana.id, shifts=always)
    assert await offered_to(home, handoff_id) == ana.id


async def test_a_language_and_a_skill_are_asked_for_when_somebody_of_the_team_has_them(home: House) -> None:
    ana = await person(home, "Ana", languages=["de"], skills=["refunds"])
    ben = await person(home, "Ben")
    await is_here(home, ana, "busy")
    german, plain = await Contact(home).asks_for_a_person(), await Contact(home).asks_for_a_person()
    async with home.front.database.write() as tx:
        await tx.execute(update(t.handoff).values(offered_to=None, offered_until=None))
        needs = {"language": "de", "skills": ["refunds", "knitting"]}
        await tx.execute(update(t.handoff).where(t.handoff.c.id == german).values(needs))
    await is_here(home, ben)
    assert await offered_to(home, plain) == ben.id
    assert (await found(home, german)).offered_to is None
    await is_here(home, ana)
    assert await offered_to(home, german) == ana.id


async def test_a_look_at_a_long_queue_reads_what_can_be_given_and_passes_over_nobody(home: House) -> None:
    database = home.front.database
    [agent] = await fill(database, 1200, 1)
    refunder = await person(home, "Refunder", skills=["refunds"], capacity=2)
    await is_here(home, refunder, "away")
    await routed(home)
    h, read = t.handoff.c, list[int]()
    order = select(h.id).order_by(h.priority.desc(), h.waiting_since, h.id)
    async with database.write() as tx:
        *line, last = (await tx.execute(order)).scalars()
        await tx.execute(update(t.handoff).values(skills=["refunds"], offered_to=None, offered_until=None))
        await tx.execute(update(t.handoff).where(h.id == last).values(skills=[]))
        oldest = await handoffs.get(tx, line[0])
        assert oldest is not None
        await steps.record(tx, oldest, Step.DECLINED, agent_id=refunder.id)
    routing = Routing(database, Teams(home.front.settings.config.teams), ["en"], home.front.parts.offers)

    def on_statement(_: object, __: object, ___: str, parameters: Sized, *____: object) -> None:
        read.append(len(parameters))

    event.listen(Engine, "before_cursor_execute", on_statement)
    try:
        await routing(EVERYBODY)
        assert (await found(home, last)).offered_to == agent.id
        await is_here(home, refunder)  # and the front, which heard of it, looks at the same time
        await routing(EVERYBODY)
        assert await offered_to(home, line[2]) == refunder.id
    finally:
        event.remove(Engine, "before_cursor_execute", on_statement)
    assert max(read) < 600
    offered = [(await found(home, one)).offered_to for one in line[:4]]
    assert offered == [None, refunder.id, refunder.id, None]


async def test_a_team_that_is_open_offers_nothing(tmp_path: Path, database_url: str, redis_url: str | None) -> None:
    async with house(tmp_path, database_url, redis_url) as home:
        await is_here(home, await person(home, "Ana"))
        handoff_id = await Contact(home).asks_for_a_person()
        await routed(home)
        assert (await found(home, handoff_id)).offered_to is None
        assert await steps_of(home, handoff_id) == [Step.OPENED]


async def test_leads_change_their_own_people_and_what_cannot_be_kept_is_refused_with_every_reason(home: House) -> None:
    people, ana = home.front.parts.people, await person(home, "Ana")
    lead, other = await person(home, "Lea", Role.LEAD), await person(home, "Lou", Role.LEAD, "billing")
    assert (await people.change(lead, ana.id, capacity=7, skills=["refunds"])).capacity == 7
    with pytest.raises(NotAllowed):
        await people.change(other, ana.id, capacity=1)
    with pytest.raises(NotAllowed):
        await people.change(lead, ana.id, role=Role.ADMIN)
    with pytest.raises(NobodyThere):
        await people.change(lead, uuid.uuid4().hex, capacity=1)
    with pytest.raises(Malformed) as wrong:
        await people.change(lead, ana.id, teams=["support"], capacity=0, languages=["xx"], shifts={"monday": ["9-5"]})
    assert len(wrong.value.problems) == 3
    agents = {one.name: one for one in await people.everyone()}
    assert (agents["Ana"].capacity, agents["Ana"].skills, agents["Ana"].availability) == (7, ["refunds"], "here")
    board = await people.board(lead)
    assert [team.name for team in board.teams] == ["support", "billing"]
    with pytest.raises(NotAllowed):
        await people.board(ana)
