"""Judges the record without the product's own queries: plain SQL, every commit as its transaction saw it, and what
contacts and agents saw.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import asyncpg

Row = dict[str, Any]

# How each conversation stands; run by a transaction just before it commits.
MOMENTS = """
SELECT c.id, c.owner, c.epoch, c.settled_through, c.last_number, c.last_contact_number, c.episode,
       (SELECT coalesce(max(e.id), 0) FROM event e WHERE e.conversation_id = c.id) AS event,
       (SELECT count(*) FROM turn t WHERE t.conversation_id = c.id) AS turns,
       h.id AS handoff, h.state, h.agent_id, h.waiting_since,
       (SELECT count(*) FROM contact b WHERE b.id = c.contact_id AND b.blocked_at IS NOT NULL) AS blocked
FROM conversation c LEFT JOIN handoff h ON h.conversation_id = c.id AND h.state IN ('waiting', 'assigned')
"""
_TABLES = {
    "conversation": "id",
    "message": "conversation_id, number",
    "turn": "conversation_id, first",
    "handoff": "created_at, id",
    "event": "id",
    "episode": "conversation_id, number",
    "note": "id",
    "work": "kind, key",
    "handoff_step": "id",
    "staff": "name",
    "contact": "id",
}
_JSON = {"message": ("buttons",), "event": ("payload",), "handoff": ("reasons",), "staff": ("teams",)}
_OUTBOUND = {"bot", "agent", "system"}
_OWNERS_OF = {None: {"bot"}, "waiting": {"bot", "queue"}, "assigned": {"agent"}}


@dataclass(frozen=True)
class Moment:
    """A conversation as one transaction left it, with its open handoff."""

    id: str
    owner: str
    epoch: int
    settled_through: int
    last_number: int
    last_contact_number: int
    episode: int
    event: int
    turns: int
    handoff: str | None
    state: str | None
    agent_id: str | None
    waiting_since: float | None
    blocked: int

    @property
    def place(self) -> tuple[int, ...]:
        """Each of these only ever grows, and every change that matters makes one of them grow."""
        return self.last_number, self.epoch, self.settled_through, self.event, self.turns, self.episode


def _before(one: Moment, other: Moment) -> bool:
    return all(mine <= theirs for mine, theirs in zip(one.place, other.place, strict=True))


@dataclass
class Timeline:
    """Every conversation's history, commit by commit."""

    moments: dict[str, dict[Moment, str]] = field(default_factory=lambda: defaultdict(dict))

    def committed(self, rows: Iterable[Row], by: str) -> None:
        for row in rows:
            self.moments[row["id"]].setdefault(Moment(**row), by)

    def of(self, conversation_id: str) -> list[Moment]:
        """In the order of their commits: the row's lock made it one."""
        return sorted(self.moments[conversation_id], key=lambda moment: moment.place)

    def of_actor(self, name: str) -> list[Moment]:
        """What this actor's transactions were the first to leave."""
        return [moment for found in self.moments.values() for moment, by in found.items() if by == name]


@dataclass
class Record:
    """The rows of the record, read in one snapshot."""

    tables: Mapping[str, list[Row]]

    def __getattr__(self, name: str) -> list[Row]:
        return self.tables[name]

    def messages(self, conversation_id: str, *senders: str) -> list[Row]:
        rows = [m for m in self.message if m["conversation_id"] == conversation_id]
        return [m for m in rows if not senders or m["sender"] in senders]

    def numbered(self, conversation_id: str, number: int) -> Row | None:
        return next((m for m in self.messages(conversation_id) if m["number"] == number), None)


Reader = sqlite3.Connection | asyncpg.Connection


def path_of(url: str) -> str:
    """The file of a SQLite database's address."""
    path = urlsplit(url).path
    return path.removeprefix("/") if path.startswith("//") else path


async def reader(url: str) -> Reader:
    """A connection to the record, by the address that the product is given."""
    if url.startswith("sqlite"):
        return sqlite3.connect(path_of(url), isolation_level=None)
    return await asyncpg.connect(url.replace("+asyncpg", ""))


async def close(connection: Reader) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.close()
    else:
        await connection.close()


async def read(url: str) -> Record:
    """All rows of the record."""
    connection = await reader(url)
    try:
        return await read_with(connection)
    finally:
        await close(connection)


async def read_with(connection: Reader) -> Record:
    """As `read`, over a connection that is kept."""
    if isinstance(connection, sqlite3.Connection):
        return Record(_read_sqlite(connection))
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = {name: await connection.fetch(f"SELECT * FROM {name} ORDER BY {by}") for name, by in _TABLES.items()}  # noqa: S608
    return Record({name: [_decoded(name, dict(row)) for row in rows] for name, rows in found.items()})


