"""Small numbers in words, as people write sums and days: "four", "twenty-five", "a hundred and twenty"."""

from __future__ import annotations

import re

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 20 + 10 * at for at, word in enumerate(_TENS)},
    "fourty": 40,
    "a": 1,
    "an": 1,
}
_MULTIPLES = {"hundred": 100, "thousand": 1000}
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)}|fourty)(?:[\s-](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(reversed(_ONES))})"
# "a" by itself is an article: only "a hundred" and "a thousand" are numbers.
WORDS = (
    rf"(?:(?:{_BELOW_HUNDRED}|an?)\s(?:hundred|thousand)(?:\s(?:and\s)?{_BELOW_HUNDRED})?"
    rf"|{_BELOW_HUNDRED})"
)
_SPLIT = re.compile(r"[\s-]+")


def number_of(words: str) -> int:
    """The number that ``words`` (what `WORDS` matches, in any case) say."""
    total = 0
    for word in _SPLIT.split(words.lower()):
        if word in _MULTIPLES:
            total = max(total, 1) * _MULTIPLES[word]
        else:
            total += _VALUES.get(word, 0)
    return total
