"""Who left the page is written to by e-mail, through a real mail server on this machine, and comes back by its link."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.channels.web import identity
from bot.channels.web.presence import AWAY, Presence
from bot.gateway.commands import email_in
from conversations.store import tables as t
from escalation.service.mailing import MAIL
from frontdesk.settings import SettingsWrong
from tests.conftest import free_port
from tests.front import Browser, House, house
from tests.gateway.later import handoff, look, pass_time, rows, until
from vendors.smtp_url import server

SECRET = "a-secret-key-for-tests-of-32-characters"
SHOP = {"sender": "Pineapple & Co <help@shop.example>", "unread_seconds": 300}


class Inbox:
    """What the mail server took. ``answers`` are told to the next ones instead of taking them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.answers: list[str] = []

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.to.append(list(envelope.rcpt_tos))
        return "250 taken"

    async def until(self, count: int) -> None:
        async def so() -> bool:
            return len(self.mails) >= count

        await until(so)


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    box, port = Inbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


@pytest.fixture
async def posted(
    tmp_path: Path, database_url: str, redis_url: str | None, inbox: tuple[Inbox, int]
) -> AsyncIterator[tuple[House, Inbox]]:
    box, port = inbox
    env = {"smtp_url": f"smtp://127.0.0.1:{port}", "public_url": "https://shop.example/"}
    async with house(tmp_path, database_url, redis_url, env=env, mail=SHOP) as built:
        yield built, box


async def left_an_address(home: House, browser: Browser) -> str:
    handoff_id = await home.handoff(browser)
    await browser.press("E-mail me the answer")
    await browser.until_said("system", "Which address")
    await browser.say(" anna@example.org ")
    await browser.until_said("system", "also goes to anna@example.org")
    return handoff_id


async def gone(home: House, browser: Browser, handoff_id: str) -> None:
    """Closes the page, and has that noticed."""
    await browser.close()
    place = (await handoff(home, handoff_id)).conversation_id

    async def closed() -> bool:
        return bool(await rows(home, t.work, kind=AWAY, key=place))

    await until(closed)
    await look(home, AWAY, place)

    async def away() -> bool:
        return bool(await rows(home, t.event, kind="contact_away"))

    await until(away)


async def unread(home: House, handoff_id: str, *texts: str) -> str:
    """An agent writes; five minutes go by. Returns the conversation."""
    agent = await home.agent()
    await agent.act(handoff_id, "claim")
    for text in texts:
        await agent.reply(handoff_id, text)
    await pass_time(home, 301)
    place = (await handoff(home, handoff_id)).conversation_id
    await look(home, MAIL, place)
    return place


async def test_what_stays_unread_goes_by_e_mail_once_with_a_link_back_that_works(
    posted: tuple[House, Inbox],
) -> None:
    home, box = posted
    browser = await home.browser()
    handoff_id = await left_an_address(home, browser)
    await gone(home, browser, handoff_id)
    place = await unread(home, handoff_id, "Your parcel is at the neighbour's.", "Is that all right?")
    await box.until(1)
    for _ in range(2):
        await look(home, MAIL, place)
    await asyncio.sleep(0.4)
    [mail] = box.mails
    assert box.to == [["anna@example.org"]] and mail["To"] == "anna@example.org"
    assert mail["From"] == SHOP["sender"] and mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "Your parcel is at the neighbour's." in text and "Is that all right?" in text
    reference = (await handoff(home, handoff_id)).reference
    assert reference in mail["Subject"] and "parcel" not in mail["Subject"]
    link = re.search(r"https://shop\.example/#return=(\S+)", text)
    assert link is not None
    back = await come_back(home, link[1])
    await back.until_said("agent", "Is that all right?")
    assert identity.verify(back.token, SECRET) == identity.verify(browser.token, SECRET)
    seen = [row.payload["through"] for row in await rows(home, t.event, kind="agent_seen")]
    assert seen and seen[-1] == max(back.messages)


async def come_back(home: House, proof: str) -> Browser:
    """A browser that was never here, with a link's proof."""
    browser = Browser(home.client.server, None)  # type: ignore[arg-type] # a TestServer
    home.browsers.append(browser)
    browser.back = proof
    return await browser.open()


async def test_what_the_page_showed_is_not_sent_by_e_mail(posted: tuple[House, Inbox]) -> None:
    home, box = posted
    browser = await home.browser()
    handoff_id = await left_an_address(home, browser)
    await unread(home, handoff_id, "Hello!")
    await browser.until_said("agent", "Hello!")
    await asyncio.sleep(0.4)
    assert box.mails == []


async def test_a_mail_server_that_is_busy_is_asked_again_and_an_address_it_refuses_is_forgotten(
    posted: tuple[House, Inbox],
) -> None:
    home, box = posted
    box.answers = ["451 try again later"]
    browser = await home.browser()
    handoff_id = await left_an_address(home, browser)
    await gone(home, browser, handoff_id)
    place = await unread(home, handoff_id, "Hello!")
    await box.until(1)
    box.answers = ["550 no such mailbox"]
    agent = await home.agent("Ben", languages=())
    async with home.front.database.write() as tx:
        await tx.execute(t.conversation.update().values(mailed_through=0))
    await look(home, MAIL, place)

    async def forgotten() -> bool:
        return (await rows(home, t.conversation, id=place))[0].email is None

    await until(forgotten)
    assert len(box.mails) == 1
    [row] = (await agent.call("GET", "/queue"))["assigned"]
    assert row["reachable"] == "no"


