"""How long editors wait for what was not answered well, and how well it is grouped.

    python -m benchmarks.unanswered [--only sqlite|postgresql|groups] [--questions 25000]
                                    [--postgresql postgresql://postgres@127.0.0.1:5432/postgres]

Opening: 100,000 messages of 20,000 contacts in the record, of which 25,000 were not answered well, in 2,000 groups over
28 days, a few large and many small. Grouping: questions that come new among these 2,000, with vectors that are there
at once (the engine's part is ``/embed``). Groups: the test part of BANKING77, the 27 intents that BANKING77-OOS leaves
out, one sentence after the other, in a fixed order of chance; purity is the share of sentences that are of their
group's main intent, found the share of an intent's sentences that its largest group has.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import statistics
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from sqlalchemy import Table, func, insert, select, text

from benchmarks.processes import ROOT, machine
from benchmarks.understanding import public
from bot.content.unanswered.capture import ALL
from bot.content.unanswered.detail import detail
from bot.content.unanswered.frequent import frequent
from bot.content.unanswered.grouping import Grouping, Middle, nearest
from bot.content.unanswered.showing import Showing
from bot.content.unanswered.tables import group, question
from bot.engine.wire import Parse
from conversations.likeness import moved, packed
from conversations.ports import Vectors
from conversations.store import tables as t
from conversations.store.database import Database

MESSAGES, CONTACTS, GROUPS, DAYS = 100_000, 20_000, 2_000, 28
NUMBERS = 384  # of a vector
NEW = 64
_BATCH = 5_000
_TIMES = 5
_INTENTS = ("order_status", "return_item", "delivery_time", "refund_time", "stock")


def vector(chance: random.Random) -> list[float]:
    """A direction, of length 1."""
    numbers = [chance.gauss(0, 1) for _ in range(NUMBERS)]
    length = math.hypot(*numbers)
    return [number / length for number in numbers]


async def add(database: Database, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Writes rows, some thousands at once."""
    for first in range(0, len(rows), _BATCH):
        async with database.write() as tx:
            await tx.execute(insert(table), list(rows[first : first + _BATCH]))


async def fill(database: Database, questions: int) -> None:
    """Makes the record: a conversation of four messages for each 100,000 / 4, and its questions."""
    chance, start, places = random.Random(7), time.time() - DAYS * 86_400, MESSAGES // 4
    at = [start + chance.random() * DAYS * 86_400 for _ in range(places)]
    await add(database, t.contact, [{"id": f"{n:032x}", "created_at": start} for n in range(CONTACTS)])
    await add(database, t.conversation, [_conversation(n, at[n]) for n in range(places)])
    episodes: list[dict[str, object]] = [
        {"conversation_id": f"web:{n}", "number": 1, "started_at": at[n], "stars": chance.choice((None, 2, 5))}
        for n in range(places)
    ]
    await add(database, t.episode, episodes)
    await add(database, t.message, [_message(n, number, at[n]) for n in range(places) for number in range(1, 5)])
    await add(database, t.turn, [_turn(n, first, at[n], chance) for n in range(places) for first in (1, 3)])
    kept, weights = packed(vector(chance)), [1 / (rank + 1) ** 0.8 for rank in range(GROUPS)]
    of = [*range(1, GROUPS + 1), *chance.choices(range(1, GROUPS + 1), weights, k=questions - GROUPS)]
    sizes = Counter(of)
    await add(database, group, [_group(start, sizes[n]) | {"centroid": packed(vector(chance))} for n in sorted(sizes)])
    asked = [(n % places, 1 if n < places else 3) for n in range(questions)]
    rows = [_question(*where, at[where[0]], of[n], kept, chance) for n, where in enumerate(asked)]
    await add(database, question, rows)
    async with database.write() as tx:
        await tx.execute(text("ANALYZE"))


