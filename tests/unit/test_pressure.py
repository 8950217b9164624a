"""Work that can wait gives way while the event loop is late."""

from __future__ import annotations

import asyncio

import pytest

from conversations.pressure import Pressure


class Crowd:
    """Pieces of work that stay inside until they are told to go."""

    def __init__(self, pressure: Pressure) -> None:
        self._pressure, self.ends = pressure, asyncio.Event()
        self.inside: list[int] = []

    async def come(self, name: int) -> None:
        async with self._pressure.place():
            self.inside.append(name)
            await self.ends.wait()


async def arrive(pressure: Pressure, count: int) -> tuple[Crowd, list[asyncio.Task[None]]]:
    crowd = Crowd(pressure)
    tasks = [asyncio.create_task(crowd.come(name)) for name in range(count)]
    await asyncio.sleep(0)
    return crowd, tasks


async def test_no_more_than_the_most_are_inside_and_they_go_in_in_order() -> None:
    crowd, tasks = await arrive(Pressure(most=3), 5)
    assert crowd.inside == [0, 1, 2]
    crowd.ends.set()
    await asyncio.gather(*tasks)
    assert crowd.inside == [0, 1, 2, 3, 4]


async def test_while_the_loop_is_late_fewer_are_let_in_and_never_none() -> None:
    pressure = Pressure(most=64)
    for _ in range(50):
        pressure.was_late(0.5)
    crowd, tasks = await arrive(pressure, 10)
    assert len(crowd.inside) == 1
    crowd.ends.set()
    await asyncio.gather(*tasks)
    assert len(crowd.inside) == 10


async def test_when_it_is_on_time_again_more_and_more_are_let_in() -> None:
    pressure = Pressure(most=64)
    for _ in range(50):
        pressure.was_late(0.5)
    crowd, tasks = await arrive(pressure, 10)
    for expected in (2, 3, 4):
        pressure.was_late(0.0)
        await asyncio.sleep(0)
        assert len(crowd.inside) == expected
    crowd.ends.set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("at", ["waiting", "just let in"])
async def test_who_gives_up_waiting_leaves_no_place_taken(at: str) -> None:
    pressure = Pressure(most=1)
    crowd, (first, second) = await arrive(pressure, 2)
    if at == "just let in":
        crowd.ends.set()
        await first
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    crowd.ends.set()
    await first
    third, tasks = await arrive(pressure, 1)
    assert third.inside == [0]
    third.ends.set()
    await asyncio.gather(*tasks)


async def test_who_only_waits_for_somebody_else_holds_up_nobody() -> None:
    pressure = Pressure(most=1)
    crowd, tasks = await arrive(pressure, 3)
    assert crowd.inside == [0]
    await asyncio.sleep(0.4)
    assert len(crowd.inside) > 1
    crowd.ends.set()
    await asyncio.gather(*tasks)
    assert sorted(crowd.inside) == [0, 1, 2]
    last, tasks = await arrive(pressure, 2)
    assert last.inside == [0]
    last.ends.set()
    await asyncio.gather(*tasks)