async def test_agents_see_whether_who_left_can_be_reached_and_when_they_are_back(
    posted: tuple[House, Inbox],
) -> None:
    home, _ = posted
    browser, agent = await home.browser(), await home.agent("Ben")
    handoff_id = await left_an_address(home, browser)
    [row] = (await agent.call("GET", "/queue"))["waiting"]
    assert row["reachable"] == "yes"
    await gone(home, browser, handoff_id)
    [row] = (await agent.call("GET", "/queue"))["waiting"]
    assert row["reachable"] == "mail" and row["away_since"]
    await home.browser(browser.token)

    async def back() -> bool:
        told = [row.payload["away"] for row in await rows(home, t.event, kind="contact_away")]
        return told == [True, False]

    await until(back)
    [row] = (await agent.call("GET", "/queue"))["waiting"]
    assert row["reachable"] == "yes"


async def test_a_second_page_keeps_the_contact_here(posted: tuple[House, Inbox]) -> None:
    home, _ = posted
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    second = await home.browser(browser.token)
    await browser.close()
    place = (await handoff(home, handoff_id)).conversation_id
    await look(home, AWAY, place)
    await asyncio.sleep(0.4)
    assert (await rows(home, t.conversation, id=place))[0].away_since is None
    assert second.state["owner"] == "queue"


async def test_a_page_that_another_front_holds_keeps_the_contact_here(posted: tuple[House, Inbox]) -> None:
    home, _ = posted
    browser = await home.browser()
    place = (await handoff(home, await home.handoff(browser))).conversation_id
    other = Presence(home.front.database)  # of a front that has no page of theirs
    await look(home, AWAY, place)
    assert await other(place) is not None

    async def here() -> bool:
        return (await rows(home, t.conversation, id=place))[0].away_since is None

    await until(here)
    assert await rows(home, t.work, kind=AWAY, key=place) == []


async def test_an_answer_that_is_no_address_is_a_message_like_any_other(posted: tuple[House, Inbox]) -> None:
    home, _ = posted
    browser = await home.browser()
    handoff_id = await home.handoff(browser)
    await browser.press("E-mail me the answer")
    await browser.until_said("system", "Which address")
    await browser.say("I'd rather not")
    await browser.until(lambda: any("added" in text for text in browser.texts("system")))
    await browser.say("anna@example.org")
    await asyncio.sleep(0.3)
    place = (await handoff(home, handoff_id)).conversation_id
    assert (await rows(home, t.conversation, id=place))[0].email is None


async def test_without_a_mail_server_no_address_is_asked_for_and_agents_see_that_nobody_is_reached(
    home: House,
) -> None:
    browser, agent = await home.browser(), await home.agent()
    handoff_id = await home.handoff(browser)
    assert "E-mail me the answer" not in browser.buttons() and "Don't wait, read the answer later" in browser.buttons()
    await gone(home, browser, handoff_id)
    [row] = (await agent.call("GET", "/queue"))["waiting"]
    assert row["reachable"] == "no"


async def test_a_link_that_is_forged_or_a_token_of_another_kind_brings_nobody_back(home: House) -> None:
    browser = await home.browser()
    await browser.say("hello")
    assert browser.token is not None
    place = identity.verify(browser.token, SECRET)
    assert place is not None
    proof = identity.sign_return(place, SECRET)
    assert proof is not None and identity.verify(proof, SECRET) is None
    other = "another-secret-key-of-32-characters-!"
    for wrong in (browser.token, identity.sign_return(place, other), "nonsense", proof[:-2]):
        assert wrong is not None
        stranger = await come_back(home, wrong)
        assert identity.verify(stranger.token, SECRET) not in {None, place}
        await stranger.until(lambda: "not_known" in stranger.problems())  # noqa: B023 - within the turn of the loop


def test_a_customer_whom_the_host_site_knows_gets_no_key_by_e_mail() -> None:
    assert identity.sign_return("u/4711", SECRET) is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" anna@example.org ", "anna@example.org"),
        ("mailto:a.b+c@mail.example.co.uk.", "a.b+c@mail.example.co.uk"),
        ("anna@example", None),
        ("it is anna@example.org", None),
        ("anna@example.org\nBcc: all@example.org", None),
        ("a@b@example.org", None),
        (f"{'a' * 250}@example.org", None),
    ],
)
def test_an_address_is_the_whole_message_and_one_line(text: str, address: str | None) -> None:
    assert email_in(text) == address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1", ("127.0.0.1", 587, None, None, False, None)),
        ("smtp://anna:p%40ss@mail.example:25?starttls", ("mail.example", 25, "anna", "p@ss", False, True)),
        ("smtps://mail.example", ("mail.example", 465, None, None, True, False)),
    ],
)
def test_the_address_of_a_mail_server_is_read(url: str, expected: tuple[Any, ...]) -> None:
    found = server(url)
    assert (found.host, found.port, found.user, found.password, found.tls, found.starttls) == expected


def test_a_mail_server_s_address_that_is_none_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from frontdesk import settings

    monkeypatch.setenv("FRONTDESK_SMTP_URL", "mail.example:25")
    monkeypatch.setenv("FRONTDESK_PUBLIC_URL", "")
    with pytest.raises(SettingsWrong) as wrong:
        settings.load()
    assert "FRONTDESK_SMTP_URL" in str(wrong.value) and "smtp://user:password@host" in str(wrong.value)
    assert "FRONTDESK_PUBLIC_URL: needed with FRONTDESK_SMTP_URL" in str(wrong.value)
