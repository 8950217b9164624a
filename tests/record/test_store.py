"""What the record promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from prometheus_client import Counter
from sqlalchemy.exc import IntegrityError

from conversations.handoff import HandoffState, Reason, ReasonKind
from conversations.model import InboundKind, InboundMessage, Outbound, Owner, Sender, Status
from conversations.staff import Role
from conversations.store import conversations, handoffs, outgoing, staff, work
from conversations.store.database import Database
from escalation.config import Team, Teams
from escalation.service.outlook import QueueOutlook
from tests.conftest import ROOT

ASKED = Reason(ReasonKind.ASKED, "“a person, please”", 2, 1)


def inbound(text: str, key: str | None = None, place: str = "web:a") -> InboundMessage:
    return InboundMessage(place, "web", place.partition(":")[2], InboundKind.SAID, text=text, native_key=key)


async def store(database: Database, message: InboundMessage) -> int:
    async with database.write() as tx:
        held = await conversations.open_for(tx, message)
        return await conversations.add_inbound(tx, held, message, message.text)


async def read(database: Database, place: str = "web:a") -> conversations.Conversation:
    async with database.read() as tx:
        held = await conversations.get(tx, place)
    assert held is not None
    return held


async def test_fifty_writers_at_once_number_a_conversation_without_gaps(database: Database) -> None:
    await asyncio.gather(*(store(database, inbound(f"message {n}", key=f"m:{n}")) for n in range(50)))
    async with database.read() as tx:
        stored = await conversations.messages(tx, "web:a")
    assert [message.number for message in stored] == list(range(1, 51))
    assert (await read(database)).last_number == 50


async def test_fifty_writers_in_fifty_conversations_do_not_hinder_each_other(database: Database) -> None:
    await asyncio.gather(*(store(database, inbound("hi", place=f"web:{n}")) for n in range(50)))
    for place in range(50):
        assert (await read(database, f"web:{place}")).last_number == 1


_OTHER_PROCESS = """
import asyncio, sys
from conversations.store.database import Database
from tests.record.test_store import inbound, store
async def main():
    database = Database(sys.argv[1])
    for n in range(40):
        await store(database, inbound(f"other {n}", key=f"o:{n}"))
    await database.close()
