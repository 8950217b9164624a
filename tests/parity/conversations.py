"""What is said in the conversations of the fixture: made by chance from a fixed seed, then kept in the fixture."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SEED = 20261
LEAST, MOST = 10, 13  # texts in a conversation

NUMBERS = ("PC-10452", "10453", "pc 10460", "#PC10452", "the number is 10453", "it's PC-10460")
OWNERS = {"10452": "ana@example.org", "10453": "tom@example.com", "10460": "ana@example.org"}
WRONG_NUMBERS = ("99", "the number is 123", "PC-77777", "something with a lid")
WRONG_EMAILS = ("mo@example.net", "ana at example", "you should know it", "stranger@mail.example")
STORIES = (
    "it came damaged, the lid is in two pieces",
    "the parcel is late, I am still waiting for it",
    "I got the wrong colour and the box was torn",
    "nobody answers my letters about the bill",
    "the kettle came smashed, and the teapot, too",
)
GIBBERISH = ("xyzzy plugh", "florble the wug", "qwrtp zxcv", "asdf", "ok so then what about it all")
NAMES = ("my name is Marek", "call me Ana Lopes", "my name's Nadia", "this is Tom writing", "hi, my name is Priya Shah")
PRODUCTS = ("wok", "bread knife", "kettle", "teapot", "frying pan", "colander", "salad spinner", "grill plate")
COLOURS = ("red", "blue", "green", "black", "white", "grey", "yellow")
COUNTRIES = ("France", "Norway", "the Netherlands", "Italy", "Iceland", "poland")
QUESTIONS = (
    "bot_challenge delivery_time delivery_cost delivery_abroad return_item return_cost refund_time stock store_hours "
    "exchange_item discount out_of_scope talk_to_human thanks greet"
).split()
# Payloads of intents that no form takes for words: a pressed button's text is its title in the engine, and its payload
# in Rasa.
PRESSED = (
    "/order_status",
    "/complaint",
    '/complaint{"complaint_cause": "late"}',
    "/return_cost",
    '/delivery_abroad{"country": "Spain"}',
)

_ENTITY = re.compile(r"\[(?P<words>[^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


class Writer:
    """Writes conversations of passages: forms, stories, questions, names, and what nobody understands."""

    def __init__(self, project: Path, seed: int = SEED) -> None:
        self._chance = random.Random(seed)  # noqa: S311  (no secret)
        self._examples = examples(project)
        self._passages: dict[Callable[[], list[str]], int] = {
            self._order: 5,
            self._complaint: 5,
            self._discount: 2,
            self._stock: 3,
            self._return: 1,
            self._questions: 3,
            self._entities: 4,
            self._noise: 2,
        }

    def conversation(self) -> list[str]:
        """The next conversation."""
        texts = [self._one("greet")] if self._chance.random() < 0.5 else []
        length = self._chance.randint(LEAST, MOST)
        while len(texts) < length:
            passage = self._chance.choices(list(self._passages), list(self._passages.values()))[0]
            texts += passage()
        return texts[:length]

    def _one(self, intent: str) -> str:
        """An example of an intent, at times typed in haste."""
        return self._hasty(self._chance.choice(self._examples[intent]))

    def _hasty(self, text: str) -> str:
        luck = self._chance.random()
        if luck < 0.15 and len(text) > 6:
            at = self._chance.randrange(1, len(text) - 1)
            return text[:at] + text[at + 1 :]
        if luck < 0.25:
            return text.upper() if luck < 0.18 else f"{text} please"
        return text

    def _pick(self, choices: tuple[str, ...]) -> str:
        return self._chance.choice(choices)

    def _interrupted(self, steps: list[str]) -> list[str]:
        """A passage through a form, with interruptions, and at times left before its end."""
        texts = steps[:1]
        for step in steps[1:]:
            luck = self._chance.random()
            if luck < 0.25:
                texts.append(self._one(self._chance.choice(QUESTIONS)))
            elif luck < 0.35:
                texts.append(self._pick((*GIBBERISH, "hello", "yes", "no", "where is my order", "complaint")))
            elif luck < 0.42:
                return [*texts, self._one("cancel")]
            texts.append(step)
        return texts

    def _order(self) -> list[str]:
        number = self._pick(NUMBERS)
        start = self._pick((self._one("order_status"), self._one("order_status"), f"where is order {number}"))
        steps = [start]
        if number not in start:
            steps += [self._pick(WRONG_NUMBERS)] * (self._chance.random() < 0.3) + [number]
        steps += [self._pick(WRONG_EMAILS)] * (self._chance.random() < 0.3)
        email = OWNERS[next(found for found in OWNERS if found in number)]
        steps.append(self._pick((email, f"my email is {email}", email.upper())))
        steps += [self._one("another_order"), self._pick(NUMBERS)] * (self._chance.random() < 0.3)
        return self._interrupted(steps)

    def _complaint(self) -> list[str]:
        start = self._pick((self._one("complaint"), self._one("complaint"), *PRESSED[1:3]))
        cause = self._pick(("it came damaged", "it is late", '/inform{"complaint_cause": "damaged"}', "something else"))
        steps = [start, *["rubbish"] * (self._chance.random() < 0.15), self._pick(STORIES), cause]
        steps.append(self._pick((self._pick(NUMBERS), "no", "none")))
        steps.append(self._pick(("yes", "yes that's it", "no that's not it", "/affirm")))
        return self._interrupted(steps)

    def _discount(self) -> list[str]:
        known = ["my email is ana@example.org"] * (self._chance.random() < 0.5)
        return [*known, self._one("discount"), self._one(self._pick(("affirm", "affirm", "deny")))]

    def _stock(self) -> list[str]:
        ask, product = self._one("stock"), self._pick(PRODUCTS)
        named = [f"do you have the {product} in stock"] if self._chance.random() < 0.5 else [ask, f"the {product}"]
        return [*named, self._one(self._pick(("affirm", "deny")))]

    def _return(self) -> list[str]:
        return [self._one(intent) for intent in ("delivery_time", "return_item", "return_cost", "affirm")]

    def _questions(self) -> list[str]:
        return [self._one(self._chance.choice(QUESTIONS)) for _ in range(self._chance.randint(1, 3))]

    def _entities(self) -> list[str]:
        """A sentence with entities that no example has in this place."""
        old, new = self._chance.sample(COLOURS, 2)
        product, country = self._pick(PRODUCTS), self._pick(COUNTRIES)
        return [
            self._pick(
                (
                    self._pick(NAMES),
                    f"swap the {old} {product} for a {new} one",
                    f"can I change my {product} from {old} to {new}",
                    f"I'd rather have the {product} in {new}",
                    f"do you deliver to {country}",
                    f"can a {product} be shipped to {country}",
                    f"complaint about order {self._pick(('PC-10453', '10460'))}, the {product} is broken",
                    f"the order is {self._pick(('PC-10452', '10453'))}, email ana@example.org",
                    f"return the {product}, {self._pick(PRODUCTS)} and {self._pick(PRODUCTS)}",
                )
            )
        ]

    def _noise(self) -> list[str]:
        return [self._pick((self._pick(GIBBERISH), self._pick(PRESSED), self._one("goodbye"), self._one("cancel")))]


def examples(project: Path) -> dict[str, list[str]]:
    """The examples of each intent as they would be typed, without their annotations."""
    content: dict[str, Any] = YAML(typ="safe").load(project / "data" / "nlu.yml")
    found = {}
    for entry in content["nlu"]:
        if "intent" in entry:
            lines = [line.removeprefix("- ") for line in entry["examples"].splitlines()]
            found[entry["intent"]] = [_ENTITY.sub(r"\g<words>", line) for line in lines]
    return found


def write(project: Path, count: int) -> list[list[str]]:
    """``count`` conversations, the same ones for the same project."""
    writer = Writer(project)
    return [writer.conversation() for _ in range(count)]
