"""What contacts say in the benchmarks: questions with one answer each, and the way through a form."""

from __future__ import annotations

import random
from collections.abc import Iterator

QUESTIONS = (
    "How long does delivery take?",
    "What does shipping cost?",
    "Do you deliver to France?",
    "How can I pay?",
    "I have forgotten my password",
    "When are your stores open?",
    "How do I return something?",
    "What does a return cost?",
    "When do I get my refund?",
    "Can I exchange it for another size?",
    "Where do I enter a promo code?",
    "Is the big wok in stock?",
    "I need an invoice",
    "How long is the warranty?",
    "How do I clean my pan?",
    "How do loyalty points work?",
    "How can I place an order?",
    "I want to cancel my order",
    "Can I change my order?",
    "Tell me a joke",
    "Are you a robot?",
    "What can you do?",
    "Where do I find my order number?",
    "Please send it to another address",
)

# Starts the form, gives the number, gives the e-mail: an order of the sample shop.
FORM = ("Where is my order?", "PC-10452", "ana.lopes@example.com")

# So many turns make a conversation.
TURNS = 12


def conversations(seed: int) -> Iterator[tuple[str, ...]]:
    """Conversations of questions without an end, each question at most once in one."""
    chance = random.Random(seed)
    while True:
        yield tuple(chance.sample(QUESTIONS, TURNS))
