"""A person of ours who is asked for in plain words: a wish beside whatever else a message wants. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from bot.nlu.wish_words import WORD, wish_words
from bot.nlu.wishes import SHORTEST, SURE, TOLD, Reading, Wish

PERSON = "talk_to_human"  # the intent that asks for one of us
_UNCLEAR = ""  # in place of the intent of a whole that says nothing of the matter beside
_BEFORE = 40  # characters before a request for a person in which it may be denied
_BLANKS = str.maketrans("\t\r\n\u00a0", "    ")


def with_person(
    told: Sequence[Wish], text: str, whole: Reading, aside: Collection[str], read: Callable[[str], Reading]
) -> list[Wish]:
    """The wishes, and beside them a person, if the text plainly asks for one: that is never dropped for another matter.

    A person alone, when what the whole is about is not sure, or is manners, and nothing sure is said beside.

    Args:
        told: the wishes that were told apart; none when the text has but one, which is that of ``whole``.
        aside: intents that are no wish beside another one.
        read: how a text is understood by itself; asked for what is left without the request for a person.
    """
    if any(wish.intent == PERSON for wish in told):
        return list(told)
    is_clear = told or (whole.in_scope and whole.intent not in {PERSON, *aside})
    stretches = list(told) or [Wish(text, whole.intent if is_clear else _UNCLEAR, whole.confidence)]
    for at, wish in enumerate(stretches):
        if found := _asks_for_person(wish.text):
            parts = _beside(wish, *found)
            beside = [one if one.intent == PERSON else _reread(one, read(one.text), aside) for one in parts]
            if any(one.intent == _UNCLEAR for one in beside):
                return [Wish(text, PERSON, 1.0)]
            return [*stretches[:at], *beside, *stretches[at + 1 :]]
    return list(told)


def _asks_for_person(text: str) -> tuple[int, int] | None:
    """Where the first request for a person begins and ends that is not denied."""
    words = text.translate(_BLANKS)
    for match in wish_words().person.finditer(words):
        if not wish_words().no_person.search(words[max(0, match.start() - _BEFORE) : match.start()]):
            return match.span()
    return None


def _reread(wish: Wish, reading: Reading, aside: Collection[str]) -> Wish:
    """The matter as it is understood without the request for a person, if that is sure."""
    least = TOLD if wish.intent == _UNCLEAR else SURE
    is_sure = reading.in_scope and reading.confidence >= least and reading.intent not in {PERSON, *aside}
    return replace(wish, intent=reading.intent, confidence=reading.confidence) if is_sure else wish


def _beside(wish: Wish, start: int, end: int) -> list[Wish]:
    """A wish cut in two, its own matter and the person; only the person when no matter is left."""
    before, after = wish.text[:start].strip(), wish.text[end:].strip()
    if len(WORD.findall(before)) >= SHORTEST:
        return [replace(wish, text=before), Wish(wish.text[start:].strip(), PERSON, 1.0)]
    if len(WORD.findall(after)) >= SHORTEST:
        return [Wish(wish.text[:end].strip(), PERSON, 1.0), replace(wish, text=after)]
    return [Wish(wish.text, PERSON, 1.0)]
