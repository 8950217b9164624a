"""How people write days in English: the patterns that `bot.nlu.facts.dates` reads. Pure data.

In each, the group ``span`` is the expression itself, without "on" or "since" before it.
"""

from __future__ import annotations

import re

from bot.nlu.facts.numbers import WORDS

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "january february march april may june july august september october november december".split()
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()

_WEEKDAY = r"(?:mon|tues|wed(?:nes|ens|ns)|thurs?|fri|sat[ue]r|sun)day|tues?|weds?|thu(?:rs?)?|fri"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may(?!\s(?:i|we|you|it|be|not|have|need)\b)|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[\s-])?(?:{'|'.join(ORDINALS)}))"
_YEAR = r"(?:,?\s(?P<year>20\d\d)\b)?"
_PART = r"(?:\s(?:morning|afternoon|evening|night|lunchtime))?"
_BEFORE = r"(?:on|by|since|until|till?|from|before|after|due|dated|around|about)"
# After "the 3rd" these go on with the sentence; a noun would mean a third thing.
_GOES_ON = (
    "and|but|or|so|because|when|then|if|as|that|which|i|we|you|it|they|he|she|is|was|are|were|has|have|had|at|by|for|"
    "from|to|till?|until|with|please|pls|still|now|already|just|latest"
)


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(written, re.IGNORECASE | re.VERBOSE)


NEAR = _pattern(rf"""\b(?P<span>
    (?:the\s)?day\s(?P<two>before\syest[ea]r?day|after\stomm?orr?ow)
    | (?P<past>yest[ea]r?day{_PART}|last\snight)
    | (?P<future>(?:tomm?orr?ow|tmrw){_PART})
    | (?:today|tonight|this\s(?:morning|afternoon|evening))
    )\b""")

WEEKDAY = _pattern(rf"""\b(?:
    (?:{_BEFORE}\s)?(?P<span>
      (?:(?<!once\s)(?<!twice\s)(?<!times\s)(?<!days\s)(?P<later>an?|one|two|three)\s(?P<unit>week|fortnight)s?\s(?:on|from)\s)?
      (?:(?P<which>last|past|previous|next|coming|this(?:\scoming)?)\s)?(?P<weekday>{_WEEKDAY})\b
      {_PART}(?:\s(?P<week>(?:last\s|this\s|next\s)?week)\b)?)
    | (?:{_BEFORE}|last|this|next)\s(?P<short>mon|wed|sat|sun)\b
    )""")

PERIOD = _pattern(r"""\b(?P<span>
    (?:(?:the\s)?(?P<edge>start|beginning|middle|end)\sof\s)?(?P<which>last|past|previous|this|next|coming|the)\s
    (?P<unit>week(?:end)?|month|year)(?:\s(?P<beyond>before\slast|after\snext))?)\b""")

COUNT = _pattern(rf"""\b(?<!\d\s)(?P<span>(?P<ahead>in\s)?
    (?:(?P<count>{WORDS}|\d{{1,3}}|(?:an?\s)?(?:few|couple(?:\sof)?)|several|some|an?)\s?)?
    (?:(?:working|business)\s)?(?P<unit>minute|min|hour|hr|day|week|fortnight|month|year)s?\b['’]?(?:\stime\b)?
    (?P<from>\s(?:ago|back|from\s(?:now|today))\b)?)""")

FIGURES = _pattern(rf"""(?<![\w/.-])(?:
    (?P<span>(?P<iso>20\d\d-\d\d-\d\d)
    | (?P<day>\d{{1,2}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?P=mark)(?P<year>20\d\d|\d\d))
    | {_BEFORE}\s(?P<short>(?P<day2>\d{{1,2}})/(?P<month2>\d{{1,2}}))
    )(?![\w/-]|\.\d)""")

DAY_AND_MONTH = _pattern(rf"""\b(?P<span>(?:(?:{_WEEKDAY}),?\s)?(?:
    (?:the\s)?(?P<day>{_DAY})\s?(?:of\s)?(?P<month>{_MONTH})
    | (?P<month2>{_MONTH})\s(?:the\s)?(?P<day2>{_DAY})\b)
    {_YEAR})""")

DAY_ALONE = _pattern(rf"""\b(?:(?:{_BEFORE}|is|was|ordered)\s(?P<span>(?:the\s)?(?P<day>\d{{1,2}}(?:st|nd|rd|th)))
    | (?P<span2>(?:{_WEEKDAY})\s(?:the\s)?(?P<day2>\d{{1,2}}(?:st|nd|rd|th)))
    )\b(?=\s*(?:$|[.,;:!?)])|\s(?:{_GOES_ON})\b)""")

MONTH = _pattern(rf"""\b(?:
    (?:in|since|until|till|by|from|before|after|during)\s(?P<span>(?P<month>{_MONTH}){_YEAR})
    | (?P<span2>(?P<which>last|next|early|late|mid)[\s-](?P<month2>{_MONTH})))""")

FEAST = _pattern(r"""\b(?P<span>(?:(?P<which>last|next|this)\s)?(?P<feast>
    (?:christmas|xmas|new\syear['’]?s)\seve|(?:christmas|xmas)(?:\sday)?|new\syear(?:['’]?s)?(?:\sday)?|boxing\sday
    |valentine['’]?s?(?:\sday)?|mother['’]?s['’]?\sday|father['’]?s['’]?\sday|good\sfriday|easter(?:\s(?:mon|sun)day)?
    |halloween|bonfire\snight|thanksgiving|black\sfriday|cyber\smonday))\b""")
