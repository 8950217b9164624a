"""What an agent does with a handoff, in a real Chromium: each act's form, what it sends, and what is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from escalation.http import wire
from tests.desk.screens import ALL_OF_MINE, ME, NOW, REFUSED, Screens, detail, mine, screens, summary

pytestmark = pytest.mark.asyncio(loop_scope="module")

BUTTONS = {
    "claim", "claim-and-greet", "decline", "resolve", "reopen", "snooze", "wake", "transfer", "step-in", "return",
    "release", "goodwill", "block", "unblock",
}  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def desk() -> AsyncIterator[Screens]:
    async with screens() as shown:
        yield shown


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, desk: Screens) -> AsyncIterator[Page]:
    shown = await chromium.new_page(viewport={"width": 1280, "height": 800})
    yield shown
    await shown.close()


async def opened(desk: Screens, page: Page, whole: wire.HandoffDetail | None = None) -> None:
    if whole is not None:
        desk.answers["GET /handoffs/h1"] = whole
    await page.goto(f"{desk.url}#/h/h1")
    await expect(page.get_by_test_id("line").first).to_be_visible()


async def press(page: Page, name: str) -> None:
    if not await page.get_by_test_id(name).is_visible():
        await page.get_by_test_id("more").click()
    await page.get_by_test_id(name).click()


@pytest.mark.parametrize(
    ("may", "drawn"),
    [
        ([], set()),
        (["note", "step_in"], {"step-in"}),
        (["claim", "note"], {"claim", "claim-and-greet"}),
        (["claim", "decline"], {"claim", "claim-and-greet", "decline"}),
        (["reopen"], {"reopen"}),
        (["wake", "unblock"], {"wake", "unblock"}),
        (ALL_OF_MINE, {"resolve", "snooze", "transfer", "return", "release", "goodwill", "block"}),
    ],
)
async def test_only_what_may_be_done_is_drawn(desk: Screens, page: Page, may: list[wire.May], drawn: set[str]) -> None:
    await opened(desk, page, detail(may=may))
    found = await page.locator(".actions [data-testid]").evaluate_all("all => all.map(one => one.dataset.testid)")
    assert set(found) & BUTTONS == drawn


@pytest.mark.parametrize(
    ("name", "steps", "body"),
    [
        ("return", [], {}),
        ("release", [], {}),
        (
            "resolve",
            [
                ("check", "outcome-not_solved"),
                ("check", "tag-returns"),
                ("check", "resolve-teach"),
                ("resolve-comment", "Lost"),
            ],
            {"outcome": "not_solved", "comment": "Lost", "tags": ["returns"], "teach": True},
        ),
        (
            "transfer",
            [("transfer-team", "care"), ("transfer-comment", "A return")],
            {"team": "care", "comment": "A return"},
        ),
        (
            "transfer",
            [("check", "transfer-to-person"), ("transfer-agent", "dana")],
            {"agent_id": "dana", "comment": ""},
        ),
        (
            "snooze",
            [("check", "snooze-until-writes"), ("snooze-comment", "Asked")],
            {"until": None, "comment": "Asked"},
        ),
        ("goodwill", [("goodwill-amount", "7.50")], {"kind": "voucher", "amount": 7.5, "note": ""}),
        ("block", [("block-why", "Insults")], {"why": "Insults"}),
        ("step-in", [], {}),
        ("reopen", [], {}),
        ("unblock", [], {}),
    ],
)  # fmt: skip
async def test_an_act_asks_for_what_belongs_to_it_and_sends_that(
    desk: Screens, page: Page, name: str, steps: list[tuple[str, str]], body: dict[str, Any]
) -> None:
    everything: list[wire.May] = [*ALL_OF_MINE, "step_in", "reopen", "unblock"]
    await opened(desk, page, detail(may=everything))
    await press(page, name)
    box = page.get_by_test_id(f"{name}-dialog")
    for what, value in steps:
        field = box.get_by_test_id(value if what == "check" else what)
        if what == "check":
            await field.check()
        elif await field.evaluate("node => node.tagName") == "SELECT":
            await field.select_option(value)
        else:
            await field.fill(value)
    await page.get_by_test_id(f"{name}-confirm").click()
    await expect(box).to_have_count(0)
    [sent] = desk.sent(f"POST /handoffs/h1/{name}")
    assert sent is not None
    sent.pop("id", None)
    assert sent == body


@pytest.mark.parametrize(("option", "least", "most"), [("hour", 3500, 3700), ("tomorrow", 60, 2 * 86_400)])
async def test_a_snooze_counts_by_the_servers_clock(
    desk: Screens, page: Page, option: str, least: float, most: float
) -> None:
    await opened(desk, page)
    await expect(page.locator("[data-key=h2]")).to_be_visible()
    await press(page, "snooze")
    await page.get_by_test_id(f"snooze-until-{option}").check()
    await page.get_by_test_id("snooze-confirm").click()
    await expect(page.get_by_test_id("snooze-dialog")).to_have_count(0)
    [sent] = desk.sent("POST /handoffs/h1/snooze")
    assert sent is not None and least < sent["until"] - NOW < most


async def test_a_time_that_is_past_is_not_sent(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    await press(page, "snooze")
    await page.get_by_test_id("snooze-until-time").check()
    await page.get_by_test_id("snooze-time").evaluate("field => { field.min = ''; field.value = '2001-01-01T10:00' }")
    await page.get_by_test_id("snooze-confirm").click()
    await expect(page.get_by_test_id("snooze-problem")).to_contain_text("still to come")
    assert desk.sent("POST /handoffs/h1/snooze") == []


async def test_a_refusal_is_said_in_the_servers_words_and_what_was_written_stays(desk: Screens, page: Page) -> None:
    desk.answers["POST /handoffs/h1/goodwill"] = (409, "That is more than you may grant.", "Up to 10.00 GBP.")
    await opened(desk, page)
    await press(page, "goodwill")
    await page.get_by_test_id("goodwill-amount").fill("900")
    await page.get_by_test_id("goodwill-note").fill("Very late")
    await page.get_by_test_id("goodwill-confirm").click()
    problem = page.get_by_test_id("goodwill-problem")
    await expect(problem).to_contain_text("That is more than you may grant. Up to 10.00 GBP.")
    await expect(page.get_by_test_id("goodwill-note")).to_have_value("Very late")
    await page.get_by_test_id("goodwill-confirm").click()
    await expect(problem).to_contain_text("more than you may grant")
    first, second = desk.sent("POST /handoffs/h1/goodwill")
    assert first is not None and second is not None and first["id"] == second["id"]


async def test_who_loses_a_claim_reads_who_won(desk: Screens, page: Page) -> None:
    desk.answers["POST /handoffs/h1/claim"] = REFUSED
    await opened(desk, page, detail(summary(), ["claim", "note"]))
    await page.get_by_test_id("claim").click()
    await expect(page.get_by_test_id("detail-problem")).to_contain_text("Dana claimed this 40 seconds ago.")


async def test_claim_and_greet_is_one_request(desk: Screens, page: Page) -> None:
    await opened(desk, page, detail(summary(), ["claim", "note"]))
    desk.answers["POST /handoffs/h1/claim"] = detail(mine())
    await page.get_by_test_id("claim-and-greet").click()
    await expect(page.get_by_test_id("reply-text")).to_be_focused()
    assert desk.sent("POST /handoffs/h1/claim") == [{"greet": True}]


async def test_a_snoozed_one_says_until_when_and_is_woken(desk: Screens, page: Page) -> None:
    await opened(desk, page, detail(mine(snoozed=True, snoozed_until=NOW + 3600), ["wake", "note"]))
    await expect(page.get_by_test_id("notice-snoozed")).to_contain_text("back in")
    await page.get_by_test_id("wake").click()
    await expect(page.get_by_test_id("announcement")).to_contain_text("Awake again")
    assert len(desk.sent("POST /handoffs/h1/wake")) == 1


async def test_each_target_is_told_by_its_name_and_the_nearest_with_the_time_that_is_left(
    desk: Screens, page: Page
) -> None:
    view = wire.ClockView
    targets = wire.Sla(view("met"), view("at_risk"), view("on_track"), due_at=NOW + 150)
    await opened(desk, page, detail(mine(sla=targets)))
    head = page.locator(".sla-line")
    await expect(head.get_by_test_id("sla")).to_have_text(re.compile(r"At risk, 2 min \d+ s left"))
    told = ["First reply: kept", "Next reply: at risk", "Resolution: on track"]
    await expect(head.get_by_test_id("sla-clock")).to_have_text(told)


async def test_the_brief_cites_its_messages_and_says_how_sure_it_is(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    brief = page.get_by_test_id("brief")
    await expect(brief).to_contain_text("Customer since")
    await expect(brief).to_contain_text("wok (62 % sure)")
    await brief.get_by_role("button", name="Show message 3 in the conversation").first.click()
    await expect(page.locator("#m-3")).to_be_focused()


async def test_steps_and_goodwill_stand_below_the_brief(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    steps = page.get_by_test_id("step")
    await expect(steps).to_have_count(3)
    await expect(steps.nth(1)).to_contain_text("Transferred by Dana, team support")
    await expect(steps.nth(1)).to_contain_text("Knows about woks")
    await expect(page.get_by_test_id("goodwill-given")).to_contain_text("£5.00, voucher by Dana")


@pytest.mark.parametrize(
    ("outcome", "state", "said"),
    [
        ("contact_silent", "resolved", "Resolved · Left be by the contact"),
        ("blocked", "resolved", "Resolved · Contact blocked"),
        ("abandoned", "abandoned", "Abandoned · Contact away too long"),
        ("returned", "returned", "With the assistant · Given back by an agent"),
    ],
)
async def test_an_end_that_nobody_chose_from_the_list_is_told_in_words(
    desk: Screens, page: Page, outcome: str, state: str, said: str
) -> None:
    await opened(desk, page, detail(summary(state=state, place=None, outcome=outcome), ["note"]))
    await expect(page.locator(".detail-facts")).to_contain_text(said)


async def test_who_is_not_reachable_or_blocked_is_said_above_the_conversation(desk: Screens, page: Page) -> None:
    await opened(desk, page, detail(mine(reachable="no", blocked=True)))
    await expect(page.get_by_test_id("notice-away")).to_be_visible()
    await expect(page.get_by_test_id("notice-blocked")).to_be_visible()


async def test_a_canned_reply_is_found_previewed_and_put_into_the_reply(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    await page.locator("body").press(".")
    await expect(page.get_by_test_id("canned-preview")).to_contain_text("Hello Kim")
    await expect(page.get_by_test_id("canned-missing")).to_contain_text("order")
    await page.get_by_test_id("canned-search").fill("late")
    await expect(page.get_by_test_id("canned-insert")).to_be_enabled()
    await page.get_by_test_id("canned-insert").click()
    await expect(page.get_by_test_id("reply-text")).to_have_value("Hello Kim, I am sorry that {order} is late. Ana")
    assert desk.sent("POST /canned/1/preview")[-1] == {"handoff_id": "h1"}
    assert desk.sent("POST /handoffs/h1/reply") == []


@pytest.mark.parametrize("mark", [".", "/"])
async def test_a_dot_or_a_slash_and_a_letter_in_an_empty_reply_look_for_a_canned_one(
    desk: Screens, page: Page, mark: str
) -> None:
    await opened(desk, page)
    await page.get_by_test_id("reply-text").press_sequentially(f"{mark}l")
    await expect(page.get_by_test_id("canned-search")).to_have_value("l")
    await page.get_by_test_id("canned-cancel").click()
    await expect(page.get_by_test_id("reply-text")).to_have_value("")
    await page.get_by_test_id("reply-text").press_sequentially("//between us")
    await expect(page.get_by_test_id("canned-dialog")).to_have_count(0)


async def test_canned_replies_that_do_not_come_or_do_not_exist_are_said(desk: Screens, page: Page) -> None:
    desk.answers["GET /canned"] = (500, "The database does not answer.", "Try again.")
    await opened(desk, page)
    await page.get_by_test_id("canned").click()
    await expect(page.get_by_test_id("canned-list")).to_contain_text("The database does not answer.")
    desk.answers["GET /canned"] = []
    await page.get_by_test_id("canned-list").get_by_test_id("try-again").click()
    await expect(page.get_by_test_id("canned-none")).to_be_visible()


async def test_a_suggested_reply_becomes_a_draft_and_is_not_sent(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    await page.get_by_test_id("suggest").click()
    await expect(page.get_by_test_id("suggestion")).to_contain_text("83 % alike, FD-9")
    await page.get_by_test_id("use-suggestion").click()
    await expect(page.get_by_test_id("reply-text")).to_have_value("It comes on Friday.")
    await expect(page.get_by_test_id("reply-text")).to_be_focused()
    assert desk.sent("POST /handoffs/h1/reply") == []


async def test_suggestions_that_do_not_come_or_do_not_exist_are_said(desk: Screens, page: Page) -> None:
    desk.answers["GET /handoffs/h1/suggestions"] = (503, "There are no suggestions just now.", "Write your own answer.")
    await opened(desk, page)
    await page.get_by_test_id("suggest").click()
    await expect(page.get_by_test_id("suggestions")).to_contain_text("There are no suggestions just now.")
    desk.answers["GET /handoffs/h1/suggestions"] = []
    await page.get_by_test_id("suggestions").get_by_test_id("try-again").click()
    await expect(page.get_by_test_id("no-suggestion")).to_be_visible()


@pytest.mark.parametrize(
    ("key", "dialog"),
    [("t", "transfer-dialog"), ("s", "snooze-dialog"), ("e", "resolve-dialog"), ("a", "availability-dialog"),
     (".", "canned-dialog"), ("?", "help-dialog")],
)  # fmt: skip
async def test_a_key_does_what_the_list_of_keys_says(desk: Screens, page: Page, key: str, dialog: str) -> None:
    await opened(desk, page)
    await page.locator("body").press(key)
    await expect(page.get_by_test_id(dialog)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id(dialog)).to_have_count(0)


async def test_the_list_of_keys_names_every_key(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    await page.locator("body").press("?")
    shown = " ".join(await page.locator(".keys dt").all_inner_texts())
    assert all(key in re.split(r"[\s/]+", shown) or key == "/" for key in "jkcrntsea/f.?")


async def test_my_availability_is_set_from_the_head(desk: Screens, page: Page) -> None:
    desk.answers["PUT /me/availability"] = wire.Me(**{**_me(), "availability": "busy"})
    await opened(desk, page)
    await expect(page.get_by_test_id("availability")).to_have_text("Here")
    await page.get_by_test_id("availability").click()
    await page.get_by_test_id("availability-state-busy").check()
    await page.get_by_test_id("availability-confirm").click()
    await expect(page.get_by_test_id("availability")).to_have_text("Busy")
    assert desk.sent("PUT /me/availability") == [{"availability": "busy", "until": None}]


async def test_availability_set_elsewhere_is_shown_here(desk: Screens, page: Page) -> None:
    await opened(desk, page)
    desk.answers["GET /me"] = wire.Me(**{**_me(), "availability": "away"})
    await desk.signal("staff", "me")
    await expect(page.get_by_test_id("availability")).to_have_text("Away")


def _me() -> dict[str, Any]:
    return {name: getattr(ME, name) for name in ME.__struct_fields__}