def _read_sqlite(connection: sqlite3.Connection) -> dict[str, list[Row]]:
    connection.execute("BEGIN")
    try:
        return {name: _rows(connection, name, by) for name, by in _TABLES.items()}
    finally:
        connection.execute("COMMIT")


def _rows(connection: sqlite3.Connection, table: str, by: str) -> list[Row]:
    found = connection.execute(f"SELECT * FROM {table} ORDER BY {by}")  # noqa: S608
    names = [column[0] for column in found.description]
    return [_decoded(table, dict(zip(names, row, strict=True))) for row in found]


def _decoded(table: str, row: Row) -> Row:
    for name in _JSON.get(table, ()):
        if isinstance(row[name], str):
            row[name] = json.loads(row[name])
    return row


@dataclass
class Seen:
    """What one tab of a contact was shown: frames as the browser gets them, in order."""

    items: list[Row] = field(default_factory=list)

    def texts(self) -> dict[int, str]:
        """The text last shown under each number; nothing under those that were withdrawn."""
        return {item["number"]: item.get("text", "") for item in self.items if not item.get("withdrawn")}


class Broken(AssertionError):
    """A rule of the house does not hold."""


def rule(holds: object, sentence: str, *facts: object) -> None:
    """Fails with what was found."""
    if not holds:
        raise Broken(sentence + "".join(f"\n  {fact}" for fact in facts))


def check_record(record: Record) -> None:
    """What holds at every moment, by the rows alone."""
    for held in record.conversation:
        _numbers(record, held)
        _ownership(record, held)
        _answers(record, held)
        _surveys(record, held)
    _claims(record)
    _notes(record)


def _numbers(record: Record, held: Row) -> None:
    said = record.messages(held["id"])
    numbers = [m["number"] for m in said]
    rule(numbers == list(range(1, held["last_number"] + 1)), "numbers have gaps or repeats", held["id"], numbers)
    keys = [m["native_key"] for m in said if m["native_key"]]
    rule(len(keys) == len(set(keys)), "one native key, two messages", held["id"], keys)
    contacts = [m["number"] for m in said if m["sender"] == "contact"]
    rule(held["last_contact_number"] == max(contacts, default=0), "the last contact message is another", held, contacts)
    rule(held["settled_through"] <= held["last_number"], "settled further than there are messages", held)
    episodes = [m["episode"] for m in said if m["sender"] == "contact"]
    rule(episodes == sorted(episodes), "a contact's message stands in an earlier episode than the one before", episodes)


def _ownership(record: Record, held: Row) -> None:
    open_ones = [
        h for h in record.handoff if h["conversation_id"] == held["id"] and h["state"] in {"waiting", "assigned"}
    ]
    rule(len(open_ones) <= 1, "two open handoffs", open_ones)
    state = open_ones[0]["state"] if open_ones else None
    rule(held["owner"] in _OWNERS_OF[state], "owner and handoff disagree", held["owner"], state, held["id"])
    for handoff in record.handoff:
        has_agent = handoff["agent_id"] is not None
        may_have_none = handoff["state"] in {"waiting", "abandoned"} or handoff["outcome"] == "blocked"
        rule(has_agent or may_have_none, "nobody holds an assigned handoff", handoff)
        rule(not (handoff["state"] == "waiting" and has_agent), "a waiting handoff is held", handoff)
        ended = handoff["state"] not in {"waiting", "assigned"}
        rule(ended == (handoff["ended_at"] is not None), "ended_at and state disagree", handoff)
        rule(not handoff["offered_to"] or handoff["state"] == "waiting", "offered, and not to be had", handoff)
        rule(not handoff["snoozed_at"] or handoff["state"] == "assigned", "asleep in nobody's hands", handoff)
        rule(not (handoff["snoozed_at"] and handoff["lease_until"]), "a lease runs while it sleeps", handoff)
        _steps(record, handoff)


# Where a handoff is after each step that moves it.
_LEADS_TO = {
    "opened": "waiting",
    "claimed": "assigned",
    "stepped_in": "assigned",
    "reopened": "assigned",
    "released": "waiting",
    "lease_over": "waiting",
    "transferred": "waiting",
    "resolved": "resolved",
    "returned": "returned",
    "abandoned": "abandoned",
}


def _steps(record: Record, handoff: Row) -> None:
    """What was done leads to where it is."""
    moved = [s for s in record.handoff_step if s["handoff_id"] == handoff["id"] and s["what"] in _LEADS_TO]
    rule(moved and _LEADS_TO[moved[-1]["what"]] == handoff["state"], "steps and state disagree", moved[-3:], handoff)
    if handoff["state"] == "assigned":
        rule(moved[-1]["agent_id"] == handoff["agent_id"], "steps and holder disagree", moved[-1], handoff)


