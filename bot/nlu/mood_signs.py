"""The signs by which a message is judged: rules with names, and words that mean nothing in a shop. Pure data."""

from __future__ import annotations

import re
from dataclasses import dataclass

# VADER counts these as bad (or good) news; in a shop they are what people write about.
TRADE_WORDS = (
    "alone arrest avoid awaiting block blocked break broke broken bug burn burned burning burns cancel canceled "
    "cancelled cancelling charge charged complain complaint complaints confused crack cracked cut cutting damage "
    "damaged damages defect defective defects delay delayed delays demand denied dent deny die died dies "
    "disconnected dispute disputed dropped dying emergency empty error errors fail failed failing fails fault "
    "faults faulty fire forgot forgotten fraud hard heavy hell help hot ill issue kill killed killer killing lack "
    "late leak leaking limited lose losing lost low mess miss missed misses missing mistake mistakes no pay "
    "pressure problem problems protest question questioned questions refuse refused reject rejected scratch "
    "scratched scratches sharp shortage solution solve solved sorry steal stole stolen stop stopped strange stuck "
    "trouble unable unsure urgent uncertain warn warning warnings warped waste weird worn worry worried wrong"
).split()


@dataclass(frozen=True)
class Rule:
    """A sign of being upset: its name, how much it takes off, and whether a joke or a negation undoes it."""

    name: str
    weight: float
    pattern: re.Pattern[str]
    about_feeling: bool = False


def _rule(name: str, weight: float, pattern: str, about_feeling: bool = False) -> Rule:
    return Rule(name, weight, re.compile(pattern, re.IGNORECASE | re.VERBOSE), about_feeling)