asyncio.run(main())
"""


async def test_a_second_process_writes_beside_the_first(database: Database, database_url: str) -> None:
    other = subprocess.Popen([sys.executable, "-c", _OTHER_PROCESS, database_url], cwd=ROOT)
    for n in range(40):
        await store(database, inbound(f"mine {n}", key=f"m:{n}"))
    while other.poll() is None:
        await asyncio.sleep(0.05)
    assert other.returncode == 0
    async with database.read() as tx:
        stored = await conversations.messages(tx, "web:a")
    assert [message.number for message in stored] == list(range(1, 81))
    assert len({message.native_key for message in stored}) == 80


async def test_of_two_workers_on_one_message_only_one_settles_it(database: Database) -> None:
    await store(database, inbound("hi"))
    seen = await read(database)

    async def settle() -> bool:
        async with database.write() as tx:
            return await conversations.settle(tx, seen, 1) is not None

    assert sorted(await asyncio.gather(*(settle() for _ in range(8)))) == [False] * 7 + [True]


async def test_a_change_of_owner_fences_off_what_was_begun_before_it(database: Database) -> None:
    await store(database, inbound("hi"))
    seen = await read(database)
    async with database.write() as tx:
        assert await conversations.change(tx, seen, owner=Owner.AGENT) is not None
    async with database.write() as tx:
        assert await conversations.settle(tx, seen, 1) is None
    assert (await read(database)).epoch == seen.epoch + 1


async def test_a_transaction_that_raises_leaves_nothing_behind(database: Database) -> None:
    await store(database, inbound("hi"))
    seen = await read(database)
    try:
        async with database.write() as tx:
            await conversations.settle(tx, seen, 1)
            await conversations.say(tx, "web:a", 1, [Outbound(Sender.BOT, "hello")])
            raise RuntimeError("killed here")
    except RuntimeError:
        pass
    after = await read(database)
    assert (after.settled_through, after.last_number) == (0, 1)


async def open_handoff(database: Database, place: str = "web:a", reason: Reason = ASKED) -> str:
    await store(database, inbound("a person, please", place=place))
    async with database.write() as tx:
        held = await conversations.get(tx, place, lock=True)
        assert held is not None
        return (await handoffs.create(tx, held, [reason], "support")).id


async def test_of_fifty_claims_exactly_one_wins(database: Database) -> None:
    handoff_id = await open_handoff(database)
    async with database.write() as tx:
        people = [(await staff.add(tx, f"Agent {n}", Role.AGENT, "support"))[0] for n in range(50)]

    async def claim(agent_id: str) -> bool:
        async with database.write() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            assert handoff is not None
            return await handoffs.move(tx, handoff, HandoffState.WAITING, HandoffState.ASSIGNED, agent_id=agent_id)

    wins = await asyncio.gather(*(claim(person.id) for person in people))
    assert wins.count(True) == 1
    async with database.read() as tx:
        held = await handoffs.get(tx, handoff_id)
    assert held is not None
    assert held.agent_id == people[wins.index(True)].id


async def test_a_conversation_never_has_two_open_handoffs(database: Database) -> None:
    await open_handoff(database)
    with pytest.raises(IntegrityError):
        await open_handoff(database)


async def test_the_queue_is_ordered_by_priority_then_age(database: Database) -> None:
    urgent = Reason(ReasonKind.RESERVED, "“the pan exploded”", 5, 1)
    first = await open_handoff(database, "web:1")
    second = await open_handoff(database, "web:2")
    third = await open_handoff(database, "web:3", urgent)
    async with database.read() as tx:
        waiting = await handoffs.waiting(tx)
        places = {handoff.id: await handoffs.place_of(tx, handoff) for handoff in waiting}
    assert [handoff.id for handoff in waiting] == [third, first, second]
    assert places == {third: 1, first: 2, second: 3}


async def test_only_what_is_not_being_sent_is_withdrawn(database: Database) -> None:
    await store(database, inbound("hi"))
    async with database.write() as tx:
        said = [Outbound(Sender.BOT, "shown"), Outbound(Sender.BOT, "not yet"), Outbound(Sender.SYSTEM, "place 1")]
        await conversations.say(tx, "web:a", 1, said)
    async with database.write() as tx:
        await outgoing.mark_shown(tx, "web:a", 2)
        assert await outgoing.withdraw(tx, "web:a") == [3]
    async with database.read() as tx:
        stored = await conversations.messages(tx, "web:a")
    assert [m.status for m in stored] == [Status.RECEIVED, Status.SENT, Status.WITHDRAWN, Status.PENDING]


async def test_work_is_in_one_pair_of_hands_until_its_lease_ends(database: Database) -> None:
    async with database.write() as tx:
        await work.schedule(tx, "turn", "web:a")
        await work.schedule(tx, "turn", "web:late", delay=60)

    async def claim(lease: float) -> work.Claimed | None:
        async with database.write() as tx:
            return await work.claim(tx, "turn", "web:a", lease)

    claims = [one for one in await asyncio.gather(*(claim(0.2) for _ in range(5))) if one]
    assert len(claims) == 1
    async with database.read() as tx:
        assert await work.overdue(tx) == []
    await asyncio.sleep(0.3)
    again = await claim(60)
    assert again is not None
    assert again.attempts == 2


async def test_a_sweep_sees_coming_what_is_due_before_the_next_one(database: Database) -> None:
    async with database.write() as tx:
        await work.schedule(tx, "lease", "soon", delay=4)
        await work.schedule(tx, "lease", "late", delay=60)
    async with database.read() as tx:
        assert await work.overdue(tx) == []
        [coming] = await work.overdue(tx, ahead=5)
    assert coming.key == "soon" and 0 < coming.delay <= 4


async def test_work_asked_for_while_in_hand_is_done_again(database: Database) -> None:
    async with database.write() as tx:
        await work.schedule(tx, "turn", "web:a")
    async with database.write() as tx:
        claimed = await work.claim(tx, "turn", "web:a", 60)
    assert claimed is not None
    async with database.write() as tx:
        await work.schedule(tx, "turn", "web:a")
    async with database.write() as tx:
        await work.finish(tx, claimed)
    async with database.write() as tx:
        assert await work.claim(tx, "turn", "web:a", 60) is not None


async def test_work_that_keeps_failing_is_set_aside(database: Database) -> None:
    async with database.write() as tx:
        await work.schedule(tx, "turn", "web:a")
    aside = False
    for _ in range(work.MAX_ATTEMPTS):
        async with database.write() as tx:
            claimed = await work.claim(tx, "turn", "web:a", 60)
            assert claimed is not None
            aside = await work.fail(tx, claimed, "Broken", 0.0)
    assert aside
    async with database.write() as tx:
        assert await work.claim(tx, "turn", "web:a", 60) is None


async def test_deadlines_are_judged_by_the_databases_clock(database: Database) -> None:
    async with database.write() as tx:
        await work.schedule(tx, "lease", "h", delay=0.3)
        assert await work.claim(tx, "lease", "h", 60) is None
    await asyncio.sleep(0.4)
    async with database.write() as tx:
        assert await work.claim(tx, "lease", "h", 60) is not None


async def test_a_removed_persons_token_stops_working_and_the_name_is_free_again(database: Database) -> None:
    async with database.write() as tx:
        person, token = await staff.add(tx, "Ana", Role.AGENT, "support")
        assert (await staff.by_token(tx, token)) == person
        assert await staff.remove(tx, "Ana")
        assert await staff.by_token(tx, token) is None
        assert await staff.by_id(tx, person.id) is None
        await staff.add(tx, "Ana", Role.LEAD, "support")
        assert [p.role for p in await staff.everyone(tx)] == [Role.LEAD]


async def test_the_languages_of_people_are_kept_and_changed(database: Database) -> None:
    async with database.write() as tx:
        await staff.add(tx, "Ana", Role.AGENT, "support", languages=("en", "de"))
        await staff.add(tx, "Ben", Role.AGENT, "support")
        assert [person.languages for person in await staff.everyone(tx)] == [("en", "de"), ()]
        assert await staff.set_languages(tx, "Ben", ("pl",))
        assert not await staff.set_languages(tx, "Nobody", ("pl",))
        assert [person.languages for person in await staff.everyone(tx)] == [("en", "de"), ("pl",)]


async def test_only_who_takes_handoffs_counts_as_speaking_a_language(database: Database) -> None:
    desk = QueueOutlook(Teams([Team()]), told_again=60)
    async with database.write() as tx:
        await staff.add(tx, "Edda", Role.EDITOR, "support", languages=("de",))
        assert not await desk.speaks(tx, "de")
        await staff.add(tx, "Ana", Role.LEAD, "support", languages=("en", "de"))
        assert await desk.speaks(tx, "de")
        await staff.remove(tx, "Ana")
        assert not await desk.speaks(tx, "de")


async def test_a_handoff_keeps_the_language_that_the_contact_wrote(database: Database) -> None:
    await store(database, inbound("wo ist mein Paket?"))
    held = await read(database)
    async with database.write() as tx:
        kept = await conversations.settle(tx, held, 1, slots={"language": "de"})
        assert kept is not None
        made = await handoffs.create(tx, kept, [ASKED], "support")
        assert made.language == "de"
        assert (await handoffs.waiting(tx))[0].language == "de"


async def test_a_metric_counts_what_was_committed_and_nothing_else(database: Database) -> None:
    counted = Counter("tested_commits", "of this test", registry=None)

    async def roll_back() -> None:
        async with database.write() as tx:
            tx.count(counted)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await roll_back()
    assert counted._value.get() == 0
    async with database.write() as tx:
        tx.count(counted, 2)
        assert counted._value.get() == 0
    assert counted._value.get() == 2
