"""Everything worth finding in a message: the entities and the personal data, without overlaps. Pure.

What has the same form everywhere (e-mail, telephone, a name that is told, money, days) is read by our rules; what is
particular to a project comes from its training data: regexes, and lookup tables as `Catalogue`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date

from bot.nlu.facts import amounts, dates
from bot.nlu.facts.addresses import KIND as ADDRESS
from bot.nlu.facts.catalogue import Catalogue
from bot.nlu.facts.contacts import emails, phones
from bot.nlu.facts.found import Found, longest
from bot.nlu.facts.names import KIND as NAME
from bot.nlu.facts.names import own_names
from bot.nlu.facts.personal import personal

RULED = ("email", "phone", NAME, amounts.KIND, dates.KIND)

# Reads what a regex has matched: the normalized value, or None if it is nothing of the kind after all.
Reader = Callable[[str], str | None]


class Finder:
    """Finds the entities of the given kinds."""

    def __init__(
        self,
        kinds: Collection[str],
        patterns: Sequence[tuple[str, str]] = (),
        catalogues: Sequence[Catalogue] = (),
        readers: Mapping[str, Reader] | None = None,
    ) -> None:
        """``kinds`` are those of `RULED` that are wanted; ``patterns`` pairs of a kind and a regex, in any case."""
        self._kinds = frozenset(kinds)
        self._patterns = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns]
        self._catalogues, self._readers = catalogues, readers or {}

    def find(self, text: str, today: date) -> tuple[list[Found], list[Found]]:
        """The entities and the personal data, each in the order of the text; days are relative to ``today``.

        Figures within an address are nothing else: "10115 Berlin" is no order.
        """
        private = personal(text)
        addresses = [found for found in private if found.kind == ADDRESS]
        entities = longest([*addresses, *self._entities(text, today)])
        return [found for found in entities if found not in addresses], private

    def _entities(self, text: str, today: date) -> Iterator[Found]:
        if "email" in self._kinds:
            yield from emails(text)
        if "phone" in self._kinds:
            yield from phones(text)
        if NAME in self._kinds:
            yield from own_names(text)
        if amounts.KIND in self._kinds:
            yield from amounts.amounts(text)
        if dates.KIND in self._kinds:
            yield from dates.dates(text, today)
        for kind, pattern in self._patterns:
            for match in pattern.finditer(text):
                yield from self._read(kind, text, *match.span())
        for catalogue in self._catalogues:
            yield from catalogue.find(text)

    def _read(self, kind: str, text: str, start: int, end: int) -> Iterator[Found]:
        written = text[start:end]
        start += len(written) - len(written.lstrip())
        written = written.strip()
        reader = self._readers.get(kind)
        value = reader(written) if reader else written
        if value:
            yield Found(kind, start, start + len(written), value)
