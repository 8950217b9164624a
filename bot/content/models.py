"""The rows of ``models``: which model is live, which were before it, who made them, and why they were let through.

Exactly one row is live, by a unique index; whoever changes that names the one that they saw, so of two that publish at
once one wins, and nothing is published that was compared with another model than the one it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.content.tables import models, stored
from conversations.store.database import Transaction, now

KEPT = 10


@dataclass(frozen=True, slots=True)
class Model:
    """A model that was live once. ``content`` is the version of the content it was made of, None if that is unknown.

    ``verdict`` is what the gate found, None for one that it did not judge.
    """

    version: int
    name: str
    sha256: str
    content: int | None
    made_at: float
    made_by: str
    note: str
    verdict: dict[str, Any] | None
    live: bool
    live_since: float


class LiveChanged(Exception):
    """Another model was made live meanwhile: this one was not compared with it. Nothing was changed; publish again."""


async def live(tx: Transaction) -> Model | None:
    """The model that engines answer with; None before the first."""
    row = (await tx.execute(select(models).where(models.c.live))).one_or_none()
    return _model(row) if row else None


async def latest(tx: Transaction, most: int = KEPT) -> list[Model]:
    """The latest models, newest first; the live one is always among them."""
    found = await tx.execute(select(models).order_by(models.c.live.desc(), models.c.version.desc()).limit(most))
    return sorted((_model(row) for row in found), key=lambda model: -model.version)


async def get(tx: Transaction, version: int) -> Model | None:
    """A model by its number."""
    row = (await tx.execute(select(models).where(models.c.version == version))).one_or_none()
    return _model(row) if row else None


async def before(tx: Transaction, version: int) -> Model | None:
    """The model that a rollback from ``version`` leads to: the one numbered before it."""
    wanted = select(models).where(models.c.version < version).order_by(models.c.version.desc()).limit(1)
    row = (await tx.execute(wanted)).one_or_none()
    return _model(row) if row else None


async def add_live(
    tx: Transaction,
    *,
    instead_of: int | None,
    name: str,
    sha256: str,
    content: int | None,
    by: str,
    note: str,
    verdict: dict[str, Any] | None,
) -> Model:
    """Writes a new model down as the live one, in the place of the version that it was compared with.

    Raises:
        LiveChanged: that one is not the live one any more.
    """
    await _retire(tx, instead_of)
    row = {"name": name, "sha256": sha256, "content": content, "made_by": by, "note": note, "verdict": verdict}
    made = await tx.execute(insert(models).values(made_at=now(), live=True, live_since=now(), **row).returning(models))
    return _model(made.one())


async def revive(tx: Transaction, version: int, instead_of: int | None) -> None:
    """Makes a former model the live one.

    Raises:
        LiveChanged: ``instead_of`` is not the live one any more.
    """
    await _retire(tx, instead_of)
    await tx.execute(update(models).where(models.c.version == version).values(live=True, live_since=now()))


async def prune(tx: Transaction) -> None:
    """Forgets all but the last ``KEPT`` models, with their files."""
    keep = [model.version for model in await latest(tx)]
    gone = models.c.version.not_in(keep)
    files = set((await tx.execute(select(models.c.sha256).where(gone))).scalars())
    await tx.execute(delete(models).where(gone))
    files -= set((await tx.execute(select(models.c.sha256))).scalars())
    await tx.execute(delete(stored).where(stored.c.sha256.in_(files)))


async def _retire(tx: Transaction, version: int | None) -> None:
    """The live model is live no more; ``version`` None says that there is none."""
    if version is None:
        if await live(tx) is not None:
            raise LiveChanged(LiveChanged.__doc__)
        return
    done = await tx.execute(update(models).where(models.c.live, models.c.version == version).values(live=False))
    if done.rowcount != 1:
        raise LiveChanged(LiveChanged.__doc__)


def _model(row: Row[Any]) -> Model:
    return Model(**{name: row._mapping[name] for name in Model.__dataclass_fields__})
