"""The desk's queue in a real Chromium: what is in it, how it is narrowed, and that it holds still."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from escalation.http import wire
from tests.desk.screens import NOW, QUEUE, Screens, detail, mine, screens, summary

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT_FOR_ALL = "queue => [...queue.querySelectorAll('.items > li')].map(row => row.dataset.key)"


@pytest_asyncio.fixture(loop_scope="module")
async def desk() -> AsyncIterator[Screens]:
    async with screens() as shown:
        yield shown


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, desk: Screens) -> AsyncIterator[Page]:
    shown = await chromium.new_page(viewport={"width": 1280, "height": 700})
    yield shown
    await shown.close()


def queue_of(*waiting: wire.HandoffSummary) -> wire.HandoffList:
    return wire.HandoffList(list(waiting), [], [], NOW, [], {"support": wire.Counts(len(waiting), 0)})


async def test_what_is_offered_to_me_comes_first_counts_down_and_is_accepted_or_declined(
    desk: Screens, page: Page
) -> None:
    await page.goto(desk.url)
    await expect(page.locator(".items > li").first).to_have_attribute("data-key", "h1")
    await expect(page.get_by_test_id("group-offered").get_by_test_id("offer-clock")).to_have_text(
        re.compile(r"yours for \d+ s")
    )
    await page.get_by_test_id("row-decline").click()
    await expect(page.get_by_test_id("announcement")).to_contain_text("Declined")
    assert len(desk.sent("POST /handoffs/h1/decline")) == 1
    offered = summary("h1", offered_to="Ana", offered_until=NOW + 55)
    desk.answers["GET /handoffs/h1"] = detail(offered, ["claim", "decline", "note"])
    desk.answers["POST /handoffs/h1/claim"] = detail(mine("h1"))
    await page.get_by_test_id("row-accept").click()
    await expect(page.get_by_test_id("resolve")).to_be_visible()
    assert desk.sent("POST /handoffs/h1/claim") == [{}]


async def test_an_offer_that_cannot_be_declined_any_more_says_why_until_it_is_read(desk: Screens, page: Page) -> None:
    desk.answers["POST /handoffs/h1/decline"] = (409, "You do not hold this offer any more.", "Look at the queue.")
    await page.goto(desk.url)
    await page.get_by_test_id("row-decline").click()
    told = page.get_by_test_id("desk-problem")
    await expect(told).to_contain_text("You do not hold this offer any more.")
    desk.answers["GET /queue"] = queue_of(summary("h1"), summary("later"))
    await desk.signal("queue")
    await expect(page.locator("[data-key=later]")).to_be_visible()
    await expect(told).to_contain_text("You do not hold this offer any more.")
    await told.get_by_test_id("dismiss").click()
    await expect(told).to_be_empty()


async def test_snoozed_ones_are_listed_apart_with_when_they_come_back(desk: Screens, page: Page) -> None:
    await page.goto(desk.url)
    group = page.get_by_test_id("group-snoozed")
    await expect(group.get_by_test_id("queue-item")).to_have_count(1)
    await expect(group).to_contain_text(re.compile(r"back in (59 min|1 h)"))


async def test_targets_are_marked_in_words_with_the_time_that_is_left(desk: Screens, page: Page) -> None:
    await page.goto(desk.url)
    await expect(page.locator("[data-key=h2]").get_by_test_id("sla")).to_have_text(
        re.compile(r"At risk, 1 min \d+ s left")
    )
    await expect(page.locator("[data-key=h4]").get_by_test_id("sla")).to_have_text("Too late")


async def test_counts_are_of_the_whole_team_however_many_are_listed(desk: Screens, page: Page) -> None:
    await page.goto(desk.url)
    await expect(page.locator("[data-team=support]")).to_contain_text("320 waiting, 2 in hand, 1 snoozed")
    await expect(page.locator(".count.waiting")).to_have_text("2 of 321")
    await page.locator("[data-team=care]").click()
    await expect(page.get_by_test_id("queue-item")).to_have_count(1)
    await expect(page).to_have_url(re.compile(r"#/\?team=care$"))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("team", "care", ["h3"]),
        ("mine", "1", ["h1", "h4", "h6"]),
        ("priority", "9", ["h3"]),
        ("channel", "telegram", ["h5"]),
        ("language", "French", ["h3"]),
        ("sla", "breached", ["h4"]),
        ("tag", "returns", ["h3"]),
    ],
)
async def test_a_filter_narrows_the_queue_and_is_kept_in_the_address(
    desk: Screens, page: Page, name: str, value: str, shown: list[str]
) -> None:
    await page.goto(desk.url)
    await page.get_by_test_id("filters").click()
    await page.get_by_test_id(f"filter-{name}").select_option(value)
    await expect(page.get_by_test_id("filters")).to_have_text("Filter (1)")
    assert await page.get_by_test_id("queue").evaluate(WAIT_FOR_ALL) == shown
    await page.reload()
    await expect(page.get_by_test_id("filters")).to_have_text("Filter (1)")
    await expect(page.locator(f"[data-key={shown[0]}]")).to_be_visible()
    await page.locator(".item:visible").first.click()
    await expect(page).to_have_url(re.compile(rf"#/h/\w+\?{name}={value}$"))
    await page.get_by_test_id("filter-clear").click()
    await expect(page.get_by_test_id("filters")).to_have_text("Filter")
    await expect(page.locator("[data-key=h2]")).to_be_visible()


async def test_when_nothing_matches_the_filters_that_is_said(desk: Screens, page: Page) -> None:
    await page.goto(f"{desk.url}#/?tag=no-such-tag")
    await expect(page.get_by_test_id("none-match")).to_be_visible()
    await expect(page.get_by_test_id("queue-item")).to_have_count(0)


@pytest.mark.parametrize("change", ["arrival", "departure", "claimed by somebody else"])
async def test_the_row_under_the_pointer_never_moves(desk: Screens, page: Page, change: str) -> None:
    rows = [summary(f"h{n}", place=n) for n in range(1, 5)]
    desk.answers["GET /queue"] = queue_of(*rows)
    await page.goto(desk.url)
    row = page.locator("[data-key=h3]")
    await row.hover()
    before = await row.bounding_box()
    rows = {
        "arrival": [summary("new", place=0), *rows],
        "departure": rows[2:],
        "claimed by somebody else": [rows[0], rows[1], rows[3]],
    }[change]
    desk.answers["GET /queue"] = queue_of(*rows)
    await desk.signal("queue")
    await expect(page.locator(".count.waiting")).to_have_text(str(len(rows)))
    after = await row.bounding_box()
    assert before is not None and after is not None
    assert abs(before["y"] - after["y"]) < 2
    if change == "claimed by somebody else":
        await expect(row).to_contain_text("not here any more")
        await page.mouse.move(1200, 600)
        await expect(row).to_have_count(0)


async def test_rows_are_kept_so_that_the_focus_stays_when_the_order_changes(desk: Screens, page: Page) -> None:
    one, two = summary("h1"), summary("h2", place=2)
    desk.answers["GET /queue"] = queue_of(one, two)
    await page.goto(desk.url)
    link = page.locator("[data-key=h2] .item")
    await link.focus()
    desk.answers["GET /queue"] = queue_of(summary("h2", place=1, last_text="Hurry, please"), one)
    await desk.signal("queue")
    await expect(page.locator(".items > li").first).to_have_attribute("data-key", "h2")
    await expect(link).to_contain_text("Hurry, please")
    await expect(link).to_be_focused()


async def test_a_row_that_changes_its_group_keeps_the_focus_and_its_place_under_the_pointer(
    desk: Screens, page: Page
) -> None:
    one, two = summary("h1"), summary("h2", place=2)
    desk.answers["GET /queue"] = queue_of(one, two)
    await page.goto(desk.url)
    row = page.locator("[data-key=h2]")
    await row.hover()
    await row.locator(".item").focus()
    before = await row.bounding_box()
    desk.answers["GET /queue"] = wire.HandoffList([one], [mine("h2")], [], NOW, [], {"support": wire.Counts(1, 1)})
    await desk.signal("queue")
    await expect(page.get_by_test_id("group-mine").locator("[data-key=h2]")).to_be_visible()
    await expect(row.locator(".item")).to_be_focused()
    after = await row.bounding_box()
    assert before is not None and after is not None and abs(before["y"] - after["y"]) < 2


async def test_a_storm_of_signals_is_answered_at_most_once_a_second(desk: Screens, page: Page) -> None:
    await page.goto(desk.url)
    await expect(page.locator("[data-key=h2]")).to_be_visible()
    before = len(desk.sent("GET /queue"))
    for number in range(40):
        desk.answers["GET /queue"] = queue_of(summary("h1", contact=f"Number {number}"))
        await desk.signal("queue")
    await expect(page.locator("[data-key=h1]")).to_contain_text("Number 39")
    assert len(desk.sent("GET /queue")) - before <= 3


async def test_a_queue_that_does_not_come_says_why_and_is_asked_for_again(desk: Screens, page: Page) -> None:
    desk.answers["GET /queue"] = (500, "The database does not answer.", "Try again in a minute.")
    await page.goto(desk.url)
    await expect(page.get_by_test_id("queue").get_by_test_id("problem")).to_contain_text(
        "The database does not answer."
    )
    desk.answers["GET /queue"] = QUEUE
    await page.get_by_test_id("queue").get_by_text("Try again", exact=True).click()
    await expect(page.locator("[data-key=h2]")).to_be_visible()


async def test_an_empty_queue_says_that_nobody_waits(desk: Screens, page: Page) -> None:
    desk.answers["GET /queue"] = queue_of()
    await page.goto(desk.url)
    await expect(page.get_by_test_id("nobody-waiting")).to_be_visible()
