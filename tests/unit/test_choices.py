"""What the press of a button means, and whether it is still open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.choices import (
    MENU,
    OPENING,
    is_open,
    latest_offer,
    menu_command,
    offered_number,
    opening_payload,
    pressed,
    typed_choice,
)
from bot.spoken import meant
from conversations.model import Button, ButtonKind, Command, Conversation, Message, Owner, Sender, Status, command

TRACK, RETURN = Button("Track it", ButtonKind.REPLY, "/track"), Button("Return it", ButtonKind.REPLY, "/return")
CANCEL = command("Cancel", Command.CANCEL_HANDOFF)
MEANWHILE = command("Ask the assistant meanwhile", Command.ASK_MEANWHILE)
HUMAN, COMMENT = command("A person", Command.HUMAN), command("Add a comment", Command.SURVEY_COMMENT)
STAR = Button("1 of 5", ButtonKind.SURVEY, "1")
OFFERED = Message(
    "web:v", 7, 2, Sender.BOT, "said", "What next?", 1_795_000_000.0, Status.SENT, buttons=(TRACK, RETURN)
)
NOW = Conversation("web:v", "web", "c1", Owner.BOT, 1, 6, 7, 6, 2, 1_795_000_000.0, 1_795_000_000.0)


@pytest.mark.parametrize(("choice", "number"), [("7:0", 7), ("123456789:12", 123_456_789)])
def test_a_choice_names_a_message(choice: str, number: int) -> None:
    assert offered_number(choice) == number


@pytest.mark.parametrize(
    "choice",
    [
        *(None, "", "7", "7:", ":0", "a:0", "7:a", "-7:0", "7:-1", "7:²", "²:0", "7:٤", "7: 0", "7:0:0", "menu:human"),
        *("7:" + "9" * 5000, "9" * 5000 + ":0"),
    ],
)
def test_what_cannot_be_a_choice_names_no_message(choice: str | None) -> None:
    assert offered_number(choice) is None
    assert pressed(choice, OFFERED) is None


@given(st.text(st.characters(codec=None), max_size=12) | st.from_regex(r"\d{1,12}:\d{1,12}", fullmatch=True))
def test_no_choice_that_a_browser_may_send_breaks_anything(choice: str) -> None:
    number, button = offered_number(choice), pressed(choice, OFFERED)
    assert button is None or (number == OFFERED.number and button in OFFERED.buttons)


def test_a_press_is_resolved_from_the_message_that_offered_it() -> None:
    assert pressed("7:0", OFFERED) == TRACK
    assert pressed("7:1", OFFERED) == RETURN


@pytest.mark.parametrize("choice", ["7:2", "8:0", "6:1"])
def test_a_button_that_was_never_offered_is_no_press(choice: str) -> None:
    assert pressed(choice, OFFERED) is None


def test_a_press_on_a_message_that_is_gone_is_no_press() -> None:
    assert pressed("7:0", None) is None


def test_only_asking_for_a_person_is_in_the_menu() -> None:
    assert menu_command(MENU + "human") is Command.HUMAN
    refused = [None, "", "human", MENU, MENU + "cancel_handoff", MENU + "HUMAN", MENU + MENU + "human", "7:0"]
    assert [menu_command(choice) for choice in refused] == [None] * len(refused)


@pytest.mark.parametrize(
    ("button", "episodes_later", "waiting", "still_open"),
    [
        (TRACK, 0, False, True),
        (TRACK, 0, True, True),
        (TRACK, 1, False, False),
        (HUMAN, 0, False, True),
        (HUMAN, 1, False, False),
        (STAR, 0, False, True),
        (STAR, 1, False, True),
        (STAR, 2, False, False),
        (COMMENT, 1, False, True),
        (COMMENT, 2, False, False),
        (CANCEL, 0, True, True),
        (CANCEL, 0, False, False),
        (CANCEL, 1, True, False),
        (MEANWHILE, 0, True, True),
        (MEANWHILE, 0, False, False),
    ],
)
def test_a_button_is_open_as_long_as_it_does_something(
    button: Button, episodes_later: int, waiting: bool, still_open: bool
) -> None:
    later = replace(NOW, episode=OFFERED.episode + episodes_later)
    assert is_open(button, OFFERED, later, waiting=waiting) is still_open


def test_a_reply_of_the_content_is_no_command_even_if_it_is_called_like_one() -> None:
    lookalike = Button("Cancel", ButtonKind.REPLY, Command.CANCEL_HANDOFF)
    assert is_open(lookalike, OFFERED, NOW, waiting=False)


def said(number: int, sender: Sender, *buttons: Button, status: Status = Status.SENT) -> Message:
    return replace(OFFERED, number=number, sender=sender, buttons=buttons, status=status)


def test_the_latest_offer_is_what_was_said_since_the_contact_or_an_agent_spoke() -> None:
    earlier, bot, told = said(1, Sender.BOT, TRACK), said(3, Sender.BOT, TRACK), said(4, Sender.SYSTEM, CANCEL)
    contact, agent = said(2, Sender.CONTACT), said(2, Sender.AGENT)
    assert latest_offer([earlier, contact, bot, told]) == [bot, told]
    assert latest_offer([earlier, agent, bot, told]) == [bot, told]
    # What the contact has said after it, and is not answered yet, does not end it.
    assert latest_offer([earlier, contact, bot, told, said(5, Sender.CONTACT)]) == [bot, told]
    assert latest_offer([bot, said(4, Sender.AGENT)]) == []
    assert latest_offer([contact]) == latest_offer([]) == []
    assert latest_offer([bot, said(4, Sender.BOT, CANCEL, status=Status.WITHDRAWN)]) == [bot]


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        *(("/track", "7:0"), (" /return\n", "7:1"), ("Track it", "7:0"), ("track IT ", "7:0")),
        *(("/TRACK", None), ("//track", None), ("/track it", None), ("Track", None), ("", None), (" ", None)),
        ("cancel_handoff", None),
    ],
)
def test_a_typed_text_names_a_choice_by_its_payload_or_its_title(typed: str, choice: str | None) -> None:
    found = typed_choice(typed, [replace(OFFERED, buttons=(TRACK, RETURN, CANCEL))])
    assert (found[0] if found else None) == choice


def test_of_two_offers_the_later_is_meant() -> None:
    later = replace(OFFERED, number=8, buttons=(CANCEL, TRACK))
    assert typed_choice("track it", [OFFERED, later]) == ("8:1", TRACK, later)


@given(st.text(st.characters(codec=None)))
def test_a_text_that_equals_nothing_offered_is_no_choice(typed: str) -> None:
    found = typed_choice(typed, [OFFERED])
    spoken = meant(typed, ["Track it", "Return it"]) is not None
    assert found is None or spoken or typed.strip().casefold() in {"/track", "/return", "track it", "return it"}


@pytest.mark.parametrize(("typed", "choice"), [("the second one", "7:1"), ("1", "7:0"), ("retrun it", "7:1")])
def test_a_choice_of_the_very_last_message_may_be_named_in_other_words(typed: str, choice: str) -> None:
    found = typed_choice(typed, [OFFERED])
    assert found is not None
    assert found[0] == choice
    assert typed_choice(typed, [OFFERED, replace(OFFERED, number=8, buttons=())]) is None


@pytest.mark.parametrize("button", [STAR, HUMAN, CANCEL, MEANWHILE])
def test_stars_and_commands_are_never_chosen_by_their_place(button: Button) -> None:
    assert typed_choice("2", [replace(OFFERED, buttons=(button, button, button))]) is None


@pytest.mark.parametrize(("choice", "payload"), [(OPENING + "/greet", "/greet"), ("/greet", None), (None, None)])
def test_an_opening_names_its_payload(choice: str | None, payload: str | None) -> None:
    assert opening_payload(choice) == payload