def _conversation(n: int, at: float) -> dict[str, object]:
    counts = {"settled_through": 3, "last_number": 4, "last_contact_number": 3, "episode": 1, "epoch": 1}
    more = {"created_at": at, "last_contact_at": at, "facts": {}, "slots": {"name": "Ann Lee"}}
    return {"id": f"web:{n}", "channel": "web", "contact_id": f"{n % CONTACTS:032x}", "owner": "bot", **counts, **more}


def _message(n: int, number: int, at: float) -> dict[str, object]:
    by_contact = number % 2 == 1
    said = f"can you tell me about matter {n} number {number}, please" if by_contact else "Sorry, I did not get that."
    return {
        **{"conversation_id": f"web:{n}", "number": number, "episode": 1, "kind": "said", "buttons": [], "at": at},
        **{"sender": "contact" if by_contact else "bot", "text": said, "status": "sent", "attachments": []},
        "turn": None if by_contact else number - 1,
    }


def _turn(n: int, first: int, at: float, chance: random.Random) -> dict[str, object]:
    parse = {"intent": chance.choice(_INTENTS), "confidence": 0.6, "understood": True, "scope": "in"}
    place = {"conversation_id": f"web:{n}", "first": first, "through": first, "episode": 1}
    return {**place, "model": "m", "parse": parse, "failed": None, "in_form": False, "at": at}


def _group(at: float, size: int) -> dict[str, object]:
    more = {"first_at": at, "last_at": at, "state": "new", "state_at": at}
    return {"language": "en", "encoder": "made up", "size": size, **more}


def _question(n: int, number: int, at: float, group_id: int, kept: bytes, chance: random.Random) -> dict[str, object]:
    return {
        **{"conversation_id": f"web:{n}", "number": number, "through": number, "episode": 1, "at": at},
        **{"language": "en", "sources": chance.choice(("out_of_scope", "unsure", "escalated out_of_scope"))},
        **{"ranking": [["stock", 0.4], ["order_status", 0.2]], "personal": [], "pending": False},
        **{"encoder": "made up", "vector": kept, "group_id": group_id, "likeness": chance.random()},
    }


async def timed(act: Callable[[], Awaitable[object]]) -> str:
    """The median and the slowest of some times, in milliseconds."""
    took = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        await act()
        took.append(1000 * (time.perf_counter() - begun))
    return f"{statistics.median(took):.0f} ms (at most {max(took):.0f})"


async def measure(database: Database, questions: int) -> str:
    """Opens, reports and groups; says how long each took."""
    await fill(database, questions)
    async with database.read() as tx:
        counted = select(question.c.group_id).group_by(question.c.group_id).order_by(func.count().desc()).limit(1)
        largest = (await tx.execute(counted)).scalar_one()
    opened = await timed(Showing(database).groups)
    one, report = await timed(lambda: detail(database, largest)), await timed(lambda: frequent(database))
    return f"opening {opened}; its largest group {one}; the report {report}; {await grouped(database)}"


async def grouped(database: Database) -> str:
    """How long one new question takes, its commit included."""
    chance = random.Random(8)

    async def embed(texts: Sequence[str]) -> Vectors:
        return Vectors("made up", [vector(chance) for _ in texts])

    async def read(text: str) -> Parse:
        return Parse("stock", 0.4, understood=False)

    async with database.write() as tx:
        taken = select(question.c.conversation_id).where(question.c.number == 3)
        free = select(t.turn.c.conversation_id).where(t.turn.c.first == 3, t.turn.c.conversation_id.not_in(taken))
        places = list((await tx.execute(free.limit(NEW))).scalars())
        nothing = {"ranking": None, "personal": None, "pending": True, "vector": None, "group_id": None}
        new = [_question(0, 3, time.time(), 1, b"", chance) | nothing | {"conversation_id": one} for one in places]
        await tx.execute(insert(question), new)
    handler, begun = Grouping(database, embed, read), time.perf_counter()
    while await handler(ALL) is not None:
        pass
    return f"one of {len(places)} new questions grouped in {1000 * (time.perf_counter() - begun) / len(places):.0f} ms"