def _answers(record: Record, held: Row) -> None:
    turns = [t for t in record.turn if t["conversation_id"] == held["id"]]
    covered = Counter(n for t in turns for n in range(t["first"], t["through"] + 1))
    rule(all(times == 1 for times in covered.values()), "a message was answered twice", covered)
    rule(all(n <= held["settled_through"] for n in covered), "a turn of an unsettled message", covered, held)
    answers: dict[int, list[int]] = defaultdict(list)
    for message in record.messages(held["id"], "bot"):
        if message["turn"] is not None:
            answers[message["turn"]].append(message["number"])
    for turn, numbers in answers.items():
        rule(turn in covered, "an answer without its turn", turn, numbers)
        rule(numbers == list(range(numbers[0], numbers[0] + len(numbers))), "one answer in two places", turn, numbers)
    handed = [e["payload"] for e in record.event if e["conversation_id"] == held["id"] and e["kind"] == "contact_said"]
    given = Counter(
        n
        for said in handed
        for n in range(said["first"], said["through"] + 1)
        if (found := record.numbered(held["id"], n)) and found["sender"] == "contact"
    )
    rule(all(times == 1 for times in given.values()), "a message was given to people twice", given)
    rule(not given.keys() & covered.keys(), "text for a person was answered by the bot", given, covered)


def _surveys(record: Record, held: Row) -> None:
    pressed: dict[int, set[int]] = defaultdict(set)
    for message in record.messages(held["id"], "contact"):
        number, _, index = (message["choice"] or "").partition(":")
        offered = record.numbered(held["id"], int(number)) if number.isdigit() else None
        if offered is not None and int(index) < len(offered["buttons"]):
            button = offered["buttons"][int(index)]
            if button["kind"] == "survey":
                pressed[offered["episode"]].add(int(button["value"]))
        if message["text"] in {"1", "2", "3", "4", "5"}:
            pressed[message["episode"] - 1].add(int(message["text"]))
    for episode in record.episode:
        if episode["conversation_id"] == held["id"] and episode["stars"] is not None:
            rule(episode["ended_by"] == "resolved", "stars for a matter that nobody resolved", episode)
            rule(episode["stars"] in pressed[episode["number"]], "stars that nobody gave", episode, pressed)


def _claims(record: Record) -> None:
    for held in record.conversation:
        joined = [m for m in record.messages(held["id"], "system") if m["name"]]
        claims = [
            e["payload"]
            for e in record.event
            if e["kind"] == "handoff_changed"
            and e["conversation_id"] == held["id"]
            and e["payload"]["state"] == "assigned"
        ]
        rule(len(joined) == len(claims), "claims and the words that somebody joined differ", claims, joined)
        before = [m for m in record.messages(held["id"], "bot") if joined and m["number"] < joined[-1]["number"]]
        left = [m for m in before if m["status"] == "pending"]
        rule(not left, "what the bot had not begun to send was not withdrawn at the takeover", left, joined)
        if held["owner"] == "agent":
            late = [m for m in record.messages(held["id"], "bot") if m["number"] > joined[-1]["number"]]
            rule(not late, "the bot spoke after the takeover", late, joined[-1])


def _notes(record: Record) -> None:
    notes = {n["text"] for n in record.note}
    rule(not [m for m in record.message if m["text"] in notes], "a note became a message")


Judged = set[tuple[Moment, Moment]]


def check_timeline(record: Record, timeline: Timeline, judged: Judged | None = None) -> None:
    """What holds from one commit to the next; pairs that were ``judged`` before are left out."""
    judged = set() if judged is None else judged
    for conversation_id in timeline.moments:
        moments = timeline.of(conversation_id)
        for one, after in pairwise(moments):
            if (one, after) in judged:
                continue
            rule(_before(one, after), "two commits left the conversation in ways that exclude each other", one, after)
            _change_of_owner(record, one, after)
            _said_between(record, one, after)
            _settled_between(record, one, after)
            judged.add((one, after))
        ages: dict[str, set[float | None]] = defaultdict(set)
        for moment in moments:
            ages[moment.handoff or ""].add(moment.waiting_since)
            rule(moment.owner in _OWNERS_OF[moment.state], "owner and handoff disagree", moment)
        rule(all(len(found) == 1 for found in ages.values()), "a handoff lost its place", ages)


