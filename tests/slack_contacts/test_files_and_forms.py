"""Files both ways, and forms for several things at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from conversations.model import Attachment, Outbound, Sender
from conversations.store import conversations
from conversations.store import tables as t
from tests.scripted_engine import understood
from tests.slack.conftest import words
from tests.slack_contacts.conftest import CARLA, DAN, TOWN, Contacts, buttons
from tests.slack_stand_in import contacts

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\0" * 64


async def kept(home: Contacts, conversation_id: str) -> list[Attachment]:
    return [one for message in await home.record(conversation_id) for one in message.attachments]


async def test_a_file_is_fetched_with_its_message_and_named_and_typed_by_us(home: Contacts) -> None:
    file = {"name": "../../pan\r\n.exe", "mimetype": "application/x-msdownload", "content": PNG}
    act = await home.write("this is the pan", files=[file])
    assert act.status == 200
    found = await home.until_recorded(lambda messages: messages, home.id_of())
    assert found[0].text == "this is the pan"
    (attachment,) = found[0].attachments
    assert (attachment.media_type, attachment.size) == ("image/png", len(PNG))
    assert attachment.name.endswith(".png") and "/" not in attachment.name and "\n" not in attachment.name
    blobs = home.house.front.blobs
    assert b"".join([part async for part in blobs.get(attachment.file_id)]) == PNG


async def test_files_that_slack_gives_slowly_come_after_the_acknowledgement(home: Contacts) -> None:
    file = {"name": "pan.png", "content": PNG, "file_access": "check_file_info"}
    home.slack.slow(2.0, "files.info")
    act = await home.write("a slow one", files=[file])
    assert act.statuses == [200]
    home.slack.slow(0, "files.info")
    found = await home.until_recorded(lambda messages: messages, home.id_of())
    assert found[0].text == "a slow one" and found[0].attachments[0].size == len(PNG)
    await asyncio.sleep(0.3)
    assert await home.said(home.id_of()) == ["a slow one"]


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:9/x", "http://169.254.169.254/latest", "https://files.slack.com.evil.example/x"]
)
async def test_a_file_s_address_elsewhere_is_never_asked(home: Contacts, where: str) -> None:
    file = {"name": "pan.png", "url_private": where, "url_private_download": where}
    await home.write("look at this please", files=[file])
    await home.until(lambda: "couldn't open that file" in home.told())
    assert await kept(home, home.id_of()) == []


async def test_what_slack_does_not_give_again_is_asked_for_once_more(home: Contacts) -> None:
    await home.write("before the file")
    await home.until(home.direct)
    home.slack.slow(2.0, "files.info")
    home.slack.fail("conversations.history", "channel_not_found")
    file = {"name": "pan.png", "content": PNG, "file_access": "check_file_info"}
    assert (await home.write("with a file", files=[file])).status == 200
    await home.until(lambda: "send it again" in home.told())


async def test_a_redirect_is_not_followed(home: Contacts) -> None:
    act = await home.write("before the file")
    await home.until(home.direct)
    file = {"id": "F0REDIRECT", "name": "pan.png", "content": PNG}
    home.slack.redirects["F0REDIRECT"] = f"{home.slack.url}/files-pri/x-F0OTHER/pan.png"
    await home.write("", files=[file])
    await home.until(lambda: "couldn't open that file" in home.told())
    assert act.status == 200 and await kept(home, home.id_of()) == []


async def test_what_is_too_large_or_of_a_refused_kind_is_told_in_a_sentence(home: Contacts) -> None:
    large = {"name": "film.png", "content": PNG, "size": 60_000_000}
    program = {"name": "x.png", "content": b"MZ\x90\0" + b"\0\1" * 600}
    lying = {"name": "film.png", "content": PNG + b"\0" * 10_000_001, "size": 100}
    await home.write("", files=[large])
    await home.until(lambda: "larger than 10 MB" in home.told())
    await home.write("", files=[program])
    await home.until(lambda: "cannot be sent here" in home.told())
    await home.write("and this?", files=[lying])
    await home.until(lambda: home.told().count("larger than 10 MB") == 2)
    assert await kept(home, home.id_of()) == []
    assert await home.said(home.id_of()) == ["and this?"]


async def say(home: Contacts, text: str, content: bytes, name: str = "label.png") -> None:
    """An agent's words with a file."""

    async def parts():  # type: ignore[no-untyped-def] # a generator
        yield content

    file_id, size = await home.house.front.blobs.put(parts(), 1_000_000)
    file = Attachment(file_id, name, "image/png", size)
    async with home.house.front.database.write() as tx:
        held = await conversations.get(tx, home.id_of())
        assert held is not None
        await conversations.say(tx, held.id, 1, [Outbound(Sender.AGENT, text, "Ana", attachments=(file,))])


