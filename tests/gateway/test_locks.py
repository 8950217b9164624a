"""Whoever needs several rows takes them in one order, so that nobody waits for who waits for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from conversations.model import InboundKind
from conversations.store import contacts
from tests.desk_acts import Contact, person
from tests.front import House

# PostgreSQL looks for a deadlock after a second; what waits in order has gone on long before.
SOON, PATIENCE = 0.3, 10.0


async def code_of(contact: Contact) -> str:
    await contact._receive(InboundKind.PRESSED, choice="menu:link")
    return str(re.findall(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", (await contact.heard())[-1].text)[0])


@pytest.mark.parametrize("first", ["join", "block"])
async def test_a_contact_who_joins_two_places_while_being_blocked_is_joined_and_blocked(
    home: House, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    ana, here, there = await person(home, "Ana"), Contact(home), Contact(home)
    handoff_id, code = await here.asks_for_a_person(), await code_of(there)
    await home.front.parts.desk.claim(ana, handoff_id)
    held, original = asyncio.Event(), getattr(contacts, first)

    async def slowly(*given: Any) -> Any:
        """In the middle of the first one's transaction the other one begins, and comes as far as it can."""
        done = await original(*given) if first == "block" else None
        held.set()
        await asyncio.sleep(SOON)
        return await original(*given) if first == "join" else done

    monkeypatch.setattr(contacts, first, slowly)
    acts: dict[str, Callable[[], Coroutine[Any, Any, Any]]] = {
        "join": lambda: here.says(f"/link {code}"),
        "block": lambda: home.front.parts.ending.block(ana, handoff_id, "threats"),
    }
    beginning = asyncio.create_task(acts.pop(first)())
    await held.wait()
    (other,) = acts.values()
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(beginning, other())
    one, another = await here.conversation(), await there.conversation()
    assert one.contact_id == another.contact_id
    assert one.is_blocked and another.is_blocked


async def test_a_claim_is_eight_statements_and_locks_the_conversation_before_the_handoff(home: House) -> None:
    ana, contact = await person(home, "Ana"), Contact(home)
    handoff_id = await contact.asks_for_a_person()
    said: list[str] = []

    def hears(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if asyncio.current_task() is claiming:
            said.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", hears)
    try:
        claiming = asyncio.create_task(home.front.parts.desk.claim(ana, handoff_id))
        await claiming
    finally:
        event.remove(Engine, "before_cursor_execute", hears)
    begun = [" ".join(statement.split()[:3]) for statement in said]
    assert len(begun) == 8, begun
    changes = [statement for statement in begun if statement.startswith("UPDATE")]
    assert changes == ["UPDATE conversation SET", "UPDATE handoff SET", "UPDATE message SET"]