def _change_of_owner(record: Record, one: Moment, after: Moment) -> None:
    rule(after.epoch - one.epoch <= 1, "an epoch was left out", one, after)
    changed = one.owner != after.owner or (one.agent_id != after.agent_id)
    rule(not changed or after.epoch == one.epoch + 1, "a new owner in an old epoch", one, after)
    if one.state == after.state == "assigned" and one.agent_id != after.agent_id:
        stepped_in = {(s["handoff_id"], s["agent_id"]) for s in record.handoff_step if s["what"] == "stepped_in"}
        rule((after.handoff, after.agent_id) in stepped_in, "taken from an agent by another", one, after)
    if one.handoff and after.handoff:
        rule(one.handoff == after.handoff, "a second handoff in place of the open one", one, after)


def is_greeting(message: Row) -> bool:
    """What somebody says with their claim, in one transaction."""
    return str(message["native_key"]).startswith("agent:greet:")


def _said_between(record: Record, one: Moment, after: Moment) -> None:
    for number in range(one.last_number + 1, after.last_number + 1):
        message = record.numbered(one.id, number)
        if message is None:
            raise Broken(f"a message is gone: {one.id} {number}")
        if message["sender"] != "contact" and after.blocked:
            rule(message["status"] == "withdrawn", "something was said to who is blocked", message, one, after)
        if message["sender"] == "bot":
            rule("agent" not in {one.owner, after.owner}, "the bot spoke while an agent owns", message, one, after)
        if message["sender"] == "agent":
            holders = {after.agent_id} if is_greeting(message) else {one.agent_id, after.agent_id}
            rule(holders == {message["agent_id"]}, "said without holding it", message, one, after)
        offers = {b["value"] for b in message["buttons"] if b["kind"] == "command"}
        if "cancel_handoff" in offers:
            rule(after.state == "waiting", "told to wait while nothing waits", message, one, after)


def _settled_between(record: Record, one: Moment, after: Moment) -> None:
    settled = [
        m for m in record.messages(one.id, "contact") if one.settled_through < m["number"] <= after.settled_through
    ]
    if not settled or after.blocked:
        return
    said = [m for m in record.messages(one.id, *_OUTBOUND) if one.last_number < m["number"] <= after.last_number]
    events = [e for e in record.event if e["conversation_id"] == one.id and one.event < e["id"] <= after.event]
    turns = [
        t
        for t in record.turn
        if t["conversation_id"] == one.id and one.settled_through < t["first"] <= after.settled_through
    ]
    given = {
        n
        for e in events
        if e["kind"] == "contact_said"
        for n in range(e["payload"]["first"], e["payload"]["through"] + 1)
    }
    for message in settled:
        rule(said or message["number"] in given, "a message was settled, and nobody was told", message, one, after)
    if turns:
        rule(one.owner == "bot", "the bot answered what was not its own", turns, one, after)
        covered = {n for turn in turns for n in range(turn["first"], turn["through"] + 1)}
        numbers = {m["number"] for m in settled}
        rule(len(turns) == 1 and numbers <= covered, "a turn settled what it did not answer", turns, settled)
        rule(len(settled) == 1 or {m["kind"] for m in settled} == {"said"}, "a press was joined to a turn", settled)
    if one.owner == "agent" and after.owner == "agent":
        rule(
            given >= {m["number"] for m in settled if m["kind"] == "said"}, "the agent did not hear it", settled, given
        )


def check_asked(timeline: Timeline, record: Record, asked: Iterable[tuple[str, int]]) -> None:
    """The engine was asked only for messages that were the bot's to answer in some moment."""
    for conversation_id, number in asked:
        contacts = [m["number"] for m in record.messages(conversation_id, "contact")]
        mine = any(
            moment.owner == "bot" and min((n for n in contacts if n > moment.settled_through), default=0) == number
            for moment in timeline.of(conversation_id)
        )
        rule(mine, "the engine was asked for what was never its own", conversation_id, number)


def check_settled(record: Record) -> None:
    """At the end, when everything was given its time: no message is left, nothing waits without a timer."""
    timers = {(w["kind"], w["key"]) for w in record.work if not w["set_aside"]}
    for held in record.conversation:
        left = [m["number"] for m in record.messages(held["id"], "contact") if m["number"] > held["settled_through"]]
        rule(not left, "messages without an end", held["id"], left)
    for handoff in record.handoff:
        if handoff["state"] == "waiting" and handoff["left_with_us_at"] is None:
            rule(("tell_again", handoff["id"]) in timers, "waits, and will never be told again", handoff)
        if handoff["lease_until"] is not None:
            rule(("lease", handoff["id"]) in timers, "a lease that nobody looks at", handoff)
        if handoff["offered_to"] is not None:
            rule(("offer", handoff["id"]) in timers, "an offer that nobody ends", handoff)
        if handoff["snoozed_until"] is not None:
            rule(("snooze", handoff["id"]) in timers, "a sleep that nobody ends", handoff)
    aside = [w for w in record.work if w["set_aside"] or w["failure"]]
    rule(not aside, "work failed", aside)