async def test_a_file_goes_out_once_though_slack_s_answer_is_lost(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    home.slack.lose_answer("files.completeUploadExternal")
    await say(home, "Your label.", PNG)
    found = await home.until_recorded(lambda messages: messages[-1].vendor_id, home.id_of())
    shared = [message for message in home.direct() if message.files]
    assert [home.slack.contents[one["id"]] for message in shared for one in message.files] == [PNG]
    assert [words(one) for one in home.direct()].count("Your label.") == 1
    assert found[-1].vendor_id.startswith(f"{shared[0].channel}:") and found[-1].status == "sent"


async def test_a_message_of_a_file_alone_names_it(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    await say(home, "", PNG)
    await home.until(lambda: any(message.files for message in home.direct()))
    assert "📎 label.png" in home.told()


async def test_a_form_is_offered_where_several_things_are_asked_and_says_them_as_one_message(home: Contacts) -> None:
    home.answers_in_form("I want to complain now", "What happened exactly?", understood("complaint"))
    await home.write("I want to complain now")
    asked = (await home.until(home.direct))[0]
    assert buttons(asked) == ["Fill in a form"]
    await home.press(asked, "Fill in a form")
    view = await home.until(lambda: next((one for one in home.slack.views.values() if one.open), None))
    assert view.user == CARLA
    values = {"field0": "My pan came broken.\nTwice.", "field1": "PC-10452"}
    act = await home.slack.submit(CARLA, view.id, values)
    assert act.status == 200 and not view.open
    wanted = "My pan came broken.\nTwice.\nOrder number: PC-10452"
    await home.until_recorded(lambda found: found[-1].text == wanted or len(found) > 3, home.id_of())
    assert await home.said(home.id_of()) == ["I want to complain now", wanted]


async def test_a_form_submitted_again_counts_once_and_what_was_left_empty_is_not_said(home: Contacts) -> None:
    home.answers_in_form("I want to complain now", "What happened exactly?", understood("complaint"))
    await home.write("I want to complain now")
    asked = (await home.until(home.direct))[0]
    await home.press(asked, "Fill in a form")
    view = await home.until(lambda: next((one for one in home.slack.views.values() if one.open), None))
    await home.slack.submit(CARLA, view.id, {"field0": "Only the story."})
    view.open = True
    await home.slack.submit(CARLA, view.id, {"field0": "Only the story."})
    await home.until(lambda: "You said: Only the story." in home.told())
    assert await home.said(home.id_of()) == ["I want to complain now", "Only the story."]


async def test_no_form_is_offered_where_nothing_is_asked(home: Contacts) -> None:
    home.engine.answer("I want to complain now", "Tell me.", understood("complaint"))
    await home.write("I want to complain now")
    assert buttons((await home.until(home.direct))[0]) == []


async def test_somebody_else_opens_no_form(home: Contacts) -> None:
    home.answers_in_form("I want to complain now", "What happened exactly?", understood("complaint"))
    await home.write("I want to complain now")
    asked = (await home.until(home.direct))[0]
    await home.write("hello from Dan here", DAN)
    mine = (await home.until(lambda: home.direct(DAN)))[0]
    mine.blocks.append(next(block for block in asked.blocks if block["type"] == "actions"))
    await home.press(mine, "Fill in a form", DAN)
    await asyncio.sleep(0.3)
    assert not home.slack.views


async def test_a_form_in_a_channel_s_thread_is_offered_in_the_direct_message(home: Contacts) -> None:
    home.answers_in_form("I want to complain now", "What happened exactly?", understood("complaint"))
    act = await home.mention("I want to complain now")
    asked = (await home.until(home.direct))[0]
    assert buttons(asked) == ["Fill in a form"]
    await home.press(asked, "Fill in a form")
    view = await home.until(lambda: next((one for one in home.slack.views.values() if one.open), None))
    await home.slack.submit(CARLA, view.id, {"field0": "It never came."})
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    await home.until_recorded(lambda found: found[-1].text.endswith("It never came."), place)
    await home.until(lambda: "You said: It never came." in home.told())
    assert len(home.thread(act.ts)) == 1


async def test_a_forged_name_of_a_form_changes_nothing(home: Contacts) -> None:
    view = {"type": "modal", "callback_id": "filled_in", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    for meant in ("", "a b", "slack:T1/D1 D1 unknown", "web:1 D1 complaint", "[" * 3000):
        shown = home.slack.show(CARLA, {**view, "private_metadata": meant})
        assert (await home.slack.submit(CARLA, shown.id, {})).status == 200
    async with home.house.front.database.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(t.message))).scalar_one() == 0
    assert contacts.direct(home.slack, CARLA)


async def test_what_is_written_after_a_slow_file_is_stored_after_it(home: Contacts) -> None:
    file = {"name": "pan.png", "content": PNG, "file_access": "check_file_info"}
    home.slack.slow(1.2, "files.info")
    sent = asyncio.create_task(home.write("here is the pan", files=[file]))
    await home.until(lambda: home.slack.called("files.info"))
    await home.write("and this is about it")
    await home.write("do you see it?")
    assert (await sent).statuses == [200]
    home.slack.slow(0, "files.info")
    found = await home.until_recorded(
        lambda messages: len([one for one in messages if one.sender is Sender.CONTACT]) == 3, home.id_of()
    )
    assert await home.said(home.id_of()) == ["here is the pan", "and this is about it", "do you see it?"]
    assert found[0].attachments


async def test_what_is_written_after_a_file_that_takes_too_long_waits_for_it_too(home: Contacts) -> None:
    file = {"name": "pan.png", "content": PNG, "file_access": "check_file_info"}
    home.slack.slow(2.0, "files.info")
    await home.write("here is the pan", files=[file])
    await home.write("and this is about it")
    home.slack.slow(0, "files.info")
    await home.until_recorded(
        lambda messages: len([one for one in messages if one.sender is Sender.CONTACT]) == 2, home.id_of()
    )
    assert await home.said(home.id_of()) == ["here is the pan", "and this is about it"]
