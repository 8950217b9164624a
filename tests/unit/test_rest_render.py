"""Messages as Rasa's REST channel gives them: what a client sends back for a button is one that we know again."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot import choices
from bot.channels.payloads import payload
from bot.channels.rest.parse import parse
from bot.channels.rest.render import response, responses
from conversations.model import Button, ButtonKind, Command, InboundKind, Message, Sender, Status, command
from conversations.survey import survey_buttons

SAID = Message("rest:anna", 7, 1, Sender.BOT, "said", "What next?", 1_795_000_000.0, Status.SENT)
TRACK = Button("Track it", ButtonKind.REPLY, '/track{"order": "PC-1"}')
PERSON = command("Talk to a person", Command.HUMAN)


def test_a_text_is_an_object_with_its_recipient() -> None:
    assert response(SAID, "anna") == [{"recipient_id": "anna", "text": "What next?"}]


def test_the_assistant_s_buttons_have_rasa_s_payload_and_ours_name_their_place() -> None:
    assert response(replace(SAID, buttons=(TRACK, PERSON)), "anna") == [
        {
            "recipient_id": "anna",
            "text": "What next?",
            "buttons": [
                {"title": "Track it", "payload": '/track{"order": "PC-1"}'},
                {"title": "Talk to a person", "payload": "/choice 7:1"},
            ],
        }
    ]


def test_an_image_is_an_object_of_its_own_after_the_text() -> None:
    picture = replace(SAID, image="https://shop.example/corer.png")
    assert response(picture, "anna") == [
        {"recipient_id": "anna", "text": "What next?"},
        {"recipient_id": "anna", "image": "https://shop.example/corer.png"},
    ]
    assert response(replace(picture, text=""), "anna") == [
        {"recipient_id": "anna", "image": "https://shop.example/corer.png"}
    ]


def test_what_the_contact_said_and_what_was_withdrawn_is_no_answer() -> None:
    own, gone = replace(SAID, sender=Sender.CONTACT), replace(SAID, status=Status.WITHDRAWN)
    agent = replace(SAID, number=8, sender=Sender.AGENT, name="Ana", text="Hello")
    assert responses([own, gone, agent], "anna") == [{"recipient_id": "anna", "text": "Hello"}]


BUTTONS = st.builds(Button, st.text(min_size=1), st.sampled_from(ButtonKind), st.text(max_size=20))
MESSAGES = st.builds(
    replace, st.just(SAID), number=st.integers(1, 10**9 - 1), text=st.text(), buttons=st.lists(BUTTONS).map(tuple)
)


@given(MESSAGES, st.text(min_size=1))
def test_whatever_was_said_is_json_with_rasa_s_keys(message: Message, recipient: str) -> None:
    for one in json.loads(json.dumps(response(message, recipient))):
        assert one.keys() <= {"recipient_id", "text", "buttons", "image"}
        assert one["recipient_id"] == recipient
        assert all(button.keys() == {"title", "payload"} for button in one.get("buttons", []))


@given(MESSAGES)
def test_a_payload_sent_back_means_its_own_button(message: Message) -> None:
    for index, button in enumerate(message.buttons):
        sent = payload(button, message.number, index)
        if button.kind is ButtonKind.REPLY:
            found = choices.typed_choice(sent, [message])
            # Of buttons with one payload any is as good; without words in it, it is nothing that can be sent.
            assert found is None if not sent.strip() else found is not None
        else:
            inbound = parse(json.dumps({"sender": "anna", "message": sent}).encode()).inbound
            assert (inbound.kind, inbound.choice) == (InboundKind.PRESSED, f"{message.number}:{index}")
            assert choices.pressed(inbound.choice, message) == button


def test_each_star_has_a_payload_of_its_own() -> None:
    stars = response(replace(SAID, buttons=survey_buttons()), "anna")[0]["buttons"]
    assert len({button["payload"] for button in stars}) == len(stars) == 5