# With which a waiting begins: what was let pass before it, counts no more.
_WAITS = {"opened": None, "released": "agent_id", "lease_over": "agent_id", "transferred": "by"}


def check_routed(record: Record, team: str) -> None:
    """When all is quiet nobody is passed over: who waits, kept for nobody, is somebody whom no free hand fits."""
    in_hand = Counter(h["agent_id"] for h in record.handoff if h["state"] == "assigned" and not h["snoozed_at"])
    in_hand += Counter(h["offered_to"] for h in record.handoff if h["state"] == "waiting" and h["offered_to"])
    free = [
        s
        for s in record.staff
        if team in s["teams"] and s["availability"] == "here" and in_hand[s["id"]] < s["capacity"]
    ]
    for handoff in record.handoff:
        if handoff["state"] == "waiting" and handoff["team"] == team and handoff["offered_to"] is None:
            passed = _let_pass(record, handoff["id"])
            fitting = [s["name"] for s in free if s["id"] not in passed]
            rule(not fitting, "somebody who waits was passed over", handoff, fitting)


def _let_pass(record: Record, handoff_id: str) -> set[str]:
    passed: set[str] = set()
    for step in (s for s in record.handoff_step if s["handoff_id"] == handoff_id):
        if step["what"] in _WAITS:
            passed = {step[_WAITS[step["what"]] or "agent_id"]}
        elif step["what"] == "declined":
            passed.add(step["agent_id"])
    return passed


def check_seen(record: Record, conversation_id: str, seen: Seen, refused: Iterable[str]) -> None:
    """A tab shows the record: in order, without gaps, nothing withdrawn, nothing that was refused or a note."""
    first = list(dict.fromkeys(item["number"] for item in seen.items))
    rule(first == list(range(1, len(first) + 1)), "a tab was shown messages out of order", conversation_id, first)
    shown = seen.texts()
    for number, text in shown.items():
        message = record.numbered(conversation_id, number)
        rule(message is not None and message["text"] == text, "shown other than it stands", number, text, message)
        assert message is not None
        rule(message["status"] != "withdrawn", "what was withdrawn was shown", message)
    inside = {n["text"] for n in record.note} | set(refused)
    rule(not inside & set(shown.values()), "what stays inside was shown", inside & set(shown.values()))


def check_heard(record: Record, heard: Mapping[str, list[int]], *, complete: bool) -> None:
    """A listener heard a conversation's events in order, without gaps, each at least once."""
    for conversation_id in {e["conversation_id"] for e in record.event}:
        happened = [e["id"] for e in record.event if e["conversation_id"] == conversation_id]
        first = list(dict.fromkeys(heard.get(conversation_id, [])))
        rule(first == happened[: len(first)], "events heard out of order", conversation_id, first, happened)
        rule(not complete or first == happened, "events never heard", conversation_id, first, happened)


def check_pushed(record: Record, taken: Iterable[Any]) -> None:
    """What a channel that is pushed to took: in order, each once, nothing withdrawn."""
    numbers = [message.number for message in taken]
    rule(numbers == sorted(set(numbers)), "pushed out of order or twice", numbers)
    for message in taken:
        stored = record.numbered(message.conversation_id, message.number)
        rule(stored is not None and stored["status"] != "withdrawn", "what was withdrawn was sent", stored)


def check_received(record: Record, conversation_id: str, acknowledged: Mapping[str, int], tried: set[str]) -> None:
    """Acknowledged means committed, once; nothing is there that nobody sent."""
    stored = {m["native_key"]: m["number"] for m in record.messages(conversation_id, "contact")}
    rule(stored == dict(acknowledged), "what was acknowledged and what is stored differ", acknowledged, stored)
    rule(stored.keys() == tried, "lost, or made up", stored, tried)


def places(record: Record) -> dict[str, int]:
    """Everybody's place in the line of their team, counted by hand."""
    waiting = [h for h in record.handoff if h["state"] == "waiting"]
    waiting.sort(key=lambda h: (-h["priority"], h["waiting_since"], h["id"]))
    lines: dict[str, list[str]] = defaultdict(list)
    for handoff in waiting:
        lines[handoff["team"]].append(handoff["conversation_id"])
    return {name: place for line in lines.values() for place, name in enumerate(line, start=1)}
