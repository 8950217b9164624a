"""What is wrong with the training data, told before anything is trained.

A check is a function from the content to problems; another one is added to a list below. What is an error, and why:

- The same example under two intents: each of them would be taught that it is not meant by its own sentence.
- An intent without examples: nobody who writes is understood to mean it. One that only the domain names counts as
  well, or else an assistant would forget a matter because a file was lost; except Rasa's own intents, and those that
  need no words because a button of the domain means them.
- Fewer than two intents: there is nothing to choose between, and classifiers break.
- What Rasa cannot read: it would stop, often without a word about where.

A warning is what training copes with: one example for an intent (it is recognised when somebody writes nearly that),
few examples, one that stands there twice, an empty one, a bracket that is taken for a word, a line that is left out.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.domain import Domain, read_domain
from bot.content.examples import Example, Section, TrainingData, read_examples
from bot.content.markup import faults
from bot.content.problems import Place, Problem, error, in_order, warning

FEW = 5  # an intent with fewer takes no part in `rasa test nlu --cross-validation` with its five folds
# rasa.shared.core.constants.DEFAULT_INTENTS
_RASAS_OWN = {"restart", "back", "out_of_scope", "session_start", "nlu_fallback"}


@dataclass(frozen=True)
class Content:
    """What is checked: the training data, and the domain that belongs to it, if there is one."""

    data: TrainingData
    domain: Domain | None = None


type Check = Callable[[Content], Iterable[Problem]]


def read_content(data: Iterable[Path], domain: Path | None, root: Path) -> Content:
    """Read what a training reads: one or more files or folders of training data, and the domain if there is one.

    Files are named as seen from ``root``, where they are in it.
    """
    return Content(read_examples(data, root), read_domain(domain, root) if domain else None)


def check_sentences(content: Content) -> list[Problem]:
    """The problems of labelled sentences, be they for training or for a test."""
    found = [*content.data.problems, *(content.domain.problems if content.domain else ())]
    return in_order(found + [problem for check in OF_SENTENCES for problem in check(content)])


def check_training(content: Content) -> list[Problem]:
    """The problems of what is to be trained: of the sentences, and of what they teach as a whole."""
    found = check_sentences(content)
    if not content.data.complete:  # what could not be read may hold what seems to be missing
        return found
    return in_order(found + [problem for check in OF_TEACHING for problem in check(content)])


def empty_examples(content: Content) -> Iterator[Problem]:
    """Rasa leaves them out."""
    for example in content.data.examples:
        if not example.text:
            text = f'An example of "{example.intent}" is empty. Write a sentence, or take the line out.'
            yield warning(example.place, text)


def broken_markup(content: Content) -> Iterator[Problem]:
    """Entities that are not marked as they should be."""
    for example in content.data.examples:
        for severity, text in faults(example.text):
            yield Problem(severity, example.place, f'In "{example.text}" an entity is not marked rightly. {text}')


def repeated_examples(content: Content) -> Iterator[Problem]:
    """The same words again, whatever their case, blanks and punctuation: under one intent, or under two."""
    first: dict[str, dict[str, Example]] = {}
    for example in content.data.examples:
        if not example.text:
            continue
        under = first.setdefault(key_of(example.words), {})
        if example.intent in under:
            yield _twice(example, under[example.intent])
        elif under:
            yield _contradicts(example, next(iter(under.values())))
        under.setdefault(example.intent, example)


def _twice(example: Example, first: Example) -> Problem:
    text = f'"{example.words}" stands under "{example.intent}" already, at {first.place}. Take one of them out.'
    return warning(example.place, text)


def _contradicts(example: Example, first: Example) -> Problem:
    text = (
        f'"{example.words}" stands under "{example.intent}" here, and under "{first.intent}" at {first.place}. '
        "A sentence can mean one of them only: take it out of the other."
    )
    return error(example.place, text)


def key_of(words: str) -> str:
    """What two examples have in common when they say the same. Signs between digits count: 1.5 is not 15."""
    folded = words.casefold()
    kept = [sign for at, sign in enumerate(folded) if not _is_punctuation(sign) or _is_in_number(folded, at)]
    return " ".join("".join(kept).split()) or words


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign).startswith("P")


def _is_in_number(text: str, at: int) -> bool:
    return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()


def too_few_intents(content: Content) -> Iterator[Problem]:
    """A classifier needs two to choose between. ``faq/a`` and ``faq/b`` are one intent to it."""
    taught = {_base(section.intent): section.place for section in content.data.sections if _count([section])}
    if not taught:
        yield error(Place(content.data.paths[0]), "There are no examples here. Write some, or say where they are.")
    elif len(taught) == 1:
        [(intent, place)] = taught.items()
        yield error(place, f'"{intent}" is the only intent that has examples. Teach a second one to tell it from.')


def payload_examples(content: Content) -> Iterator[Problem]:
    """Rasa takes a sentence that begins with a slash for an intent's name, whatever it stands under."""
    for example in content.data.examples:
        if example.text.lstrip().startswith("/"):
            text = f'"{example.text}" begins with a slash, as what a button sends does. Write what somebody would type.'
            yield error(example.place, text)


def thin_intents(content: Content) -> Iterator[Problem]:
    """Intents of the training data with no examples, with one, or with few; repeated ones count once."""
    by_intent: defaultdict[str, list[Section]] = defaultdict(list)
    for section in content.data.sections:
        by_intent[section.intent].append(section)
    for intent, sections in by_intent.items():
        count, place = _count(sections), sections[0].place
        if count == 0:
            text = f'"{intent}" has no examples, so nobody is understood to mean it. Write some, or take it out.'
            yield error(place, text)
        elif count < FEW:
            only = "only one example" if count == 1 else f"only {count} examples"
            yield warning(place, f'"{intent}" has {only}. Write {FEW} at least, better twenty, as people really ask.')


def _count(sections: Iterable[Section]) -> int:
    """The number of different examples."""
    return len({key_of(example.words) for section in sections for example in section.examples if example.text})


def _base(intent: str) -> str:
    """``faq`` of ``faq/opening``."""
    return intent.partition("/")[0]


def untaught_intents(content: Content) -> Iterator[Problem]:
    """Intents that the domain names and no file teaches, unless they need no words."""
    if content.domain is None or content.domain.problems:
        return
    taught = {_base(section.intent) for section in content.data.sections}
    for intent, place in content.domain.intents.items():
        if _base(intent) not in taught | _RASAS_OWN | content.domain.pressed:
            text = f'No file has examples for the intent "{intent}". Write some, or take it out of this list.'
            yield error(place, text)


OF_SENTENCES: tuple[Check, ...] = (empty_examples, broken_markup, payload_examples, repeated_examples)
OF_TEACHING: tuple[Check, ...] = (too_few_intents, thin_intents, untaught_intents)
