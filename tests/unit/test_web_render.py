"""The browser sees each message as the contact may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from bot.channels.web import render
from bot.channels.web.wire import ButtonView, MessageView, StateView
from conversations.handoff import Handoff, HandoffState
from conversations.model import Button, ButtonKind, Command, Conversation, Message, Owner, Sender, Status, command

AT = 1_795_000_000.0
NOW = Conversation("web:v", "web", "c1", Owner.BOT, 1, 6, 9, 6, 2, AT, AT)
TRACK = Button("Track it", ButtonKind.REPLY, '/track{"order": "PC-10452"}')
CANCEL = command("Cancel", Command.CANCEL_HANDOFF)


def stored(number: int = 7, sender: Sender = Sender.BOT, **more: Any) -> Message:
    made: dict[str, Any] = {"kind": "said", "text": "Hello", "at": AT, "status": Status.SENT, "episode": 2, **more}
    return Message("web:v", number, sender=sender, **made)


def shown(message: Message, *, waiting: bool = False, chosen: int | None = None) -> MessageView:
    return render.message(message, NOW, waiting=waiting, chosen=chosen)


def handoff(state: HandoffState, agent: str | None = None) -> Handoff:
    return Handoff("h", "FD-7K3QX9", "web:v", 2, "support", state, 1, (), AT, AT, agent_name=agent)


def test_a_message_is_shown_with_who_said_it() -> None:
    message = stored(sender=Sender.AGENT, name="Ana", agent_id="a1", native_key="desk:1", image="https://x.example/p")
    assert shown(message) == MessageView(7, "agent", "Hello", AT, name="Ana", image="https://x.example/p")


def test_an_agent_s_id_and_others_keys_do_not_reach_the_browser() -> None:
    message = stored(sender=Sender.AGENT, name="Ana", agent_id="agent-0042", native_key="desk-key")
    frame = msgspec.json.encode(shown(message))
    assert b"agent-0042" not in frame and b"desk-key" not in frame


def test_the_contact_s_own_message_carries_the_id_that_the_browser_made() -> None:
    assert shown(stored(sender=Sender.CONTACT, native_key="uuid")).id == "uuid"


def test_of_a_withdrawn_message_only_its_number_is_left() -> None:
    message = stored(status=Status.WITHDRAWN, name="Pina", buttons=(TRACK,), image="https://x.example/p")
    assert shown(message, chosen=0) == MessageView(7, "bot", "", AT, withdrawn=True)


def test_buttons_are_named_by_message_and_index_and_keep_their_payload_to_the_record() -> None:
    view = shown(stored(buttons=(TRACK, CANCEL)), waiting=True, chosen=1)
    assert view.buttons == [ButtonView("Track it", "7:0", "reply"), ButtonView("Cancel", "7:1", "command")]
    assert (view.chosen, view.open) == (1, True)
    assert b"PC-10452" not in msgspec.json.encode(view)


@pytest.mark.parametrize(
    ("buttons", "episode", "waiting", "is_open"),
    [
        ((), 1, False, True),
        ((TRACK,), 2, False, True),
        ((TRACK,), 1, False, False),
        ((CANCEL,), 2, True, True),
        ((CANCEL,), 2, False, False),
        ((CANCEL, TRACK), 2, False, True),
    ],
    ids=["none", "of this matter", "of an earlier one", "while waiting", "no longer waiting", "one of two"],
)
def test_a_message_is_open_while_one_of_its_buttons_does_something(
    buttons: tuple[Button, ...], episode: int, waiting: bool, is_open: bool
) -> None:
    assert shown(stored(buttons=buttons, episode=episode), waiting=waiting).open is is_open


def test_the_latest_press_of_each_message_is_the_chosen_one() -> None:
    presses = [
        stored(n, Sender.CONTACT, kind="pressed", choice=choice)
        for n, choice in enumerate(["3:0", "3:2", "5:1", "menu:human", None], 10)
    ]
    assert render.chosen_in(presses) == {3: 2, 5: 1}


@pytest.mark.parametrize("choice", ["5:²", "5:x", "5:" + "9" * 5000, "5", ":", ""])
def test_a_malformed_choice_in_the_record_spoils_no_view(choice: str) -> None:
    assert render.chosen_in([stored(sender=Sender.CONTACT, kind="pressed", choice=choice)]) == {}


def test_before_the_first_message_the_assistant_answers() -> None:
    assert render.state(None, None, None) == StateView("bot")


def test_a_waiting_contact_sees_place_and_reference_but_no_agent() -> None:
    waiting = handoff(HandoffState.WAITING, agent="Ana")
    expected = StateView("queue", agent=None, waiting=True, place=3, reference="FD-7K3QX9")
    assert render.state(replace(NOW, owner=Owner.QUEUE), waiting, 3) == expected


def test_a_contact_who_asks_the_assistant_meanwhile_still_waits() -> None:
    assert render.state(NOW, handoff(HandoffState.WAITING), 1) == StateView("bot", None, True, 1, "FD-7K3QX9")


def test_a_contact_with_a_person_sees_their_name() -> None:
    with_ana = render.state(replace(NOW, owner=Owner.AGENT), handoff(HandoffState.ASSIGNED, "Ana"), None)
    assert with_ana == StateView("agent", "Ana", False, None, "FD-7K3QX9")
