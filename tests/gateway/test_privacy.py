"""What contacts may do with what is kept about them: have it sent, and have it erased, for good."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import String, cast, delete, func, select, update

from bot.engine.wire import ComplaintFiled, PromiseMade, Reply, TurnResult
from conversations.erasure import Erasure
from conversations.model import Attachment, InboundKind, InboundMessage, Outbound, Sender, Status
from conversations.store import contacts, conversations, erasing, tables
from conversations.store.database import now
from conversations.store.erasing import FORGET_BLANKS
from frontdesk.contacts import ELSEWHERE
from tests.conftest import ROOT
from tests.front import Agent, Browser, House, house
from tests.scripted_engine import MODEL, understood

CANARY = "canary7f3a"
EMAIL, CARD, FILE = f"{CANARY}@example.com", "4111 1111 1111 1111", f"{CANARY} in a file".encode()
TELEGRAM = InboundMessage("telegram:4711", "telegram", "4711", InboundKind.SAID, text="hello", native_key="m:1")


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url, rest={"enabled": True}) as built:
        yield built


async def read(home: House, statement: Any) -> list[Any]:
    async with home.front.database.read() as tx:
        return list((await tx.execute(statement)).all())


async def contact_of(home: House, channel: str, native_id: str | None = None) -> str:
    c = tables.identity.c
    where = [c.channel == channel, *([c.native_id == native_id] if native_id else [])]
    (row,) = await read(home, select(c.contact_id).where(*where))
    return str(row.contact_id)


async def in_words(part: bytes) -> AsyncIterator[bytes]:
    yield part


async def attached(home: House, content: bytes, name: str) -> Attachment:
    file_id, size = await home.front.blobs.put(in_words(content), 1000)
    return Attachment(file_id, name, "text/plain", size)


async def receive(home: House, message: InboundMessage) -> int:
    """Stores a message and waits until it is settled."""
    number = (await home.front.receive(message)).number
    async with asyncio.timeout(10):
        while True:
            async with home.front.database.read() as tx:
                held = await conversations.get(tx, message.conversation_id)
            if held is None or held.settled_through >= number:
                return number
            await asyncio.sleep(0.02)


async def content_of(home: House, file_id: str) -> bytes:
    return b"".join([part async for part in home.front.blobs.get(file_id)])


async def gone(home: House, contact_id: str) -> None:
    async with asyncio.timeout(40):
        while await read(home, select(tables.contact.c.id).where(tables.contact.c.id == contact_id)):
            await asyncio.sleep(0.05)


async def erase(home: House, contact_id: str) -> erasing.Report:
    """As the command line does."""
    erasure = Erasure(home.front.database, home.front.blobs, home.front.settings.secret_key, ELSEWHERE)
    report = await erasure.erase(contact_id)
    assert report is not None
    return report


async def erase_in_the_browser(browser: Browser) -> None:
    await browser.say("/privacy")
    await browser.until(lambda: "Erase me" in browser.buttons())
    await browser.press("Erase me")
    await browser.until(lambda: "Yes, erase everything" in browser.buttons())
    await browser.press("Yes, erase everything")


async def full_of_canaries(home: House) -> tuple[Browser, Agent, str]:
    """A web contact with everything that a contact can have, and the handoff that Ana holds."""
    home.engine.answers[f"{CANARY} broke"] = TurnResult(
        MODEL,
        understood("complaint"),
        replies=(Reply(f"Noted, {CANARY}."),),
        state={"slots": {"email": EMAIL}},
        effects=(
            ComplaintFiled("C-1", "damaged", f"{CANARY} broke", order="1045"),
            PromiseMade(f"call {CANARY}", due_at=2_000_000_000.0),
        ),
    )
    browser, agent = await home.browser(), await home.agent()
    await browser.say(f"{CANARY} broke")
    await browser.until_said("bot", "Noted")
    await browser.say(f"my card {CARD} and {EMAIL}")
    await browser.until_said("bot", "You said: my card")
    place = (await read(home, select(tables.conversation.c.id)))[0].id
    file = await attached(home, FILE, f"{CANARY}.txt")
    sent = InboundMessage(place, "web", place[4:], InboundKind.SAID, text=CANARY, attachments=(file,), native_key="f:1")
    await receive(home, sent)
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.conversation).values(slots={"email": EMAIL, "name": CANARY}, email=EMAIL))
    handoff_id = await home.handoff(browser)
    await agent.act(handoff_id, "claim")
    await agent.act(handoff_id, "note", id=str(uuid.uuid4()), text=f"{CANARY} is upset")
    gesture = {"kind": "voucher", "amount": 5, "note": f"{CANARY} was patient"}
    await agent.act(handoff_id, "goodwill", id=str(uuid.uuid4()), **gesture)
    await agent.reply(handoff_id, f"Hello {CANARY}")
    await browser.until_said("agent", "Hello")
    return browser, agent, handoff_id


async def findings(home: House, data: Path, redis_url: str | None, words: list[str]) -> list[str]:
    """Where any of the words still stands: in rows, in the bytes of files, in Redis."""
    found = []
    for table in tables.metadata.sorted_tables:
        for column in table.c:
            as_text = func.convert_from(column, "LATIN1") if column.name == "data" and redis_url else column
            for row in await read(home, select(cast(as_text, String))):
                found += [f"{table.name}.{column.name}: {row[0]!r}" for word in words if word in str(row[0] or "")]
    for path in data.rglob("*"):
        if path.is_file():
            found += [f"{path.name} has {word}" for word in words if word.encode() in path.read_bytes()]
    if redis_url:
        with redis.Redis.from_url(redis_url) as connection:
            for key in connection.scan_iter():
                dumped = (connection.dump(key) or b"") + key
                found += [f"Redis {key!r} has {word}" for word in words if word.encode() in dumped]
    return found


def test_every_table_that_holds_something_about_people_is_erased_from() -> None:
    impersonal = {"staff", "slack_request", "slack_install", "slack_install_state", "erased_key"}
    impersonal |= {"canned", "tag", "idempotency", "slack_home", "stored", "content_version", "models"}
    impersonal |= {"unanswered_group", "unanswered_step"}  # reckoned anew when a question of theirs is gone
    by_name = {"contact", "conversation", "blob", "event", "listener_cursor", "work", "posted"}
    owners = {tables.contact.c.id, tables.conversation.c.id, tables.handoff.c.id}
    of_people = {
        table.name
        for table in tables.metadata.sorted_tables
        if owners & {key.column for column in table.c for key in column.foreign_keys}
    }
    strays = {table.name for table in tables.metadata.sorted_tables} - of_people - impersonal - by_name
    assert strays == set(), "erasing.erase knows nothing of these: give them a foreign key, or name them here"


async def test_an_export_has_all_that_is_kept_and_no_notes_of_agents(home: House) -> None:
    browser, agent, handoff_id = await full_of_canaries(home)
    await agent.act(handoff_id, "resolve", outcome="solved", comment="an internal remark")
    await browser.until(lambda: browser.state["owner"] == "bot")
    await browser.say("5")
    await browser.until_said("system", "Add a comment", times=0)
    await receive(home, TELEGRAM)
    await home.front.receive(
        replace(TELEGRAM, kind=InboundKind.EDITED, text="hallo", of="m:1", native_key="e", sent_at=9.0)
    )
    async with home.front.database.write() as tx:
        await contacts.join(tx, await contacts.contact_of(tx, "telegram", "4711") or "", await web_contact(tx))
    await browser.say("/privacy")
    await browser.until(lambda: "Send me my data" in browser.buttons())
    await browser.press("Send me my data")
    await browser.until_said("system", "Here is everything that is kept about you")
    (file,) = await read(home, select(tables.file).where(tables.file.c.media_type == "application/json"))
    text = await content_of(home, file.id)
    made = json.loads(text)
    assert text.decode().count("\n  ") > 100  # indented for people
    assert {one["channel"] for one in made["identities"]} == {"telegram", "web"}
    telegram, web = made["conversations"]
    assert (telegram["messages"][0]["text"], "edited_at" in telegram["messages"][0]) == ("hallo", True)
    assert web["complaints"][0]["description"] == f"{CANARY} broke"
    assert web["promises"][0]["what"] == f"call {CANARY}"
    assert web["known"]["email"] == web["email"] == EMAIL
    assert [(one["kind"], one["pence"], one["currency"]) for one in made["goodwill"]] == [("voucher", 500, "GBP")]
    assert web["handoffs"][0]["state"] == "resolved" and web["handoffs"][0]["reference"].startswith("FD-")
    assert web["episodes"][0]["stars"] == 5
    assert base64.b64decode(web["files"][0]["base64"]) == FILE
    assert web["understood"][0]["parse"]["intent"] == "complaint"
    assert {"Noted, " + CANARY + ".", f"Hello {CANARY}"} <= {one["text"] for one in web["messages"]}
    assert not [part for part in (b"is upset", b"internal remark", b"was patient") if part in text]


async def web_contact(tx: Any) -> str:
    found = select(tables.identity.c.contact_id).where(tables.identity.c.channel == "web")
    return str((await tx.execute(found)).scalar_one())


async def test_an_export_asked_for_twice_is_made_once_and_does_not_hold_itself(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    await browser.send(type="menu", id=str(uuid.uuid4()), command="send_data")
    await browser.until_said("system", "Here is everything")
    await browser.send(type="menu", id=str(uuid.uuid4()), command="send_data")
    await browser.until_said("system", "have sent you the file a few minutes ago")
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.file).values(created_at=now() - 3600))
    await browser.send(type="menu", id=str(uuid.uuid4()), command="send_data")
    await browser.until_said("system", "Here is everything", times=2)
    rows = await read(home, select(tables.file.c.id).order_by(tables.file.c.created_at))
    assert len(rows) == 2
    (place,) = json.loads(await content_of(home, rows[1].id))["conversations"]
    assert [("base64" in one) for one in place["files"]] == [False]


async def test_where_no_files_can_be_shown_the_contact_is_told_what_to_do(home: House) -> None:
    client = home.rasa_client()
    answer = next(one for one in await client.say("/privacy") if "buttons" in one)
    payload = next(one["payload"] for one in answer["buttons"] if one["title"] == "Send me my data")
    (told,) = await client.say(payload)
    assert "ask a person of Pineapple & Co" in told["text"] and told["buttons"][0]["title"] == "Talk to a person"
    assert await read(home, select(tables.file)) == []


@pytest.mark.parametrize("name", ["send_data", "erase"])
async def test_in_a_group_nothing_is_sent_or_erased(home: House, name: str) -> None:
    place = replace(TELEGRAM, conversation_id="telegram:-100/4711", kind=InboundKind.PRESSED, choice=f"menu:{name}")
    await receive(home, place)
    async with home.front.database.read() as tx:
        last = (await conversations.messages(tx, place.conversation_id))[-1]
    assert "in a private chat" in last.text and last.buttons == () and last.attachments == ()


async def test_after_an_erasure_no_word_of_the_contact_is_anywhere(
    home: House, tmp_path: Path, redis_url: str | None
) -> None:
    browser, _, _ = await full_of_canaries(home)
    client = home.rasa_client(f"sender-{CANARY}")
    await client.hear(f"{CANARY} over REST", "1")
    rest, web = await contact_of(home, "rest"), await contact_of(home, "web")
    place = (await read(home, select(tables.conversation.c.id).where(tables.conversation.c.channel == "web")))[0].id
    words = [CANARY, "4111", place[4:]]
    assert await findings(home, tmp_path, redis_url, words)
    async with home.front.database.write() as tx:
        assert await contacts.join(tx, rest, web)
    await erase_in_the_browser(browser)
    await gone(home, web)
    await browser.until(lambda: browser.socket is not None and browser.socket.closed)
    assert await settled_findings(home, tmp_path, redis_url, words) == []
    assert await read(home, select(tables.message)) == await read(home, select(tables.turn)) == []


async def settled_findings(home: House, data: Path, redis_url: str | None, words: list[str]) -> list[str]:
    """What is found once the work that went with the erasure has ended."""
    found = await findings(home, data, redis_url, words)
    for _ in range(50):
        if not found:
            break
        await asyncio.sleep(0.2)
        found = await findings(home, data, redis_url, words)
    return found


async def test_the_contact_hears_it_before_it_is_done_and_their_browser_begins_anew(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    await browser.until_said("bot", "You said: hello")
    await erase_in_the_browser(browser)
    await browser.until_said("system", "It is being erased now")
    await browser.until(lambda: browser.problems() == ["erased"])
    await browser.until(lambda: browser.socket is not None and browser.socket.closed)
    assert browser.socket is not None and browser.socket.close_code == 4410
    again = await home.browser(browser.token, browser.cursor)
    welcome = next(frame for frame in again.frames if frame["type"] == "welcome")
    assert (welcome["last_number"], welcome["state"]["owner"]) == (0, "bot")
    await again.say("hello again")
    await again.until_said("bot", "You said: hello again")
    assert min(again.messages) == 1


async def test_over_rest_the_call_that_confirms_is_answered(home: House) -> None:
    client = home.rasa_client()
    await client.say("hello")
    asked = await client.say("/privacy")
    (question,) = await client.say(next(b["payload"] for b in asked[0]["buttons"] if b["title"] == "Erase me"))
    (told,) = await client.say(question["buttons"][0]["payload"])
    assert "It is being erased now" in told["text"]
    async with asyncio.timeout(10):
        while await read(home, select(tables.message)):
            await asyncio.sleep(0.05)


async def test_erasing_waits_until_the_last_word_has_gone_out_where_it_is_pushed(home: House) -> None:
    await receive(home, TELEGRAM)
    contact_id = await contact_of(home, "telegram")
    erasure = Erasure(home.front.database, home.front.blobs, "a secret", ELSEWHERE)
    async with home.front.database.write() as tx:
        (number,) = await conversations.say(tx, TELEGRAM.conversation_id, 1, [Outbound(Sender.SYSTEM, "farewell")])
        c = tables.message.c
        await tx.execute(update(tables.message).where(c.number < number).values(status=Status.SENT))
    assert await erasure(contact_id) is not None
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.message).values(status=Status.SENDING))
    assert await erasure(contact_id) is not None
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.message).values(status=Status.SENT))
    assert await erasure(contact_id) is None
    assert await read(home, select(tables.message)) == []


async def test_erasing_does_not_wait_for_ever_for_a_contact_who_cannot_be_reached(home: House) -> None:
    await receive(home, TELEGRAM)
    contact_id = await contact_of(home, "telegram")
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.message).values(at=now() - 31, status=Status.PENDING))
    assert await Erasure(home.front.database, home.front.blobs, "a secret", ELSEWHERE)(contact_id) is None
    assert await read(home, select(tables.message)) == []


async def test_one_press_erases_nothing(home: House) -> None:
    browser = await home.browser()
    for choice in ("erase", "erase_confirmed"):
        await browser.send(type="press", id=str(uuid.uuid4()), choice=f"menu:{choice}")
        await home.front.receive(
            replace(TELEGRAM, kind=InboundKind.PRESSED, choice=f"menu:{choice}", text="", native_key=choice)
        )
    await receive(home, replace(TELEGRAM, native_key="m:2"))
    async with home.front.database.read() as tx:
        texts = [m.text for m in await conversations.messages(tx, TELEGRAM.conversation_id)]
    assert any("Shall I erase it?" in text for text in texts) and not any("being erased now" in text for text in texts)
    assert any("no longer open" in text for text in texts)


async def test_an_erasure_can_be_confirmed_for_ten_minutes_only(home: House) -> None:
    browser = await home.browser()
    await browser.send(type="menu", id=str(uuid.uuid4()), command="erase")
    await browser.until(lambda: "Yes, erase everything" in browser.buttons())
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.message).values(at=now() - 601))
    await browser.press("Yes, erase everything")
    await browser.until_said("system", "That choice is no longer open")


async def test_an_erasure_asked_for_in_an_earlier_matter_is_not_confirmed(home: House) -> None:
    browser = await home.browser()
    await browser.send(type="menu", id=str(uuid.uuid4()), command="erase")
    await browser.until(lambda: "Yes, erase everything" in browser.buttons())
    async with home.front.database.write() as tx:
        long_ago = now() - home.front.settings.config.bounds.silence - 60
        await tx.execute(update(tables.conversation).values(last_contact_at=long_ago))
    await browser.press("Yes, erase everything")
    await browser.until_said("system", "That choice is no longer open")


async def test_what_others_said_stays(home: House) -> None:
    await receive(home, TELEGRAM)
    other = replace(TELEGRAM, conversation_id="telegram:47110", identity="47110")
    await receive(home, other)
    before = await read(home, select(tables.message).where(tables.message.c.conversation_id == other.conversation_id))
    report = await erase(home, await contact_of(home, "telegram", "4711"))
    after = await read(home, select(tables.message).where(tables.message.c.conversation_id == other.conversation_id))
    assert [row._mapping for row in after] == [row._mapping for row in before] and after
    assert report.rows["message"] == 2 and report.rows["contact"] == 1
    assert report.left == (
        "What they wrote themselves stays in telegram:4711 (1 message): it is theirs to delete there.",
    )


async def test_a_late_redelivery_does_not_bring_back_what_was_erased(home: House) -> None:
    await receive(home, TELEGRAM)
    contact_id = await contact_of(home, "telegram")
    await erase(home, contact_id)
    assert (await home.front.receive(TELEGRAM)).repeated
    edit = replace(TELEGRAM, kind=InboundKind.EDITED, native_key="e:1", of="m:1", sent_at=9.0)
    assert (await home.front.receive(edit)).repeated
    for kind in (InboundKind.LEFT, InboundKind.DELETED):
        await home.front.receive(replace(TELEGRAM, kind=kind, native_key=f"x:{kind}", of="m:0"))
    assert await read(home, select(tables.contact)) == []
    await receive(home, replace(TELEGRAM, text="I am back", native_key="m:2"))
    assert (await home.front.receive(TELEGRAM)).repeated
    assert await contact_of(home, "telegram") != contact_id
    async with home.front.database.read() as tx:
        texts = [m.text for m in await conversations.messages(tx, TELEGRAM.conversation_id)]
    assert texts[0] == "I am back" and "hello" not in texts


async def test_the_hashes_of_what_was_erased_are_forgotten_after_their_time(home: House) -> None:
    await receive(home, TELEGRAM)
    await erase(home, await contact_of(home, "telegram"))
    (row,) = await read(home, select(tables.erased_key.c.hash, tables.erased_key.c.until - now()))
    assert "m:1" not in row[0] and len(row[0]) == 64 and 7.9 * 86_400 < row[1] <= 8 * 86_400
    async with home.front.database.write() as tx:
        await tx.execute(update(tables.erased_key).values(until=now() - 1))
    async with asyncio.timeout(5):
        while await read(home, select(tables.erased_key)):
            await asyncio.sleep(0.05)


async def test_an_open_handoff_is_closed_and_whoever_held_it_is_told(home: House) -> None:
    browser, agent, handoff_id = await full_of_canaries(home)
    await erase_in_the_browser(browser)
    await browser.until(lambda: "erased" in browser.problems())
    detail = await agent.call("GET", f"/handoffs/{handoff_id}")
    assert detail["summary"]["state"] == "abandoned"
    assert detail["summary"]["comment"] == "The contact had everything about them erased."
    assert detail["transcript"] == [] and CANARY not in json.dumps(detail)
    await agent.reply(handoff_id, "are you there?", expect=409)
    assert await agent.waiting() == []


async def test_pages_that_were_used_again_and_again_hold_nothing_after_an_erasure(
    home: House, tmp_path: Path, redis_url: str | None
) -> None:
    others = replace(TELEGRAM, conversation_id="telegram:47110", identity="47110")
    for message in (TELEGRAM, others):
        await receive(home, message)
    c = tables.conversation.c
    for round_ in range(80):
        async with home.front.database.write() as tx:
            for place, word in ((TELEGRAM.conversation_id, CANARY), (others.conversation_id, "kept")):
                said = [Outbound(Sender.SYSTEM, f"{word} " * (1 + (7 * round_) % 300)) for _ in range(3)]
                await conversations.say(tx, place, 1, said)
                state = {"talk": f"{word} " * ((11 * round_) % 900)}
                await tx.execute(update(tables.conversation).where(c.id == place).values(state=state, facts=state))
    assert await findings(home, tmp_path, redis_url, [CANARY])
    await erase(home, await contact_of(home, "telegram", "4711"))
    assert await findings(home, tmp_path, redis_url, [CANARY]) == []
    kept = await read(home, select(tables.message).where(tables.message.c.conversation_id == others.conversation_id))
    assert len(kept) == 242


async def test_what_agents_had_before_them_is_forgotten_after_a_day(home: House) -> None:
    _, agent, handoff_id = await full_of_canaries(home)
    await erase(home, await contact_of(home, "web"))
    await agent.act(handoff_id, "note", id=str(uuid.uuid4()), text="a pity")
    async with home.front.database.write() as tx:
        work = tables.work
        (due,) = (await tx.execute(select(work.c.due_at - now()).where(work.c.kind == FORGET_BLANKS))).scalars()
        await tx.execute(update(work).where(work.c.kind == FORGET_BLANKS).values(due_at=now()))
    assert 86_000 < due <= 86_400
    async with asyncio.timeout(10):
        while await read(home, select(tables.handoff)):
            await asyncio.sleep(0.05)
    await agent.call("GET", f"/handoffs/{handoff_id}", expect=404)
    assert await read(home, select(tables.contact)) == await read(home, select(tables.conversation)) == []


async def test_an_erasure_is_known_by_its_contact_s_id_alone(home: House) -> None:
    await receive(home, TELEGRAM)
    contact_id = await contact_of(home, "telegram")
    await erase(home, contact_id)
    async with home.front.database.read() as tx:
        assert [one for one, _ in await erasing.erasures(tx)] == [contact_id]
        assert await erasing.erasures(tx, since=4_000_000_000.0) == []


async def test_a_crash_between_the_files_and_the_record_is_made_good_by_doing_it_again(home: House) -> None:
    file = await attached(home, FILE, "a.txt")
    await receive(home, replace(TELEGRAM, attachments=(file,)))
    contact_id = await contact_of(home, "telegram")
    await home.front.blobs.delete(file.file_id)
    assert (await erase(home, contact_id)).files == 1
    assert await read(home, select(tables.file)) == []


async def test_an_erasure_asked_for_twice_is_done_once(home: House) -> None:
    await receive(home, TELEGRAM)
    contact_id = await contact_of(home, "telegram")
    erasure = Erasure(home.front.database, home.front.blobs, home.front.settings.secret_key, ELSEWHERE)
    done = await asyncio.gather(*(erasure.erase(contact_id) for _ in range(3)))
    assert [report is None for report in done].count(False) == 1
    async with home.front.database.read() as tx:
        assert len(await erasing.erasures(tx)) == 1


def frontdesk(home: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    given = home.front.settings
    names = {
        "FRONTDESK_DATA": str(given.data),
        "FRONTDESK_DATABASE_URL": given.database_url.replace("+aiosqlite", "").replace("+asyncpg", ""),
        "FRONTDESK_SECRET_KEY": given.secret_key,
        "FRONTDESK_ENGINE_SECRET": given.engine_secret,
        **({"FRONTDESK_REDIS_URL": given.redis_url} if given.redis_url else {}),
    }
    command = [sys.executable, "-m", "frontdesk", *arguments]
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "200", **names}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


async def test_the_command_line_exports_and_erases_beside_a_running_front(home: House, tmp_path: Path) -> None:
    browser, _, _ = await full_of_canaries(home)
    contact_id = await contact_of(home, "web")
    place = (await read(home, select(tables.conversation.c.id)))[0].id
    to = tmp_path / "hers.json"
    told = await asyncio.to_thread(frontdesk, home, "contact", "export", place, "--to", str(to))
    assert told.returncode == 0, told.stderr
    assert to.stat().st_mode & 0o777 == 0o600
    made = json.loads(to.read_bytes())
    assert made["contact"]["id"] == contact_id
    assert base64.b64decode(made["conversations"][0]["files"][0]["base64"]) == FILE
    again = await asyncio.to_thread(frontdesk, home, "contact", "export", place, "--to", str(to))
    assert again.returncode == 2 and "is there already" in again.stderr
    to.unlink()
    erased = await asyncio.to_thread(frontdesk, home, "contact", "erase", f"web:{place[4:]}", "--yes")
    assert erased.returncode == 0, erased.stderr
    assert erased.stdout.startswith(f"erased\tcontact {contact_id}")
    assert "1\tfiles" in erased.stdout and "1\trows of complaint" in erased.stdout
    assert await read(home, select(tables.message)) == []
    listed = await asyncio.to_thread(frontdesk, home, "contact", "erased", "--since", "2020-01-01")
    assert listed.stdout.startswith(contact_id)
    nobody = await asyncio.to_thread(frontdesk, home, "contact", "erase", contact_id, "--yes")
    assert nobody.returncode == 2 and "Nobody is known as" in nobody.stderr
    assert "Traceback" not in nobody.stderr
    # The browser learns it with the next thing that happens in its conversation.
    await browser.say("are you there?")
    await browser.until(lambda: "erased" in browser.problems())


async def test_the_command_line_asks_before_it_erases(home: House) -> None:
    await receive(home, TELEGRAM)
    told = await asyncio.to_thread(frontdesk, home, "contact", "erase", "telegram:4711")
    assert told.returncode == 1 and len(await read(home, select(tables.contact))) == 1


async def test_deleting_rows_by_hand_shows_that_the_search_finds_what_is_left(
    home: House, tmp_path: Path, redis_url: str | None
) -> None:
    await full_of_canaries(home)
    async with home.front.database.write() as tx:
        await tx.execute(delete(tables.complaint))
    found = " ".join(await findings(home, tmp_path, redis_url, [CANARY]))
    for place in ("message.text", "turn.parse", "promise.what", "note.text", "file.name", "conversation.facts"):
        assert place in found, place
