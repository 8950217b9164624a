"""The desk's pages beside the queue in a real Chromium: search, the live board, people, canned replies and tags."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from escalation.http import wire
from tests.desk.screens import HITS, ME, NOW, PEOPLE, TEAMS, Screens, agent, screens

pytestmark = pytest.mark.asyncio(loop_scope="module")
AGENT = msgspec.structs.replace(ME, role="agent")
BROKEN = (500, "The database does not answer.", "Try again in a minute.")


@pytest_asyncio.fixture(loop_scope="module")
async def desk() -> AsyncIterator[Screens]:
    async with screens() as shown:
        yield shown


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Browser, desk: Screens) -> AsyncIterator[Page]:
    shown = await chromium.new_page(viewport={"width": 1280, "height": 800})
    yield shown
    await shown.close()


@pytest.mark.parametrize(
    ("address", "route", "full", "empty", "nothing"),
    [
        ("#/search?q=wok", "GET /search", "search-hit", wire.Hits([]), "search-none"),
        ("#/board", "GET /board", "board-agent", wire.Board([], [], NOW), "board-nobody"),
        ("#/people", "GET /agents", "person", [], "people-none"),
        ("#/replies", "GET /canned", "canned-row", [], "canned-empty"),
        ("#/replies", "GET /tags", "tag", [], "tags-empty"),
    ],
)
async def test_a_page_says_that_it_loads_that_it_failed_and_that_there_is_nothing(
    desk: Screens, page: Page, address: str, route: str, full: str, empty: Any, nothing: str
) -> None:
    usual = desk.answers[route]
    desk.answers[route] = late = asyncio.get_running_loop().create_future()
    await page.goto(f"{desk.url}{address}")
    main = page.locator(".page")
    await expect(main.get_by_text("Loading…").first).to_be_visible()
    late.set_result(BROKEN)
    await expect(main.get_by_test_id("problem")).to_contain_text("The database does not answer. Try again in a minute.")
    desk.answers[route] = usual
    await main.get_by_test_id("try-again").click()
    await expect(main.get_by_test_id(full).first).to_be_visible()
    desk.answers[route] = empty
    await page.reload()
    await expect(page.get_by_test_id(nothing)).to_be_visible()


async def test_search_is_kept_in_the_address_and_a_hit_opens_at_its_message(desk: Screens, page: Page) -> None:
    await page.goto(desk.url)
    await page.locator("body").press("/")
    await expect(page.get_by_test_id("search-start")).to_be_visible()
    await page.get_by_test_id("search-input").fill("third time")
    await page.get_by_test_id("search-input").press("Enter")
    await expect(page).to_have_url(re.compile(r"#/search\?q=third\+time$"))
    await page.get_by_test_id("search-hit").click()
    assert desk.sent("GET /search") == [{"q": "third time"}]
    await expect(page.locator("#m-3")).to_be_focused()
    await expect(page.locator("#m-3")).to_have_class(re.compile("cited"))


async def test_more_hits_are_fetched_where_the_last_ones_ended(desk: Screens, page: Page) -> None:
    desk.answers["GET /search"] = wire.Hits(HITS, "after-1")
    await page.goto(f"{desk.url}#/search?q=wok")
    await expect(page.get_by_test_id("search-hit")).to_have_count(1)
    desk.answers["GET /search"] = wire.Hits(HITS, None)
    await page.get_by_test_id("search-more").click()
    await expect(page.get_by_test_id("search-hit")).to_have_count(2)
    await expect(page.get_by_test_id("search-hit").nth(1)).to_be_focused()
    await expect(page.get_by_test_id("search-more")).to_have_count(0)
    assert desk.sent("GET /search")[-1] == {"q": "wok", "after": "after-1"}


async def test_the_board_shows_load_waiting_and_targets_and_follows_what_happens(desk: Screens, page: Page) -> None:
    await page.goto(f"{desk.url}#/board")
    team = page.get_by_test_id("board-team").first
    await expect(team).to_contain_text(re.compile("12.*Waiting|Waiting.*12", re.S))
    await expect(team).to_contain_text("1 h 6 min")
    await expect(page.get_by_test_id("board-team").nth(1)).to_contain_text("people are back on Monday at 09:00")
    await expect(page.get_by_test_id("board-agent").nth(1)).to_contain_text("Busy, on shift")
    await expect(page.get_by_test_id("board-agent").nth(1)).to_contain_text("4 of 4")
    changed = [PEOPLE[0], agent("dana", "Dana", held=1), PEOPLE[2]]
    desk.answers["GET /board"] = wire.Board(changed, TEAMS, NOW)
    await desk.signal("staff", "dana")
    await expect(page.get_by_test_id("board-agent").nth(1)).to_contain_text("1 of 4")


@pytest.mark.parametrize(("me", "drawn"), [(ME, True), (AGENT, False)])
async def test_only_leads_have_the_board_the_replies_and_changes_of_people(
    desk: Screens, page: Page, me: wire.Me, drawn: bool
) -> None:
    desk.answers["GET /me"] = me
    await page.goto(f"{desk.url}#/people")
    await expect(page.get_by_test_id("person")).to_have_count(3)
    for name in ("go-board", "go-replies", "person-change"):
        assert (await page.get_by_test_id(name).count() > 0) is drawn, name
    await page.goto(f"{desk.url}#/replies")
    await expect(page.get_by_test_id("only-leads")).to_have_count(0 if drawn else 1)


async def test_a_person_is_changed_and_keeps_their_first_team(desk: Screens, page: Page) -> None:
    desk.answers["PATCH /agents/me"] = PEOPLE[0]
    await page.goto(f"{desk.url}#/people")
    await page.get_by_test_id("person-change").first.click()
    await page.get_by_test_id("person-team-care").uncheck()
    await page.get_by_test_id("person-team-care").check()
    await page.get_by_test_id("person-skills").fill("refunds, woks ,")
    await page.get_by_test_id("person-capacity").fill("6")
    await page.get_by_test_id("person-shifts-own").check()
    await page.get_by_test_id("shift-monday").fill("09:00-13:00, 14:00-18:00")
    await page.get_by_test_id("person-confirm").click()
    await expect(page.get_by_test_id("person-dialog")).to_have_count(0)
    assert desk.sent("PATCH /agents/me") == [
        {
            "teams": ["support", "care"],
            "skills": ["refunds", "woks"],
            "languages": ["en", "de"],
            "capacity": 6,
            "shifts": {"monday": ["09:00-13:00", "14:00-18:00"]},
        }
    ]


async def test_an_admin_adds_somebody_and_sees_their_token_once(desk: Screens, page: Page) -> None:
    desk.answers["GET /me"] = msgspec.structs.replace(ME, role="admin")
    desk.answers["POST /agents"] = wire.Added("new", "Robin", "fd_secret")
    await page.goto(f"{desk.url}#/people")
    await page.get_by_test_id("person-new").click()
    await page.get_by_test_id("new-name").fill("Robin")
    await page.get_by_test_id("new-team-care").check()
    await page.get_by_test_id("new-person-confirm").click()
    await expect(page.get_by_test_id("new-token")).to_have_value("fd_secret")
    assert desk.sent("POST /agents") == [{"name": "Robin", "role": "agent", "teams": ["support", "care"]}]
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("token-dialog")).to_have_count(0)
    desk.answers["DELETE /agents/dana"] = None
    await page.get_by_role("button", name="Remove Dana?").click()
    await page.get_by_test_id("remove-person-confirm").click()
    await expect(page.get_by_test_id("remove-person-dialog")).to_have_count(0)
    assert len(desk.sent("DELETE /agents/dana")) == 1


async def test_a_canned_reply_with_a_broken_variable_is_refused_in_the_servers_words_and_kept(
    desk: Screens, page: Page
) -> None:
    desk.answers["POST /canned"] = (400, "This cannot be kept.", "{nane} is no variable.")
    await page.goto(f"{desk.url}#/replies")
    await page.get_by_test_id("canned-new").click()
    await page.get_by_test_id("canned-name").fill("hello")
    await page.get_by_test_id("canned-text").fill("Hello {nane}")
    await page.get_by_test_id("canned-team").select_option("care")
    await page.get_by_test_id("canned-edit-confirm").click()
    await expect(page.get_by_test_id("canned-edit-problem")).to_contain_text("{nane} is no variable.")
    await expect(page.get_by_test_id("canned-text")).to_have_value("Hello {nane}")
    assert desk.sent("POST /canned") == [{"name": "hello", "text": "Hello {nane}", "team": "care", "language": "en"}]


async def test_canned_replies_are_changed_and_taken_away(desk: Screens, page: Page) -> None:
    desk.answers["PATCH /canned/1"] = desk.answers["GET /canned"][0]
    desk.answers["DELETE /canned/1"] = None
    await page.goto(f"{desk.url}#/replies")
    await page.get_by_test_id("canned-change").first.click()
    await page.get_by_test_id("canned-name").fill("late")
    await page.get_by_test_id("canned-edit-confirm").click()
    await expect(page.get_by_test_id("canned-edit-dialog")).to_have_count(0)
    [sent] = desk.sent("PATCH /canned/1")
    assert sent is not None and sent["name"] == "late" and sent["text"].startswith("Hello {contact}")
    await page.get_by_test_id("canned-delete").first.click()
    await expect(page.get_by_test_id("canned-delete-cancel")).to_be_focused()
    await page.get_by_test_id("canned-delete-confirm").click()
    await expect(page.get_by_test_id("canned-delete-dialog")).to_have_count(0)
    assert len(desk.sent("DELETE /canned/1")) == 1


async def test_tags_are_added_and_removed(desk: Screens, page: Page) -> None:
    desk.answers["POST /tags"] = (400, "This cannot be kept.", "A tag has small letters, digits and hyphens.")
    desk.answers["DELETE /tags/returns"] = None
    await page.goto(f"{desk.url}#/replies")
    await page.get_by_test_id("new-tag").fill("Late Parcel")
    await page.get_by_test_id("tag-add").click()
    await expect(page.get_by_test_id("tag-problem")).to_contain_text("small letters")
    await expect(page.get_by_test_id("new-tag")).to_have_value("Late Parcel")
    desk.answers["POST /tags"] = wire.Tag("late")
    await page.get_by_test_id("new-tag").fill("late")
    await page.get_by_test_id("tag-add").click()
    await expect(page.get_by_test_id("new-tag")).to_have_value("")
    await page.get_by_role("button", name="Remove the tag returns").click()
    await expect(page.get_by_test_id("announcement")).to_contain_text("Removed")
    assert len(desk.sent("DELETE /tags/returns")) == 1


async def test_a_sign_in_that_has_ended_is_asked_for_again(desk: Screens, page: Page) -> None:
    await page.goto(f"{desk.url}#/people")
    await expect(page.get_by_test_id("person").first).to_be_visible()
    desk.answers["PATCH /agents/me"] = (401, "You are not signed in.", "Sign in with your agent token.")
    await page.get_by_test_id("person-change").first.click()
    await page.get_by_test_id("person-confirm").click()
    await expect(page.get_by_test_id("token")).to_be_visible()
    await expect(page.locator("dialog")).to_have_count(0)
