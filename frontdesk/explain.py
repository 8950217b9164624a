"""How a message is understood, for people: ``frontdesk explain``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.engine.client import EngineClient, EngineError
from bot.engine.wire import Parse
from conversations.languages import NAMES
from frontdesk import engine
from frontdesk.settings import Settings

_ZONES = {
    "in": "in scope: it is answered",
    "grey": "in doubt: the two likeliest readings are offered as buttons",
    "out": "out of scope: it says that it cannot help, and offers a person",
}


async def understood(settings: Settings, text: str) -> Parse:
    """How the running engine, or else the live model loaded for this, understands a text; ``NoModel``."""
    async with EngineClient(settings.engine_urls, settings.engine_secret, 10) as client:
        try:
            return await client.parse(text)
        except EngineError:
            return await engine.understood(settings, text)


def shown(parse: Parse) -> RenderableType:
    """What is known of a message, a table for each question that an editor or agent may have."""
    return Group(*_parts(parse))


def _parts(parse: Parse) -> Iterator[RenderableType]:
    yield Text(f"Scope: {_ZONES[parse.scope]} ({parse.scope_score:+.2f} from the border)")
    yield _table("Intents", "intent|probability", [(one.intent, f"{one.confidence:.0%}") for one in parse.ranking])
    near = [(one.text, one.intent, f"{one.similarity:.2f}") for one in parse.nearest]
    yield _table("Nearest examples", "example|intent|likeness", near)
    reasons = ", ".join(parse.mood_reasons) or "nothing in particular"
    yield Text(f"Mood: {parse.mood:+.2f} ({reasons})")
    if parse.danger:
        yield Text(f"Danger: {parse.danger} ({', '.join(parse.danger_reasons)})", style="bold red")
    found = [(one.name, str(one.value), f"{one.start}–{one.end}") for one in parse.entities]
    yield _table("Entities", "entity|value|characters", found)
    wishes = [(one.text, one.intent, f"{one.confidence:.0%}") for one in parse.wishes]
    yield _table("Several wishes", "part|intent|probability", wishes)
    yield Text(f"Language: {NAMES.get(parse.language, 'too short to tell')}")
    yield _table(
        "Personal data, masked later", "kind|characters", [(p.kind, f"{p.start}–{p.end}") for p in parse.personal]
    )


def _table(title: str, columns: str, rows: Sequence[tuple[str, ...]]) -> RenderableType:
    if not rows:
        return Text(f"{title}: none")
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns.split("|"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
