"""Files between contacts and the agents' threads: each once, in order, and nothing that was not meant to go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from conversations.model import Attachment, InboundKind, InboundMessage
from conversations.store import conversations, handoffs
from conversations.store.database import Database
from tests.front import Browser
from tests.slack.conftest import ANA, SlackHouse, words
from tests.slack_stand_in import CHANNEL, Message, live_parts

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def conversation_of(home: SlackHouse, handoff_id: str) -> str:
    async with home.house.front.database.read() as tx:
        handoff = await handoffs.get(tx, handoff_id)
    assert handoff is not None
    return handoff.conversation_id


async def contact_sends(home: SlackHouse, place: str, *files: tuple[str, bytes], text: str = "") -> None:
    """The contact of a conversation sends files, as a channel brings them."""
    front = home.house.front
    kept = []
    for name, content in files:
        file_id, size = await front.blobs.put(_parts(content), 20_000_000)
        kept.append(Attachment(file_id, name, "image/png", size))
    identity = place.partition(":")[2]
    said = InboundMessage(place, place.partition(":")[0], identity, InboundKind.SAID, text, attachments=tuple(kept))
    await front.receive(said)


def files_in(home: SlackHouse, card: Message) -> list[dict[str, Any]]:
    return [file for post in home.thread(card) for file in post.files]


def content_of(home: SlackHouse, file: dict[str, Any]) -> bytes:
    return home.slack.contents[file["id"]]


async def stored_files(database: Database, place: str) -> list[tuple[str, tuple[Attachment, ...]]]:
    async with database.read() as tx:
        return [(m.text, m.attachments) for m in await conversations.messages(tx, place) if m.sender == "agent"]


async def bytes_of(home: SlackHouse, file: Attachment) -> bytes:
    return b"".join([part async for part in home.house.front.blobs.get(file.file_id)])


async def test_a_contact_s_files_stand_in_the_thread_once_and_in_order(home: SlackHouse) -> None:
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    place = await conversation_of(home, handoff_id)
    await contact_sends(home, place, ("wok.png", PNG), ("<!channel>.pdf", b"%PDF-1.4 x"), text="it is broken")
    await browser.say("do you see it?")
    await home.until(lambda: "do you see it?" in home.said(card), 30)
    assert [(file["name"], content_of(home, file)) for file in files_in(home, card)] == [
        ("wok.png", PNG),
        ("<!channel>.pdf", b"%PDF-1.4 x"),
    ]
    order = [post.files[0]["name"] if post.files else words(post) for post in home.thread(card)]
    line, last = (next(n for n, one in enumerate(order) if part in one) for part in ("it is broken", "do you see it?"))
    assert "📎 wok.png" in order[line] and order[line + 1 : line + 3] == ["wok.png", "<!channel>.pdf"] and last > line
    for message in home.all_posts():
        assert not [part for part in live_parts(message) if "channel" in part.text]


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_whose_answer_was_lost_is_not_shown_twice(home: SlackHouse, step: str) -> None:
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    await home.until(lambda: home.thread(card))
    home.slack.lose_answer(step)
    await contact_sends(home, await conversation_of(home, handoff_id), ("wok.png", PNG), text="see")
    await browser.say("and this?")
    await home.until(lambda: "and this?" in home.said(card), 40)
    assert [file["name"] for file in files_in(home, card)] == ["wok.png"]


@pytest.mark.parametrize("error", ["missing_scope", "file_upload_size_restricted"])
async def test_a_file_that_slack_refuses_is_told_in_words(home: SlackHouse, error: str) -> None:
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    home.slack.fail("files.getUploadURLExternal", error)
    await contact_sends(home, await conversation_of(home, handoff_id), ("wok.png", PNG))
    await browser.say("did you get it?")
    await home.until(lambda: "did you get it?" in home.said(card) and "could not be brought here" in home.said(card))
    assert f"wok.png could not be brought here: Slack refused it, {error}" in home.said(card)
    assert files_in(home, card) == []


async def test_what_is_said_after_a_file_does_not_wait_for_ever(home: SlackHouse) -> None:
    browser = await home.house.browser()
    handoff_id, card = await home.card_of(browser)
    home.slack.uploads_away = True
    await contact_sends(home, await conversation_of(home, handoff_id), ("wok.png", PNG))
    await browser.say("did you get it?")
    await home.until(lambda: "did you get it?" in home.said(card), 30)
    await home.until(lambda: "Slack's host for files does not answer" in home.said(card))


async def test_the_holder_s_files_reach_the_contact_with_their_words_and_in_order(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    files = [{"name": "../../label <1>.png", "content": PNG}, {"name": "note.txt", "content": b"hello"}]
    await home.slack.write(ANA, CHANNEL, "here is your label", card.ts, files=files)
    await home.slack.write(ANA, CHANNEL, "print it", card.ts)
    await browser.until_said("agent", "print it")
    assert browser.texts("agent") == ["here is your label", "print it"]
    place = await place_of(home, browser)
    (text, sent), _ = await stored_files(home.house.front.database, place)
    assert text == "here is your label"
    assert [(file.name, file.media_type) for file in sent] == [
        ("label <1>.png", "image/png"),
        ("note.txt", "text/plain"),
    ]
    assert [await bytes_of(home, file) for file in sent] == [PNG, b"hello"]
    assert files_in(home, card) == [], "what was written in the thread is not posted there again"


async def place_of(home: SlackHouse, browser: Browser) -> str:
    async with home.house.front.database.read() as tx:
        assigned = await handoffs.assigned(tx)
    assert assigned
    return assigned[-1].conversation_id


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ({"name": "big.bin", "size": 21 * 1024 * 1024}, "larger than 20 MB"),
        ({"name": "liar.bin", "content": b"x" * (20 * 1024 * 1024 + 1), "size": 5}, "larger than 20 MB"),
        ({"name": "drive.doc", "mode": "external", "is_external": True}, "outside of Slack"),
        ({"name": "gone.png"}, "download_status_404"),
        ({"name": "empty.txt", "content": b""}, "it is empty"),
        ({"name": "evil.png", "url_private_download": "http://169.254.169.254/latest"}, "not_slacks_address"),
        ({"name": "evil.png", "url_private_download": "https://files.slack.com.evil.example/x"}, "not_slacks_address"),
        ({"name": "evil.png", "url_private_download": "https://files.slack.com@evil.example/x"}, "not_slacks_address"),
    ],
)
async def test_a_file_that_cannot_go_is_told_and_the_words_go(home: SlackHouse, file: dict[str, Any], why: str) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    await home.slack.write(ANA, CHANNEL, "look", card.ts, files=[file])
    await browser.until_said("agent", "look")
    told = (await home.until(lambda: home.told(ANA)))[0].text
    assert told.startswith(f"⚠️ {file['name']} did not go to the contact: ") and why in told
    assert await stored_files(home.house.front.database, await place_of(home, browser)) == [("look", ())]


async def test_a_file_of_which_slack_tells_only_the_id_is_asked_for(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    sent = home.slack.store(ANA, CHANNEL, "look", card.ts, files=[{"id": "F0CONNECT", "name": "a.png", "content": PNG}])
    event = home.slack.event_of(sent)
    bare = {"id": "F0CONNECT", "name": None, "size": None, "mode": None, "file_access": "check_file_info"}
    await home.slack._tell(sent, [event | {"files": [bare]}])
    await browser.until_said("agent", "look")
    ((_, (file,)),) = await stored_files(home.house.front.database, await place_of(home, browser))
    assert (file.name, await bytes_of(home, file)) == ("file", PNG)


async def test_no_redirect_is_followed_to_a_file(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    card = await home.claimed(await home.house.browser())
    home.slack.redirects["F0MOVED"] = "http://127.0.0.1:9/"
    await home.slack.write(ANA, CHANNEL, "", card.ts, files=[{"id": "F0MOVED", "name": "a.png", "content": PNG}])
    assert "download_status_302" in (await home.until(lambda: home.told(ANA)))[0].text


async def test_files_before_a_claim_and_with_a_private_note_stay_inside(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    _, card = await home.card_of(browser)
    await home.slack.write(ANA, CHANNEL, "", card.ts, files=[{"name": "a.png", "content": PNG}])
    assert "stays among colleagues" in (await home.until(lambda: home.told(ANA)))[0].text
    await home.slack.press(ANA, CHANNEL, card.ts, "claim")
    await browser.until(lambda: browser.state["owner"] == "agent")
    await home.slack.write(ANA, CHANNEL, "// only for us", card.ts, files=[{"name": "b.png", "content": PNG}])
    await home.slack.write(ANA, CHANNEL, "hello", card.ts)
    await browser.until_said("agent", "hello")
    assert await stored_files(home.house.front.database, await place_of(home, browser)) == [("hello", ())]


async def test_a_file_of_somebody_who_lost_the_handoff_meanwhile_stays_inside(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    place = await place_of(home, browser)
    home.slack.fail("files.info", "ratelimited", retry_after=2)
    await home.slack.write(
        ANA, CHANNEL, "see this", card.ts, files=[{"id": "F0LATE", "name": "a.png", "url_private": "",
                                                   "url_private_download": "", "content": PNG}]
    )  # fmt: skip
    await home.choose(ANA, card, "release")
    await browser.until(lambda: browser.state["owner"] == "queue")
    told = await home.until(lambda: [one.text for one in home.told(ANA) if "stays among colleagues" in one.text])
    assert told and not browser.texts("agent")
    assert await stored_files(home.house.front.database, place) == []


async def test_the_same_event_again_sends_a_file_once(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    card = await home.claimed(browser)
    act = await home.slack.write(ANA, CHANNEL, "once", card.ts, files=[{"name": "a.png", "content": PNG}])
    for _ in range(2):
        home.slack.undelivered = list(act.deliveries)
        await home.slack.redeliver()
        await browser.until_said("agent", "once")
    await asyncio.sleep(0.5)
    assert browser.texts("agent") == ["once"]
    assert len(await stored_files(home.house.front.database, await place_of(home, browser))) == 1