RULES = (
    _rule(
        "asks again",
        -0.5,
        r"""
        \b(?:second|2nd|third|3rd|fourth|4th|fifth|5th|\d+th|tenth|hundredth|umpteenth|nth|last)\ time\s
          (?:i|we|that|in|now|asking|writing|calling|today|this\ (?:week|month))\b
          (?!\s(?:\w+\ ){0,2}(?:bought|buy|order|ordered|shop|shopped|visit|cook))
        | \bhow\ many\ (?:more\ )?times\ (?:do|must|have|should|will)\b
        | \b(?:ask\w*|t(?:ell\w*|old)|sa(?:y\w*|id)|wr[io]t\w+|explain\w*)\b.{0,25}
          \b(?:again\ and\ again|over\ and\ over)\b
        | \bi(?:'ve|\ have)?\ already\ (?:asked|told|said|written|wrote|explained|contacted|called|emailed|messaged)\b
        | \b(?:asked|told\ you|said|written|wrote|called|emailed)\ (?:\w+\ ){0,5}
          (?:twice|(?:three|four|five|several|\d+|many)\ times)\b
        | \b(?:keep|been)\ (?:asking|telling\ you|repeating|waiting\ for\ (?:weeks|days|hours|ages|forever|months))\b
        | \b(?:nobody|no\ one|no-one)\ (?:\w+\ )?(?:answers|answered|replies|replied|responds|responded|helps|helped)\b
    """,
    ),
    _rule(
        "waits long",
        -0.25,
        r"""
        \bstill\ (?:no|nothing|not|waiting|haven't|hasn't|have\ not|has\ not)\b(?=.*(?:\b(?:week|month|age)s?\b|!))
    """,
    ),
    _rule(
        "threatens to leave",
        -0.5,
        r"""
        \bnever\ (?:\w+\ )?(?:buy|order|shop|use|com|recommend)\w*\b.*\b(?:again|you|here)\b
        | \b(?:last|final)\ time\ (?:i|we)(?:'ll|\ will)?\ (?:ever\ )?(?:buy|order|shop|use)
        | \b(?:tak(?:e|ing)\ (?:my|our)\ business|go(?:ing)?|shop(?:ping)?|buy(?:ing)?)\ elsewhere\b
        | \b(?:lost|losing)\ (?:me|a|another)\ (?:as\ a\ )?(?:loyal\ |good\ )?customer\b
        | \b(?:i'm|i\ am|we're)\ (?:done|finished|through)\ with\ (?:you|this)\b
        | \bswitch(?:ing)?\ to\ (?:a|another|your)\ (?:competitor|shop|store|company)\b
    """,
    ),
    _rule(
        "threatens to report or sue",
        -0.6,
        r"""
        \b(?:will|to|gonna|i'll|we'll|could|can|must)\ sue\b
        | \bsu(?:e|ing)\ you\b | \blegal\ (?:action|steps|proceedings)\b
        | \b(?:my|our|a)\ (?:lawyer|attorney|solicitor)s?\b(?!\ (?:friend|loves))
        | \b(?:consumer\ protection|trading\ standards|better\ business\ bureau|ombudsman|small\ claims|chargeback)\b
        | \breport(?:ing)?\ (?:you|this|your\ (?:shop|company|bot))\ (?:to|all)\b | \breport\ you\b
        | \b(?:call|calling|go(?:ing)?\ to)\ the\ (?:police|press|papers)\b
        | \b(?:see\ you\ in\ court|take\ you\ to\ court)\b
        | \b(?:one|1|zero)[-\ ]star\ review\b | \b(?:bad|negative)\ review\ (?:everywhere|on|of\ you)\b
    """,
    ),
    _rule(
        "swearing",
        -0.6,
        r"""
        \b(?:f+u+c+k\w*|f\*+\w*|fck\w*|fu+\ you|bull+shit\w*|shit(?!ake)\w*|sh\*t\w*|wtf|stfu
          |arse(?:hole)?s?|ass(?:hole)?s?|bitch\w*|bastards?|cunts?|dickheads?|pricks?|piss(?:ed|ing)?(?:\ off)?
          |goddamn\w*|damn(?:ed)?(?:\ it)?|crap(?:py)?|wankers?|bollocks)\b
        | \b(?:what|who|where|why)\ the\ (?:hell|heck|f)\b | \bbloody\ (?:hell|useless|joke|ridiculous|bot|idiots?)\b
    """,
    ),
    _rule(
        "contempt",
        -0.5,
        r"""
        \b(?:useless|worthless|pathetic|incompetent|clueless|idiots?|idiotic|morons?|dumb|stupid|brainless|imbeciles?
          |liars?|thieves|crooks|scam(?:mers?|s)?|con\ artists)\b
        | \b(?:is|are|what)\ (?:such\ )?a\ (?:complete\ |total\ |bad\ |sick\ )?joke\b | \brip(?:ped)?[-\ ]?off\b
    """,
        about_feeling=True,
    ),
    _rule(
        "outrage",
        -0.5,
        r"""
        \b(?:ridiculous(?:ly)?|unacceptable|not\ acceptable|inacceptable|outrag(?:e|ed|eous)|disgrace(?:ful)?|appalling
          |disgust(?:ed|ing)|horrible|horrendous|terrible|awful|atrocious|abysmal|shameful|shame\ on\ you|infuriat\w+
          |furious|livid|fuming|enraged|angry|mad\ at|insane|absurd|insult(?:ing)?|hate)\b
        | \bworst\ (?:\w+\ )?(?:service|support|company|shop|store|experience|customer|bot|assistant|ever|thing)\b
        | \bworst\b(?=.*\bever\b) | \b(?:fed\ up|sick\ of|sick\ and\ tired|tired\ of|had\ enough|had\ it\ with)\b
        | \bwaste\ of\ (?:my\ )?(?:time|money|space)\b | \b(?:drives|driving)\ me\ (?:crazy|mad|nuts)\b
        | \b(?:shambles|farce|pathetic|scandal(?:ous)?|beyond\ a\ joke|travesty)\b
        | \bthanks?\ (?:you\ )?(?:for\ nothing|a\ lot\ for\ (?:nothing|ruining|wasting))\b
        | \byou(?:'ve|\ have)?\ (?:completely\ |totally\ )?(?:ruined|wrecked|spoil(?:ed|t))\b
        | \bcan(?:'t|not)\ believe\ how\ (?:badly|bad|rude|awful|poor(?:ly)?|useless)\b
        | \b(?:how\ dare\ you|enough\ is\ enough|are\ you\ kidding(?:\ me)?|you\ must\ be\ joking)\b
    """,
        about_feeling=True,
    ),
    _rule(
        "annoyed",
        -0.25,
        r"""
        \b(?:annoy(?:ed|ing)|frustrat(?:ed|ing|ion)|disappoint(?:ed|ing|ment)|unhappy|not\ (?:\w+\ )?happy|upset
          |irritat\w+|not\ good\ enough|poor\ (?:service|support|quality)|unprofessional|let\ down
          |bad\ (?:service|support|experience))\b
    """,
        about_feeling=True,
    ),
    _rule(
        "demands",
        -0.2,
        r"""
        \b(?:answer\ me|right\ now|immediately|at\ once|this\ instant|i\ demand|do\ your\ job|do\ something
          |listen\ to\ me|give\ me\ (?:back\ )?my\ money|(?:want|where\ is)\ my\ money|is\ any(?:body|one)\ there
          |you\ (?:don't|do\ not|aren't|never)\ (?:even\ )?(?:understand|listen|listening|help|get\ it))\b
    """,
    ),
    _rule("!!! or ???", -0.3, r"[!?]{3,}|(?:[!?]\s){2,}[!?]"),
)
