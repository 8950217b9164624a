"""``/studio/api/intents``: all intents, one of them whole, and what is changed of it."""

from __future__ import annotations

import msgspec
from aiohttp import web

from bot.content import intents, models
from bot.content.amending import Amending, Edit
from bot.content.http.serving import API, Served
from bot.content.intents import AnswerView, ExampleView, ProblemView, UseView
from bot.content.shelf import Book, Shelf
from conversations.http.bodies import read, respond
from conversations.http.problems import problem
from conversations.staff import Principal
from conversations.store.database import Database


class Figures(msgspec.Struct, frozen=True):
    """How the live model told the intent's examples from others, at its publishing: the share that was read rightly
    without having been seen, and what the rest was taken for."""

    right: float
    taken_for: list[tuple[str, int]]


class IntentRow(msgspec.Struct, frozen=True):
    """An intent in the list. ``live`` is None where the live model was not judged, or does not know it."""

    intent: str
    title: str
    examples: int
    answer: str
    rules: int
    stories: int
    errors: int
    warnings: int
    live: Figures | None


class IntentList(msgspec.Struct, frozen=True):
    """All intents. ``problems`` are those that belong to none of them."""

    version: int
    intents: list[IntentRow]
    problems: list[ProblemView]
    topics: list[str]


class IntentDetail(msgspec.Struct, frozen=True):
    """One intent, as it is in a version of the content."""

    version: int
    intent: str
    title: str
    examples: tuple[ExampleView, ...]
    answers: tuple[AnswerView, ...]
    uses: tuple[UseView, ...]
    problems: tuple[ProblemView, ...]
    live: Figures | None


class Saving(msgspec.Struct, frozen=True):
    """What is to be saved, of an intent as it was seen in a version."""

    version: int
    edit: Edit
    note: str = ""


class IntentsApi:
    """The routes' handlers."""

    def __init__(self, database: Database, shelf: Shelf, amending: Amending) -> None:
        self._database, self._shelf, self._amending = database, shelf, amending

    def routes(self) -> list[Served]:
        return [
            ("GET", f"{API}/intents", self.listed),
            ("GET", f"{API}/intents/{{intent:.+}}", self.one),
            ("POST", f"{API}/intents/{{intent:.+}}", self.save),
        ]

    async def listed(self, request: web.Request, who: Principal) -> web.Response:
        """All of them, by name."""
        book, figures = await self._shelf.now(), await self._figures()
        problems = await self._shelf.problems(book)
        rows: list[IntentRow] = []
        told: set[ProblemView] = set()
        for intent in intents.taught(book.whole):
            words, flows = intents.words_of(book.whole, intent), intents.flows_of(book.whole, intent)
            own = intents.problems_of(problems, intent, words)
            told.update(own)
            said = next((w.text for a in words.answers for w in a.wordings if not a.reading and w.text), "")
            errors = sum(one.severity == "error" for one in own)
            rules = sum(flow.is_rule for flow in flows)
            rows.append(
                IntentRow(
                    intent,
                    intents.title_of(intent),
                    len(words.examples),
                    said,
                    rules,
                    len(flows) - rules,
                    errors,
                    len(own) - errors,
                    figures.get(intent),
                )
            )
        others = [view for view in map(intents.problem_view, problems) if view not in told]
        topics = sorted(p.removeprefix("data/nlu/").removesuffix(".yml") for p in book.files if _is_topic(p))
        return respond(IntentList(book.version.id, rows, others, topics))

    async def one(self, request: web.Request, who: Principal) -> web.Response:
        """One of them, whole."""
        return respond(await self._detail(request.match_info["intent"], await self._shelf.now()))

    async def save(self, request: web.Request, who: Principal) -> web.Response:
        """Saves what an editor changed; answers with the intent as it then is, and what the check says of it."""
        intent, asked = request.match_info["intent"], await read(request, Saving)
        await self._amending.save(intent, asked.version, asked.edit, who.name, asked.note.strip())
        return respond(await self._detail(intent, await self._shelf.now()))

    async def _detail(self, intent: str, book: Book) -> IntentDetail:
        if intent not in intents.taught(book.whole):
            raise problem(404, f'There is no intent "{intent}" any more.', "Go back to the list.")
        words, flows = intents.words_of(book.whole, intent), intents.flows_of(book.whole, intent)
        return IntentDetail(
            book.version.id,
            intent,
            intents.title_of(intent),
            words.examples,
            words.answers,
            intents.uses_of(flows),
            intents.problems_of(await self._shelf.problems(book), intent, words),
            (await self._figures()).get(intent),
        )

    async def _figures(self) -> dict[str, Figures]:
        async with self._database.read() as tx:
            live = await models.live(tx)
        judged = (live.verdict or {}).get("intents", []) if live is not None else []
        return {
            one["intent"]: Figures(one["candidate"], [(name, n) for name, n in one.get("taken_for", [])])
            for one in judged
        }


def _is_topic(path: str) -> bool:
    return path.startswith("data/nlu/") and path.endswith(".yml") and path.count("/") == 2
