"""Direct messages: questions, presses, edits, names, commands, and the assistant container."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.engine.wire import Button
from bot.gateway.linking import Linking
from conversations.bus import AGENT_TYPES
from conversations.model import InboundKind, InboundMessage
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Signal
from tests.scripted_engine import understood
from tests.slack.conftest import words
from tests.slack_contacts.conftest import CARLA, DAN, TOWN, Contacts, buttons
from tests.slack_stand_in import CHANNEL, contacts, live_texts


async def test_a_question_is_answered_in_the_direct_message(home: Contacts) -> None:
    act = await home.write("when are you open?")
    assert act.status == 200
    await home.until(lambda: "You said: when are you open?" in home.told())
    assert await home.said(home.id_of()) == ["when are you open?"]


async def test_the_assistant_s_name_stands_where_slack_shows_the_sender(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    assert home.direct()[0].username == "Pina"
    home.slack.scopes.discard("chat:write.customize")


async def test_without_the_scope_the_name_stands_in_a_line_of_its_own(home: Contacts) -> None:
    home.slack.scopes.discard("chat:write.customize")
    await home.write("hello to you all")
    await home.until(home.direct)
    assert home.direct()[0].username is None
    assert "*Pina*" in words(home.direct()[0])


async def test_two_contacts_have_two_conversations(home: Contacts) -> None:
    await asyncio.gather(home.write("I am Carla, hello"), home.write("I am Dan, hello", DAN))
    await home.until(lambda: home.direct() and home.direct(DAN))
    assert "Carla" in home.told() and "Carla" not in home.told(DAN)


async def test_a_contact_s_name_and_locale_are_looked_up(home: Contacts) -> None:
    await home.write("hello to you all")
    async with asyncio.timeout(10):
        while True:
            async with home.house.front.database.read() as tx:
                row = (await tx.execute(select(t.contact))).one()
            if row.display_name:
                break
            await asyncio.sleep(0.05)
    assert (row.display_name, row.locale) == ("Carla", "en-GB")
    assert len(home.slack.called("users.info")) == 1


async def test_what_they_write_is_read_as_they_see_it(home: Contacts) -> None:
    await contacts.type_and_send(
        home.slack, CARLA, "a &lt;b&gt; <https://shop.example|the shop> :pineapple: <@U0DAN|dan>"
    )
    await home.until(home.direct)
    assert (await home.said(home.id_of())) == ["a <b> the shop (https://shop.example) 🍍 @dan"]


async def test_nothing_that_is_said_becomes_live_in_slack(home: Contacts) -> None:
    odd = "<!channel> <@U0DAN> *bold* http://evil.example <http://evil.example|Claim>"
    home.engine.answer("say something odd", odd, understood("odd"))
    await home.write("say something odd")
    await home.until(lambda: odd in home.told())
    assert live_texts(home.direct()[-1]) == []


async def test_a_button_makes_way_for_the_choice_and_counts_once(home: Contacts) -> None:
    home.engine.answer("menu please now", "What is it about?", understood("greet"), Button("Orders", "/orders"))
    await home.write("menu please now")
    asked = (await home.until(home.direct))[0]
    assert (await home.press(asked, "Orders")).status == 200
    await home.until(lambda: "You said: /orders" in home.told())
    await home.until(lambda: not buttons(asked))
    assert "✓ Orders" in words(asked) and "What is it about?" in words(asked)


async def test_somebody_else_s_button_does_nothing(home: Contacts) -> None:
    """A press names its message: it counts only where that stands, for whom it was meant."""
    home.engine.answer("menu please now", "What is it about?", understood("greet"), Button("Orders", "/orders"))
    await home.write("menu please now")
    await home.write("hello from Dan here", DAN)
    asked, mine = (await home.until(home.direct))[0], (await home.until(lambda: home.direct(DAN)))[0]
    mine.blocks.append(next(block for block in asked.blocks if block["type"] == "actions"))
    await home.press(mine, "Orders", DAN)
    await asyncio.sleep(0.3)
    assert await home.said(home.id_of()) == ["menu please now"]


async def test_an_edit_changes_the_record_and_a_preview_does_not(home: Contacts) -> None:
    act = await home.write("where is my odrer?")
    await home.until(home.direct)
    direct = act.message.channel if act.message else ""
    await home.slack.edit(CARLA, direct, act.ts, "where is my order?")
    await home.until_recorded(lambda found: found[0].text == "where is my order?", home.id_of())
    message = home.slack.message(direct, act.ts)
    before = message.told()
    message.edited, message.attachments = None, [{"title": "a preview"}]
    event = home.slack.event(home.slack._change_of(message, before))
    event["event"]["message"]["text"] = "a preview changed me"
    assert (await home.slack.signed_post(event)).status == 200
    assert (await home.said(home.id_of())) == ["where is my order?"]
    assert len(home.engine.asked) == 1


async def test_an_edit_of_what_never_came_is_the_message(home: Contacts) -> None:
    home.slack.events_url, url = None, home.slack.events_url
    act = await home.write("what nobody told us")
    home.slack.events_url = url
    await home.slack.edit(CARLA, str(act.message and act.message.channel), act.ts, "what we hear now")
    await home.until(lambda: "You said: what we hear now" in home.told())


async def test_commands_work_in_any_channel_and_answer_directly(home: Contacts) -> None:
    attempt = await contacts.command(home.slack, CARLA, "help", TOWN)
    assert attempt.status == 200 and b"direct message" in attempt.body
    await home.until(home.direct)
    await home.until_recorded(lambda found: found[0].choice == "menu:help", home.id_of())
    attempt = await contacts.command(home.slack, CARLA, "privacy")
    assert attempt.status == 200 and attempt.body == b""
    await home.until_recorded(lambda found: [m.choice for m in found if m.choice][-1] == "menu:privacy", home.id_of())
    assert not home.slack.posts(TOWN)


async def test_words_behind_the_command_that_are_none_ask_for_help(home: Contacts) -> None:
    await contacts.command(home.slack, CARLA, "claim H-123 at once")
    await home.until_recorded(lambda found: found and found[0].choice == "menu:help", home.id_of())


async def test_an_agent_who_writes_to_the_app_directly_is_a_contact_there(home: Contacts) -> None:
    await home.hire("Carla", CARLA)
    await home.write("does this thing work?")
    await home.until(lambda: "You said: does this thing work?" in home.told())


async def test_what_is_written_in_a_lobby_is_no_contact_s(home: Contacts) -> None:
    await home.slack.mention(CARLA, CHANNEL, "hello")
    await home.slack.write(CARLA, CHANNEL, "hello again")
    await asyncio.sleep(0.3)
    async with home.house.front.database.read() as tx:
        assert not (await tx.execute(select(t.conversation.c.id))).all()


async def test_a_chat_of_the_container_is_greeted_and_offered_questions(home: Contacts) -> None:
    thread = await contacts.start_chat(home.slack, CARLA)
    greeting = (await home.until(home.direct))[0]
    assert greeting.thread_ts == thread and "Pineapple" in words(greeting)
    chat = home.slack.chats[greeting.channel, thread]
    prompts = await home.until(lambda: next((given for kind, given in chat if kind == "prompts"), None))
    assert [one["message"] for one in prompts] == list(home.house.front.settings.config.assistant.starters)


async def test_a_chat_keeps_to_its_thread_and_shows_that_it_thinks(home: Contacts) -> None:
    thread = await contacts.start_chat(home.slack, CARLA)
    other = await contacts.start_chat(home.slack, CARLA)
    await home.until(lambda: len(home.direct()) == 2)
    await home.write("in the first chat", thread=thread)
    await home.write("in the second chat", thread=other)
    await home.until(lambda: "You said: in the first chat" in home.told() and "second chat" in home.told())
    where = {words(one): one.thread_ts for one in home.direct()}
    assert where["You said: in the first chat"] == thread and where["You said: in the second chat"] == other
    statuses = [given for kind, given in home.slack.chats[home.direct()[0].channel, thread] if kind == "status"]
    assert "is thinking…" in statuses and statuses[-1] == "", "the answer takes the status away"
    assert await home.said(f"{home.id_of()}/{thread}") == ["in the first chat"]


async def test_a_reply_in_a_thread_outside_of_the_container_goes_on_with_the_conversation(home: Contacts) -> None:
    await home.write("hello to you all")
    first = (await home.until(home.direct))[0]
    await home.write("and another thing", thread=first.ts)
    await home.until(lambda: "You said: and another thing" in home.told())
    assert await home.said(home.id_of()) == ["hello to you all", "and another thing"]


async def test_the_command_link_gives_a_code_in_the_direct_message(home: Contacts) -> None:
    await contacts.command(home.slack, CARLA, "link", TOWN)
    await home.until(lambda: "Your code is" in home.told())


async def test_a_code_behind_the_command_joins_what_they_are_elsewhere_and_is_kept_nowhere(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.until(home.direct)
    front = home.house.front
    async with front.database.write() as tx:
        other = InboundMessage("web:other", "web", "other", InboundKind.SAID, text="hello", native_key="m:1")
        contact_id = (await conversations.open_for(tx, other)).contact_id
        code = await Linking(None, front.settings.secret_key).give(tx, contact_id)  # type: ignore[arg-type] # no words
    attempt = await contacts.command(home.slack, CARLA, f"link {code}", TOWN)
    assert "direct message" in str(attempt.body)
    await contacts.command(home.slack, CARLA, f"link {code}")
    await home.until(lambda: "I know you as one person here" in home.told())
    async with front.database.read() as tx:
        found = (await tx.execute(select(t.identity.c.contact_id).distinct())).scalars().all()
    assert len(found) == 1
    assert not any(code in one for one in await home.said(home.id_of()))


async def test_a_chat_shows_that_an_agent_is_writing_until_they_stop(home: Contacts) -> None:
    thread = await contacts.start_chat(home.slack, CARLA)
    await home.until(lambda: len(home.direct()) == 1)
    await home.write("/human", thread=thread)
    agent = await home.house.agent("Ana Lopes")
    parts, bus = home.house.front.parts, home.house.front.bus
    async with asyncio.timeout(15):
        while not (waiting := await agent.waiting()):
            await asyncio.sleep(0.02)
    [handoff] = waiting
    await parts.desk.claim(agent.who, handoff["id"])
    await home.until(lambda: "Ana Lopes" in home.told())
    shown = home.slack.chats[home.direct()[0].channel, thread]
    slack_contacts = home.house.front.slack_contacts
    assert slack_contacts is not None
    slack_contacts._typing._quiet = 0.5
    for _ in range(3):
        await parts.typing(agent.who, handoff["id"])
    bus.publish([Signal("typing", home.id_of(), AGENT_TYPES)])  # the direct message itself has no such line
    await home.until(lambda: ("status", "passes on: somebody of the team is writing…") in shown)
    await home.until(lambda: shown[-1] == ("status", ""))
    assert sum("is writing" in str(given) for _, given in shown) == 1
    assert len(home.slack.chats) == 1
