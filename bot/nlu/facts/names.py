"""Names of people in a text. Pure.

A name is taken for one only where people tell names ("my name is", "Mr", below a letter): a word with a capital is a
brand, a town, or the beginning of a sentence more often than a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.nlu.facts.found import Found

KIND = "name"

# Written with a capital, and no one's name.
_NO_NAME = (
    r"(?!(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September"
    r"|October|November|December|The|This|That|It|Le|La|Les|El|Los|Black|Good|Royal|Great|New|Very|Happy|Merry|Not|No"
    r"|Yes|Ok|Okay|Hi|Hello|Bye|Thanks|Please|Customer|Order|Christmas|Easter|Amazon|Google|My|Your|We|I|You|And|But"
    r"|Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Absolutely|Really|Just|So|Still|What|Where|When|Why|How|Can|Could|Sent|In|Me|Us|Same)\b)"
)
_PART = rf"{_NO_NAME}(?:[A-ZÀ-Þ]['’]|Mc|Mac)?[A-ZÀ-Þ][a-zß-ÿ]{{1,24}}(?:-[A-ZÀ-Þ]?[a-zß-ÿ]{{1,24}})?"
_PARTICLES = r"(?:(?:van|von|de|da|dos|del|di|der|den|la|bin|al)[ ]){0,2}"
_MORE = rf"[ ](?:[A-Z]\.[ ])?{_PARTICLES}{_PART}"
_NAME = rf"(?:[A-Z]\.[ ])?{_PART}(?:{_MORE}){{0,3}}"
_WHOLE_NAME = rf"{_PART}(?:{_MORE}){{1,3}}"
# In small letters: one word, and a second one unless the sentence goes on with it.
_GOES_ON = (
    r"(?!(?:a|an|and|are|as|at|because|been|but|by|can|could|did|do|for|from|has|have|he|her|here|his|hi|how|i|i'm|im|if|in"
    r"|is|it|its|just|me|my|need|no|not|now|of|ok|on|or|our|order|ordered|please|pls|she|should|so|spelled|spelt|still"
    r"|thank|thanks|that|the|their|then|there|they|this|to|too|want|was|we|what|when|where|which|who|why|will|with"
    r"|would|wrong|you|your|also|bye|cheers|different|listed|misspelled|misspelt|missing|registered|showing|written)\b)"
)
_SMALL = rf"{_GOES_ON}[a-zß-ÿ][a-zß-ÿ'’-]{{1,24}}"
_SMALL_NAME = rf"{_SMALL}(?:[ ]{_SMALL})?"
_ENDS = r"(?=\s*(?:$|[.,;:!?)(\n-])|\s(?:and|here|from|again|with|speaking|calling|writing|i|my)\b)"
_CLOSING = (
    r"\b(?:(?:(?:kind|best|warm(?:est)?|with)\s)?(?:regards|wishes)|(?:yours\s)?(?:sincerely|faithfully)|yours\struly"
    r"|(?:mit\s)?freundlichen?\sgr(?:ü|ue)(?:ß|ss)en?|viele\sgr(?:ü|ue)(?:ß|ss)e|un\ssaludo|saludos|cordialement)"
)
_THANKS = r"\b(?:thanks|thank\syou|cheers|best|love|yours|all\sthe\sbest)(?:\s(?:again|in\sadvance|very\smuch|a\slot))?"
_KIN = (
    r"wife|husband|partner|son|daughter|brother|sister|mother|mum|mom|father|dad|friend|girlfriend|boyfriend|flatmate"
)

# "It's Sarah" with nothing beside it: a name, unless it says how, what, where or of which nation somebody is.
_NO_INTRODUCTION = (
    r"(?!(?:\w+(?:ous|ful|less|able|ible|ing|ted|ied|yed|ged|ked|sed|ned)|Angry|Sad|Tired|Bored|Right|Mad|Bad|Wrong|Late|Broken"
    r"|Fine|Great|Sorry|Stuck|Done|Upset|Livid|Cross|Lovely|Back|Nice|Rubbish|Urgent|Important|Perfect|True|Awful|Ready"
    r"|Bristol|Leeds|London|Manchester|Birmingham|Liverpool|Sheffield|York|Edinburgh|Glasgow|Cardiff|Belfast|England"
    r"|Scotland|Wales|Ireland|Britain|Germany|France|Spain|Italy|Poland|Portugal|Norway|Switzerland|English|Scottish"
    r"|Welsh|Irish|British|German|French|Spanish|Italian|Polish|Dutch|Portuguese|American|Visa|Mastercard|Amex|Paypal"
    r"|Klarna|Evri|Hermes|Royal|Swift|Pina|Pineapple|Express|Standard|Android|Chrome|Safari|Firefox|Windows)\b)"
)

_OF_ONESELF = (
    rf"^\s*(?i:(?:(?:hi|hello|hey|yes|yeah|ok|okay|sure|sorry)[,!.]?\s)*(?:this\sis|it['’]?s|i['’]?m|i\sam))\s"
    rf"(?P<name>{_NO_INTRODUCTION}{_PART})[\s.!]*$",
    rf"(?i:\b(?:(?:(?:my|our|the)\s(?:full\s|first\s|last\s)?|(?<![\w'’]\s))name(?:['’]?s|\sis)|name:|(?:i\sam|i['’]m)\scalled))\s"
    rf"(?P<name>{_NAME}|{_SMALL_NAME})",
    rf"(?i:\bcall\sme)\s(?P<name>{_NAME})",
    rf"(?:\bI['’]?m|\bI\sam|(?i:\b(?:this\sis|it['’]?s)))\s(?P<name>{_WHOLE_NAME}){_ENDS}",
    rf"(?i:\b(?:this\sis|it['’]?s|i['’]?m))\s(?P<name>{_PART})\s(?:here|speaking|again|calling)\b",
    rf"^(?:(?i:hi|hello|hey)[,!.]?\s(?P<name>{_NAME})|(?P<whole>{_WHOLE_NAME}|{_PART}(?=\shere,)))\s(?:here|speaking)\b",
    rf"(?i:{_CLOSING})(?:[\s,.!]{{1,6}}(?P<name>{_NAME})|[ \t,.!]{{0,4}}\n\s?(?P<whole>{_SMALL_NAME}))(?=[\s.]*$|\n)",
    # Who is thanked is no person: what is meant for one of our people is never read here.
    rf"(?i:{_THANKS})[ \t]?(?:[,.!–—-]\s{{0,2}}|\n\s{{0,2}})(?P<name>{_NAME})(?=[\s.!]*$|\n)",
    rf"[–—][ \t]?(?P<name>{_NAME})\s*$",
)
_OF_ANYONE = (
    rf"(?i:\b(?:on\sbehalf\sof|in\sthe\sname\sof|under\sthe\sname(?:\sof)?|c/o|attn:?))\s(?P<name>{_NAME})",
    rf"\b(?:M[rR]|M[rR][sS]|Ms|Mx|Miss|Dr|Prof|Frau|Herr|Señora?|Madame|Monsieur)\.?\s(?P<name>{_PARTICLES}{_NAME})",
    rf"\bmrs?\.?\s(?P<name>{_SMALL})",
    rf"(?i:\bmy\s(?:{_KIN})),?\s(?P<name>{_NAME})\b",
    rf"(?m:^(?:From|To|Cc|Name|Von|An):[ \t]*)(?P<name>{_NAME})",
)
_OWN, _OTHERS = (tuple(map(re.compile, patterns)) for patterns in (_OF_ONESELF, _OF_ANYONE))


def own_names(text: str) -> Iterator[Found]:
    """The names that the writer gives as their own, without "my name is" before them."""
    return _found(_OWN, text)


def names(text: str) -> Iterator[Found]:
    """Every name that is told as one, without "Mr" before it."""
    return _found((*_OWN, *_OTHERS), text)


def _found(patterns: Iterable[re.Pattern[str]], text: str) -> Iterator[Found]:
    for pattern in patterns:
        for match in pattern.finditer(text):
            group = "name" if match["name"] else "whole"
            yield Found(KIND, *match.span(group), match[group])