def groups_of(vectors: Sequence[Sequence[float]], bound: float) -> list[int]:
    """The group that each vector comes into, one after the other, as `Grouping` does it."""
    made: list[Middle] = []
    found = []
    for one in vectors:
        near = nearest(one, "en", made, bound)
        if near is None:
            made.append(near := Middle(len(made), "en", 1, list(one)))
        else:
            near.centre, near.size = moved(near.centre, near.size, one), near.size + 1
        found.append(near.group_id)
    return found


def judged(found: Sequence[int], intents: Sequence[str]) -> str:
    """How well groups are intents."""
    both = Counter(zip(found, intents, strict=True))
    main: Counter[int] = Counter()
    largest: Counter[str] = Counter()
    for (of, intent), count in both.items():
        main[of], largest[intent] = max(main[of], count), max(largest[intent], count)
    pairs = [sum(n * (n - 1) / 2 for n in counted.values()) for counted in (both, Counter(found), Counter(intents))]
    together, told = pairs[0] / max(1, pairs[1]), pairs[0] / pairs[2]
    purity = sum(main.values()) / len(found)
    share = sum(count / n for count, n in ((largest[one], n) for one, n in Counter(intents).items())) / len(largest)
    f1 = 2 * together * told / max(1e-9, together + told)
    return f"{len(main):4} groups, purity {purity:.2f}, found {share:.2f}, F1 of pairs {f1:.2f}"


def meaning() -> None:
    """How the bound chooses between mixed groups and scattered ones."""
    from bot.nlu.learning.encoder import encoder

    public.require()
    known = set(public.split("banking77-oos/train").intents)
    test = public.banking77("test")
    pairs = [pair for pair in zip(test.texts, test.intents, strict=True) if pair[1] not in known]
    random.Random(1).shuffle(pairs)
    made = encoder()
    if made is None:
        sys.exit("There is no sentence encoder here; this part needs it.")
    vectors = [
        row
        for at in range(0, len(pairs), 64)
        for row in made.meanings([one for one, _ in pairs[at : at + 64]]).tolist()
    ]
    for bound in (0.5, 0.55, 0.6, 0.65, 0.7):
        print(f"bound {bound:.2f}: {judged(groups_of(vectors, bound), [intent for _, intent in pairs])}", flush=True)


@asynccontextmanager
async def on_postgresql(server: str) -> AsyncIterator[str]:
    """The address of a database that is there as long as the block runs."""
    name = f"frontdesk_unanswered_{uuid.uuid4().hex[:8]}"
    admin = await asyncpg.connect(server)
    await admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"postgresql+asyncpg://{server.partition('://')[2].rpartition('/')[0]}/{name}"
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


async def run(name: str, url: str, questions: int) -> None:
    """Measures on one database, and says so."""
    code = "import sys; from frontdesk.schema import migrate; migrate(sys.argv[1])"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, url], check=True, cwd=ROOT)
    database = Database(url)
    try:
        told = await measure(database, questions)
        print(f"unanswered: {name}: {MESSAGES} messages, {questions} questions, {GROUPS} groups: {told} | {machine()}")
    finally:
        await database.close()


async def main(given: argparse.Namespace) -> None:
    if given.only in {None, "sqlite"}:
        with TemporaryDirectory(prefix="frontdesk-benchmark-") as folder:
            await run("SQLite", f"sqlite+aiosqlite:///{Path(folder) / 'frontdesk.db'}", given.questions)
    if given.only in {None, "postgresql"}:
        async with on_postgresql(given.postgresql) as url:
            await run("PostgreSQL", url, given.questions)
    if given.only in {None, "groups"}:
        meaning()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=25_000)
    parser.add_argument("--postgresql", default="postgresql://postgres@127.0.0.1:5432/postgres")
    parser.add_argument("--only", choices=["sqlite", "postgresql", "groups"])
    asyncio.run(main(parser.parse_args()))
