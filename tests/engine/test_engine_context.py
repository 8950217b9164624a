"""Whole conversations with the shop's own content: what a message means depends on what was said before.

Each line is what the contact writes and, behind the bar, the responses that answer it, by their names in domain.yml
without ``utter_``. What stands behind ``…`` is in the last reply.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
import yaml

from bot.engine.actions_endpoint import InProcessActions
from bot.engine.model import LoadedModel, load
from bot.engine.training import train
from bot.engine.turn import answer
from bot.engine.wire import Reply, TurnRequest
from tests.conftest import one_at_a_time
from tests.engine.conftest import MODELS, ROOT

RESPONSES: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
NUMBER, EMAIL = "ask_order_status_form_order_number", "ask_order_status_form_email"
STORY, CAUSE = (f"ask_complaint_form_complaint_{what}" for what in ("text", "cause"))
SORRY, HEARD, ORDER = "complaint_order_sorry", "complaint_order_heard", "complaint_order"

CONVERSATIONS = {
    "two questions in the middle of a form, and it goes on": f"""
        where is my order                       | {NUMBER}
        how long does a refund take?            | refund_time, {NUMBER}
        when are you open                       | store_hours, {NUMBER}
        10460                                   | {EMAIL}
        and how much is delivery?               | delivery_cost, {EMAIL}
        priya.nair@example.com                  | order_packed … PC-10460
        """,
    "an order number is put right in the form": f"""
        where is order PC-10453                 | {EMAIL}
        I meant 10441                           | {EMAIL}
        sorry, wrong number, it's PC-10460      | {EMAIL}
        priya.nair@example.com                  | order_packed … PC-10460
        """,
    "an order number is put right after the answer": f"""
        where is order PC-10452                 | {EMAIL}
        ana.lopes@example.com                   | order_on_its_way … PC-10452
        I meant 10398                           | order_delivered … PC-10398
        sorry, wrong number, it's PC-10452      | order_on_its_way … PC-10452
        """,
    "the address is put right, and a corrected number meets the address that was given": f"""
        where is order 10460                    | {EMAIL}
        priya@example.com                       | order_not_matching, {EMAIL}
        sorry, it's priya.nair@example.com      | order_packed … PC-10460
        """,
    "never mind, in a form and outside of one": f"""
        never mind                              | nothing_to_cancel
        where is my order                       | {NUMBER}
        never mind                              | cancelled
        I want to make a complaint              | complaint_start, {STORY}
        forget it                               | cancelled
        never mind                              | nothing_to_cancel
        """,
    "from the order to a complaint and back, twice": f"""
        where is my order                       | {NUMBER}
        I want to make a complaint              | complaint_start, {STORY}
        where is my order                       | {NUMBER}
        I want to make a complaint              | complaint_start, {STORY}
        the pan came scratched                  | {SORRY}
        where is my order                       | {NUMBER}
        10460                                   | {EMAIL}
        priya.nair@example.com                  | order_packed … PC-10460
        """,
    "what was told of a complaint is still known after another topic": f"""
        I want to make a complaint              | complaint_start, {STORY}
        the bread knife came blunt and bent     | {SORRY}
        where is my order                       | {NUMBER}
        10460                                   | {EMAIL}
        priya.nair@example.com                  | order_packed … PC-10460
        I want to make a complaint              | complaint_start, complaint_confirm_and_choose … blunt and bent
        yes                                     | complaint_filed_open
        """,
    "a question in the middle of a complaint": f"""
        I want to make a complaint              | complaint_start, {STORY}
        what are your opening hours             | store_hours, {STORY}
        the parcel is a week late               | {SORRY}
        how much is delivery                    | delivery_cost, {ORDER}
        10453                                   | complaint_confirm … PC-10453
        yes                                     | complaint_filed
        """,
    "short answers while a complaint is taken": f"""
        I want to make a complaint              | complaint_start, {STORY}
        it is just not what I hoped for        | {HEARD}
        none                                    | {CAUSE}
        neither of those                        | complaint_confirm
        no                                      | complaint_misunderstood, {STORY}
        """,
    "corrections of a complaint that is said back": f"""
        I want to make a complaint              | complaint_start, {STORY}
        the jug came in the wrong size          | {SORRY}
        10441                                   | complaint_confirm … PC-10441
        sorry, I meant PC-10460                 | complaint_confirm … PC-10460
        no, I ordered the blue jug              | complaint_added, complaint_confirm … the blue jug
        yes that's right                        | complaint_filed
        """,
    "a yes, a no and a hello that answer nothing keep the form": f"""
        where is my order                       | {NUMBER}
        hello?                                  | still_here, {NUMBER}
        yes                                     | go_on, {NUMBER}
        no                                      | way_out, {NUMBER}
        """,
    "the same question again gets the same answer": """
        when are you open                       | store_hours
        when are you open                       | store_hours
        """,
    "two questions in one message": """
        how much is delivery, and do you take PayPal?              | delivery_cost, payment_methods
        """,
    "a question beside a wish that takes several questions": f"""
        Where is my parcel? And how do I return a pan?             | return_item, {NUMBER}
        """,
    "two wishes that take several questions, one after the other": f"""
        Where is order PC-10460? I also want to make a complaint.  | one_after_the_other, {EMAIL}
        how much is delivery                    | delivery_cost, {EMAIL}
        priya.nair@example.com                  | order_packed, taken_up, complaint_start, {STORY}
        """,
    "a wish that waits is dropped when the contact leaves": f"""
        Where is order PC-10460? I also want to make a complaint.  | one_after_the_other, {EMAIL}
        never mind                              | cancelled
        thanks                                  | thanks
        """,
    "a question beside the answer to a form's": f"""
        where is my order                       | {NUMBER}
        it's PC-10460. And when are you open?   | store_hours, {EMAIL}
        """,
    "a story of several sentences is one answer": f"""
        I want to make a complaint              | complaint_start, {STORY}
        The lid is broken. I want my money back. And when will it come? | {SORRY}
        """,
}


@pytest.fixture(scope="module")
def shop() -> LoadedModel:
    with one_at_a_time("model"):
        model = train(ROOT, MODELS)
    return asyncio.run(load(model, InProcessActions("bot.actions", limit=5)))


def says(reply: Reply, response: str) -> bool:
    """Whether a reply is one of a response's wordings, whatever its braces were filled with."""
    patterns = (re.sub(r"\\\{\w+\\\}", ".*", re.escape(wording["text"])) for wording in RESPONSES[f"utter_{response}"])
    return any(re.fullmatch(pattern, reply.text, re.DOTALL) for pattern in patterns)


@pytest.mark.parametrize("conversation", CONVERSATIONS)
async def test_in_a_conversation(shop: LoadedModel, conversation: str) -> None:
    state = None
    for number, line in enumerate(filter(str.strip, CONVERSATIONS[conversation].splitlines())):
        text, expected = (part.strip() for part in line.split("|"))
        names, _, words = expected.partition("…")
        result = await answer(shop, TurnRequest(f"t{number}", "web:c", "web", text, state=state))
        said = [reply.text for reply in result.replies]
        wanted = [name.strip() for name in names.split(",")]
        assert len(said) == len(wanted), (text, wanted, said)
        assert all(map(says, result.replies, wanted)), (text, wanted, said)
        assert words.strip() in said[-1], (text, words, said)
        state = result.state
