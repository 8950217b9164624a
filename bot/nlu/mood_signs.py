"""The signs by which a message is known to be upset: rules with names. Pure data.

A rule says what was seen, not how much that counts: the weights are learnt (``mood_model``). Each line is a regular
expression for whole words of a text in small letters; they are forms that hold for any shop, not sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHORT = {
    "{count}": r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|several|countless|\d+)",
    "{nth}": r"(?:second|2nd|third|3rd|fourth|4th|fifth|5th|sixth|\d+th|tenth|hundredth|umpteenth|nth)",
    "{said}": r"(?:asked|told|said|wrote|written|called|e?mailed|rang|reported|explained|sent)",
    "{nobody}": r"(?:nobody|no one|no-one|none of (?:you|them)|not one of you)",
    "{shop}": r"(?:buy|order|shop|spend|recommend|deal)",
    "{praise}": r"(?:great|wonderful|brilliant|lovely|fantastic|perfect|marvellous|excellent|amazing|fabulous|superb)",
    "{wrong}": r"(?:wrong|broken|late|missing|lost|empty|cancelled|failed|nothing|never|not|no|again|still)",
}


@dataclass(frozen=True)
class Rule:
    """A sign of being upset. ``feeling``: a joke, a negation, or that it is not about us, undoes it."""

    name: str
    pattern: re.Pattern[str]
    feeling: bool


def _rule(name: str, lines: str, feeling: bool = False) -> Rule:
    parts = [line.strip() for line in lines.strip().splitlines()]
    whole = "|".join(rf"(?<!\w)(?:{part})(?!\w)" for part in parts)
    for short, meant in _SHORT.items():
        whole = whole.replace(short, meant)
    return Rule(name, re.compile(whole), feeling)


RULES = (
    _rule(
        "asks again",
        r"""
        {nth} time (?:i|we|you|of|asking|writing|calling)(?! (?:\w+ ){0,2}(?:buy|bought|order|shop|visit|use|try)\w*)
        {nth} time (?:that )?i'm (?:asking|writing|calling|telling)
        how many (?:more )?times (?:do|must|have|should|will) i
        how (?:often|many more times)(?: (?:do|must|should) i)?
        (?:i've |i have |i )already (?:said|told you|explained|answered|asked|did) ?(?:that|this|it|you)?
        {said}(?: \w+){0,4} (?:twice|(?:{count}|many) times)
        as i (?:keep saying|(?:said|wrote|told you) (?:twice|{count} times|last|before))
        (?:keep|kept) (?:asking|telling you|repeating|chasing|explaining)
        (?:repeat|repeated|repeating) myself
        lost count
        (?:have|had) to (?:keep (?:asking|chasing)|chase|beg)
        my (?:previous )?(?:{count}|{nth}) (?:e-?mails?|messages?|calls?|letters?)
        (?:and|,) i (?:asked|wrote|called|rang|e?mailed|told you) again
        you(?:'ve| have)? (?:already )?asked me that
        """,
    ),
    _rule(
        "the same again",
        r"""
        yet again
        same (?:\w+ )?(?:as last|every|story|mistake|excuse|answer|conversation|fault)
        (?:every|each) (?:single )?(?:time|week|month|day)(?=.*{wrong})
        another (?:excuse|wrong|empty|broken|apology|template|automatic|voucher)
        (?:wrong|broken|late|missing|cancelled|failed) again
        {nth} (?:replacement|delivery|attempt|week|month|excuse|engineer|one) (?=.*{wrong})
        (\w{2,})[.!?, ]+\1[.!?, ]+\1
        """,
    ),
    _rule(
        "waits long",
        r"""
        still (?:no|nothing|not|waiting|haven't|hasn't|without)(?=.*(?:weeks|months|!))
        (?:dragged|dragging) on
        patience (?:has|is)|(?:out of|losing|lost) (?:my )?patience|patient (?:long )?enough
        tell me to (?:wait|be patient)
        {count} (?:whole )?(?:weeks|months|days)[.!]
        """,
    ),
    _rule(
        "nobody answers",
        r"""
        {nobody}(?: \w+){0,3} (?:answer\w*|repl\w+|respon\w+|help\w*|cares?|listens?|bothers?|called|picks?)
        not (?:one|a single) (?:reply|answer|word|response|apology)
        no (?:reply|answer|response|explanation|apology|communication)(?: \w+){0,2}[.,!]?$
        (?:being|been|feel) ignored|ignor(?:e|es|ed|ing) (?:me|us|my|people|customers?)
        is any(?:body|one) (?:even )?(?:there|alive|reading|awake)
        (?:hung up|passed around|sent in circles|in circles|brick wall|to myself)
        """,
    ),
    _rule(
        "is not heard",
        r"""
        you(?:'re| are)? (?:just )?(?:don't|do not|aren't|not|never) (?:even )?(?:understand|listen\w*|helping|get it)
        (?:that's|that is|this is) not (?:what i asked|my question|an answer)(?!.*(?:sorry|try))
        (?:doesn't|didn't|does not) answer (?:my|what|the)
        (?:did|do|does) (?:you|any(?:one|body))(?: people)? (?:even|actually) \w+
        read (?:what i (?:wrote|said)|my (?:messages?|e-?mails?))
        (?:standard|template|copy[- ]?paste|canned) (?:repl\w+|answers?|response)
        (?:fobbed|palmed|fobbing) (?:me |us )?off
        which part .*(?:clear|understand)
        """,
    ),
    _rule(
        "threatens to leave",
        r"""
        (?:never|not|won't|wouldn't) (?:ever |be |even )?{shop}\w* .*(?:again|you|here|any ?more|any longer)
        never again(?! will i)
        (?:last|final) (?:time|order) (?:i|we|you|from|with)(?=.*(?:buy|order|shop|see|get|you|here|place))
        tak(?:e|ing) (?:my|our) (?:business|custom)|(?:shop|buy|business|go|going) elsewhere
        (?:lost|losing|lose|cost you) (?:me|us|a|another) (?:as )?(?:an? )?(?:loyal |good |paying )?customer
        you(?:'ve| have)? (?:just )?lost (?:me|us)
        (?:i'm|i am|we're|we are) (?:done|finished|through|gone)(?: with (?:you|this)| here)?[.!,]*$
        (?:i'm|i am|we're|we are) (?:done|finished|through) with (?:you|this|your)
        your competit\w+|good riddance
        regret (?:ever )?(?:having )?(?:order|buy|bought|choos|com)\w*|wish i(?:'d| had) never
        stay away|another penny
        (?:keep|shove|stick) your (?:\w+ )?(?:vouchers?|points|discounts?)
        tell (?:everyone|everybody)
        """,
    ),
    _rule(
        "threatens to report or sue",
        r"""
        (?:will|to|gonna|i'll|we'll|or i|and) sue(?: you)?|su(?:e|ing) (?:you|this company)
        legal (?:action|steps|proceedings)|small claims|notice before action
        (?:my|our) (?:lawyer|attorney|solicitor)s?(?! (?:friend|loves))
        consumer (?:protection|agency|watchdog|affairs)|trading standards|ombudsman|watchdog|charge-?back
        report(?:ing|ed)? (?:you|this (?:shop|company|bot))
        (?:call|calling|go(?:ing)? to|involve|informed) the (?:police|press|papers|newspapers?|authorities|media)
        (?:see you in|tak(?:e|ing) (?:you|this) to|go(?:ing)? to) (?:the )?court
        (?:one|1|zero)[- ]star reviews?|one star
        (?:bad|negative|damning|scathing) review (?:everywhere|on|of you|about)|(?:see|wait for|read) my review
        (?:all over|going on|post(?:ed|ing)? (?:this|it) on) (?:twitter|facebook|trust ?pilot|social media|reddit)
        know my rights|(?:breaking|against) the law|(?:is|'s) (?:illegal|even legal)|that's (?:theft|fraud)
        final (?:warning|notice|demand)|you(?:'ll| will) (?:regret|hear from|be hearing)
        """,
    ),
    _rule(
        "swearing",
        r"""
        f+u+c+k\w*|f\*+\w*|f-ing|f off|fck\w*|fu+ you|bull+shit\w*|shit(?!ake|take)\w*|sh\*t\w*|wtf|stfu|ffs|omfg
        arse(?:hole)?s?|ass(?:hole)?s?|bitch\w*|bastards?|cunts?|dickheads?|pricks?|piss(?:ed|ing)? ?(?:off)?
        wankers?|twats?
        goddamn\w*|damn(?:ed)?(?: (?:it|you))?|crap(?:py)?|bollocks|bugger off|sod(?:ding)?s?|screw you|get stuffed
        go to hell
        (?:what|who|where|why|how) the (?:hell|heck|f)|for (?:christ|god|heaven|pete|f\w*)'?s? sake|jesus christ
        bloody (?!mary|brilliant|good|great|lovely|love)\w+|(?:freaking|frigging|effing|flaming) \w+
        """,
        feeling=True,
    ),
    _rule(
        "contempt",
        r"""
        useless|worthless|pathetic|incompeten\w+|clueless|idiots?|idiotic|morons?|moronic|dumb|dumbest|stupid
        brainless|imbeciles?|amateurs?
        liars?|lying|thieves|thief|crooks?|scam(?:s|mers?|med)?|con artists?|frauds?|fraudsters?|charlatans?|cheats
        robbing|robbery|swindlers?
        cretins?|dimwits?|buffoons?|parasites?|jokers|shysters?|lazy|hopeless
        (?:is|are|what|you're|absolute|total|complete|bad|sick) (?:just )?(?:such )?(?:an? )?(?:\w+ )?joke
        rip(?:ped|ping)?[- ]?off|haven't a clue|no idea what you're doing|(?:bunch|pile|load) of \w+
        (?:your|this|pure|absolute|total|such|cheap) (?:\w+ )?(?:rubbish|junk|garbage|trash|tat)
        ^(?:rubbish|junk|garbage|trash)
        you people|you lot|the lot of you|no shame|so[- ]called
        """,
        feeling=True,
    ),
    _rule(
        "outrage",
        r"""
        ridiculous(?:ly)?|unacceptable|not acceptable|outrag(?:e|ed|eous)|disgrace(?:ful)?|appall(?:ed|ing)
        inexcusable|unforgivable
        disgust(?:ed|ing)|horrible|horrendous|terrible|awful|atrocious|abysmal|dreadful|shameful|shame on you
        asham\w+|infuriat\w+
        furious|livid|fuming|enraged|raging|angry|mad at|insane|absurd|insult(?:ing)?|hate|unbelievable|shocking
        shocked|lousy|despicable
        worst(?! (?:case|that can|cook))|fed up|sick (?:to death )?of|sick and tired|tired of|had enough
        had it (?:with|up)|enough is enough
        driv(?:es?|ing) (?:me|us) (?:crazy|mad|nuts|insane|up the wall)|blood boil|beyond (?:a joke|belief|ridiculous)
        shambles|farce|scandal(?:ous)?|nightmare|disaster|mess|fiasco|shoddy
        (?:can't|cannot) believe (?:how|you|this)|how dare|don't you dare|the cheek|(?:the|some) nerve|no excuse
        never (?:been|felt|seen|had|have i) .*(?:such|so|treated|like (?:this|that)|worse|life)
        """,
        feeling=True,
    ),
    _rule(
        "annoyed",
        r"""
        annoy(?:ed|ing|s)?|frustrat(?:ed|ing|ion)|disappoint(?:ed|ing|ment)|unhappy
        not (?:\w+ )?(?:happy|impressed|satisfied)|upset(?:ting)?
        irritat\w+|aggravat\w+|(?:not|n't) good enough|poor (?:service|support)|unprofessional|let (?:me |us )?down
        sloppy|rude(?:ly)?
        bad (?:service|support|experience)|lack of respect|unfair|isn't fair|typical|stress(?:ed|ful)
        """,
        feeling=True,
    ),
    _rule(
        "despair",
        r"""
        (?:give|giving|given) up|wits'? end|don't know (?:what else|who to turn|what to do any)
        what else (?:to|can i) do
        begging you|(?:i'm|i am) (?:begging|desperate|helpless|devastated|heartbroken|exhausted|worn out)
        (?:in|to|near) tears
        (?:cried|crying)(?!.*(?:joy|laugh|onion))|heartbroken|broke my heart
        can(?:'t|not) (?:take|do|deal with|cope with|bear|stand) (?:this|it|any more|another)
        los(?:t|ing) (?:all |my )?(?:hope|faith|trust)
        feel(?:ing)? (?:\w+ )?(?:cheated|helpless|foolish|stupid|betrayed|robbed|let down)
        i (?:had )?(?:trusted|believed in|had faith in) you|(?:any|no) point in (?:asking|talking|writing)
        makes? me (?:so )?(?:sad|ill|sick)|one thing after another|can't sleep
        """,
        feeling=True,
    ),
    _rule(
        "blames us",
        r"""
        you(?:'ve| have| just)? (?:all )?(?:completely |totally )?(?:lied|ruined|wrecked|spoil(?:ed|t)|cheated|tricked)
        you(?:'ve| have| just)? (?:all )?(?:wasted|took my money|messed|screwed|owe me|misled|let me down)
        thanks to you|because of you
        your (?:own )?(?:mistakes?|fault|mess|blunders?|incompetence|negligence)(?<!not your fault)
        (?:took|taking|keep|kept|sitting on|sat on) my money|my money and (?:ran|run|nothing)
        excuses?,?(?: excuses)?[.!]*$|your excuses|(?:empty|false|broken) promises
        promis\w+ .*(?:never|nothing|nobody|not|didn't|did not|won't|yet)
        (?:was|were|been) (?:lied to|cheated|misled|laughed at|insulted)
        wast(?:ed?|ing) (?:of )?(?:my|our) (?:time|money|\w+day|day|morning|evening|life)
        waste of (?:time|money|space)
        without (?:so much as )?(?:a|saying a) word|have the decency
        """,
    ),
    _rule(
        "demands",
        r"""
        answer me|this instant|give me (?:back )?my money|i demand|do your job|do something!|listen to me|i insist
        i want my money back(?: now|[.!]+|$)|where is my money
        i (?:want|expect) (?:an? |the |your |this |it )?(?:\w+ )?(?:apology|explanation|in writing|sorted|name of)
        (?:manager|supervisor|boss|refund|money|person|human)[,.]? (?:now|immediately|at once)[.!]*$
        (?:i'm|i am|i will|we're) not (?:paying|accepting|interested|waiting|asking)|i won't (?:pay|accept|wait)
        (?:stop|quit) (?:wasting|making|telling|lying|pretending|insulting|ignoring|hiding)
        don't (?:give|tell|sorry|bother) me|spare me|get on with it
        (?:fix|sort|solve) (?:it|this)(?: out)?(?: now| today)?[.!]+$|you have (?:until|one|\d+) (?:hours?|days?)
        """,
    ),
    _rule(
        "sarcasm",
        r"""
        thanks? (?:you )?(?:(?:ever )?so much |a lot |a million )?for (?:nothing|(?:ruin|wast|los|ignor|break|wreck)ing)
        cheers for (?:nothing|(?:ruin|wast)ing)|yeah,? right|slow clap|cool story|my foot
        (?:oh|ah|wow|yay)[,!]? (?:how )?(?:{praise}|good|joy|nice)(?:[.,!]|$| (?:a|another|the|it's|so|now))
        (?:{praise}|bravo|congratulations|well done|good job)[.,!:]+ (?:so|now|you|another|just|no|only|half) \w+
        (?:congratulations|well done|bravo|hats off|nice (?:touch|work)|good job).*(?:{wrong}|losing|wrecking|turning)
        so (?:glad|kind|nice|pleased|thoughtful|generous) (?:i|of you).*(?:paid|lose|lost|only|ignore|keep|extra)
        how (?:very )?(?:kind|generous|convenient|thoughtful|considerate|clever)(?: of you|[.!,]|$)|conveniently
        very (?:helpful|professional|funny|reassuring|customer friendly),? ?(?:not)?$
        (?:just |simply |do |really )love (?:how|spending|waiting|it when|paying)|love how you(?:r)?
        what a (?:surprise|treat|joy|shock)|must be nice|hope you(?:'re| are) (?:proud|happy)|funny how|let me guess
        silly me for
        by (?:snail|pigeon|donkey|carrier pigeon)
        """,
    ),
    _rule("mocking face", r"""[👏🙄🙃😒😤😡🤬😠🤡💩🖕😑]"""),
    _rule(
        "scare quotes",
        r"""["“'](?:[\w%-]+ ){0,3}[\w%-]+["”'](?=.*(?:my|never|n't|nothing|took|since|ago|days|weeks))""",
    ),
    _rule(
        "rhetorical question",
        r"""
        what (?:kind|sort) of (?:a )?(?:shop|company|service|business|outfit|place|idiots?|people|customer)
        who (?:does that|on earth|hired|in their right)|how (?:hard|difficult) (?:can|is|could) (?:it|that)
        too much to ask|on earth
        are you (?:all |even |people |actually )?(?:serious|kidding|blind|deaf|asleep|stupid|mad|insane)
        you can(?:'t|not) be serious|seriously\?
        what (?:exactly )?am i paying|why (?:should|must) i (?:pay|have to|keep|suffer)
        why won't you (?:answer|help|listen|just)
        what (?:is|'s) wrong with you|have you no|you must think|you expect (?:me|us|people) to|what gives you
        (?:supposed|meant) to (?:explain|live|eat|cook|do without)|whose (?:fault|bright idea)|you wonder why
        do you (?:people|even|really think|think i'm|think we're|think people)|shall i (?:just|come)
        """,
    ),
)
