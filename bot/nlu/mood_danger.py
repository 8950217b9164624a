"""Words that must reach a person at once: somebody may harm themselves or others, or got hurt. Rules with names. Pure.

``crisis``: self-harm, or a threat of violence. ``safety``: an injury, fire, gas, a shock, poison, or glass and the like
in food. People exaggerate ("this pan is killing me", "I could kill for a coffee", "dying to try it"): a rule names
what is meant, not the bare word. That a pan burnt the rice, or that a glass broke, is no danger.
"""

from __future__ import annotations

import re

CRISIS, SAFETY = "crisis", "safety"
MAX_TEXT = 4000  # characters read: who is in danger may come to it late

_SHORT = {
    "{me}": r"(?:myself|himself|herself|themselves)",
    "{i will}": r"(?:i'll|i will|i'm (?:going to|gonna)|i could|i want to)",
    "{you}": r"(?:you|your (?:driver|staff|agent|colleague|face)|him|her|them|someone|somebody|everyone|the driver)",
    "{kin}": r"(?:son|daughter|kids?|child|children|baby|toddler|boy|girl|wife|husband|partner|mum|mom|mother|dad"
    r"|father|nan|gran|brother|sister|guests?|friend)",
    "{body}": r"(?:hands?|fingers?|thumb|arms?|legs?|foot|feet|face|eyes?|skin|mouth|lips?|tongue|throat|head|neck)",
    "{hurt}": r"(?:burn(?:t|ed|ing)?|scald(?:ed|ing)?|cut|sliced|injured|hurt)",
    "{thing}": r"(?:it|pan|pot|kettle|toaster|oven|mixer|blender|fryer|grill|heater|cooker|machine|plug|cable|battery)",
    "{sharp}": r"(?:glass|metal|plastic|shards?|splinters?|screws?|needles?)",
}


Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _rules(lines: str) -> Rules:
    found = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        name, pattern = line.split(": ", 1)
        for short, meant in _SHORT.items():
            pattern = pattern.replace(short, meant)
        found.append((name, re.compile(rf"\b(?:{pattern})\b")))
    return tuple(found)


_CRISIS = _rules(r"""
speaks of suicide: k[my]s
threatens violence: (?:got|have|bring(?:ing)?|with) (?:a|my) (?:gun|knife|bomb)\b.*\b(?:com(?:e|ing)|visit|your shop)
threatens violence: shoot(?:ing)? up (?:your|the|this)|know where you (?:live|work)|com(?:e|ing) for you\b
speaks of suicide: suicid(?:e|al)(?! squad)
speaks of suicide: (?:kill|hang|drown|shoot|hurt|harm) {me}(?! laughing)|killing {me}(?! (?:with|over|to|trying))
speaks of suicide: (?:end|take|ending|taking) (?:my|his|her) (?:own )?life|end(?:ing)? it (?:all|tonight)|self[- ]harm
speaks of suicide: (?:harming|hurting|cutting|killing) {me} ?(?:again|on purpose)?$|(?:harming|hurting|cutting) {me}
speaks of suicide: (?:do|did) something to myself|what i might do to myself|use it on myself
speaks of suicide: (?:want|wish|wanna|going|ready) to die(?! (?:of|from|laughing|for))|wish i (?:was|were) dead
speaks of suicide: (?:better off|rather be|want to be) dead|don't want to (?:live|be alive|wake up|be here any ?more)
speaks of suicide: (?:point (?:in|of)|tired of|stay|why i should (?:be|stay)) (?:living|being alive|alive)
speaks of suicide: (?:won't|will not) be (?:alive|here (?:tomorrow|any ?more|much longer))|dying all the time
speaks of suicide: can't (?:go on|carry on|live)(?: living)?(?: like this(?: any ?more)?)?$|nobody would miss me
speaks of suicide: (?:no|any) reason (?:left )?to (?:live|go on living)|can't go on living
speaks of suicide: nothing (?:left )?to live for|tired of living|better (?:off )?without me
speaks of suicide: (?:took|taken|swallowed|have|with|bottle of) (?:all )?(?:of )?(?:my|too many|the) (?:pills|tablets)
speaks of suicide: (?:took|taken|take) an overdose|(?:bottle|handful) of (?:pills|tablets)
speaks of suicide: jump(?:ing)? off (?:a|the) (?:bridge|roof)
threatens violence: {i will} (?:kill|murder|shoot|stab|beat up|hurt|strangle|attack|slap|punch) {you}
threatens violence: (?:burn|blow|smash) (?:down |up )?(?:your|the) (?:shop|store|office|warehouse)
threatens violence: (?:come|coming) (?:\w+ ){0,3}with (?:a|my) (?:gun|knife|bat|hammer)
threatens violence: bomb (?:threat|in your)|know where you live|watch your back|break your (?:legs|neck)
is in danger: (?:he|she|my (?:\w+)) (?:hits|beats|is hitting|is beating|threatens to kill) me
is in danger: (?:afraid|scared) for my life|(?:he|she) says (?:he|she)'ll kill me
threatens violence: (?:going to|want to|me to|thoughts of|about) (?:kill|hurt|harm)(?:ing)? (?:people|my {kin})
threatens violence: going to hurt (?:somebody|someone)
""")
_SAFETY = _rules(r"""
injury: (?:i|we|me|us|my (?:\w+ )?{kin}) (?:\w+ ){0,3}{hurt} (?:\w+ ){0,2}(?:my|his|her|the) (?:\w+ )?{body}(?! paying)
injury: (?:{hurt}|hit|struck) (?:me|(?:my|his|her) (?:\w+ )?(?:{body}|{kin}))(?! (?:in (?:price|half)|off))
injury: (?:burns?|blisters?|cuts?|wounds?|shards?) (?:all )?(?:on|in|over|up|to) (?:my|his|her) (?:\w+ )?{body}
injury: (?:second|third|first)[- ]degree burns?|needed (?:stitches|surgery)|(?:is|are|was|am|i'm) bleeding|an ambulance
injury: (?:i|we|(?:my|our) (?:\w+ )?{kin}) (?:got|was|were|has been|is|are) (?:badly |quite )?{hurt}(?! by your)
injury: (?:somebody|someone|a child|child|kid) (?:got|was|is) {hurt}|{hurt} (?:himself|herself|myself)(?! out)
injury: allergic reaction|(?:six|five|four|three|two|few|\d+) stitches|came up in blisters|blistered {body}
injury: (?:ended up|had to go|went|rushed|taken|me|him|her) (?:\w+ ){0,2}(?:in|to) (?:the )?(?:hospital|a&e)
electric shock: electric(?:al)? shock|electrocut\w+|got a shock (?:off|from|when)|gave (?:me|him|her|us) a shock
electric shock: sparks? (?:\w+ ){0,4}(?:from|out of|flying)|(?:is|was|it's) sparking|(?:live|exposed|bare) wires?
fire: (?:caught|catches|catching|on|set) fire|(?:up in|into|in) flames|house fire|fire (?:brigade|department)
fire: {thing} (?:\w+ ){0,3}(?:exploded|explodes|blew up|started smoking|is smoking|sparked)
fire: smells? of burning (?:when|from)|burning smell from|plug (?:\w+ )?(?:melted|scorched)
fire: smoke (?:\w+ ){0,3}(?:from|out of) (?:the |my |your )?(?:\w+ )?{thing}|(?:exploded|blew up) (?:in my|on the|on me)
gas: (?:smell(?:s|ing)?|leak(?:s|ing)?) (?:\w+ ){0,2}gas(?! stove)|gas (?:leak|smell|is leaking)|carbon monoxide
glass or metal in food: {sharp} (?:\w+ ){0,3}in (?:my|the|our|his|her) (?:food|soup|drink|cake|salad|mouth|tea|coffee)
glass or metal in food: (?:ate|swallowed|bit on|choked on) (?:\w+ ){0,4}(?:{sharp}|button|battery|magnet|piece|bit|part)
poison: poison(?:ed|ing|ous)|toxic fumes|chok(?:ed|ing) on
poison: (?:made|makes) (?:me|us|him|her|my \w+) (?:really |very |violently )?(?:sick|ill) (?:after|from|when)
unsafe thing: (?:being|was|been) recalled|recalled (?:product|item)|product recall|(?:isn't|not|un) ?safe to use
unsafe thing: (?:glass|lid|jar|dish) (?:\w+ )?(?:exploded|burst|shattered) (?:next to|on the (?:stove|hob)|in the oven)
""")
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|will i|would i|nobody|nearly|almost|could have|if|without|avoid)|n't)\s+(?:\w+\s+){0,2}$"
)
_ALMOST = re.compile(r"\b(?:not|never|nearly|almost|avoid|could have)\b|n't\b")
_JOKING = re.compile(r"\b(?:lol|lmao|haha\w*|jk|just kidding|only joking)\b|[😂🤣😄😅😆😉😜]")
_ASKING = re.compile(r"^(?:is|are|does|do|can|could|will|would|how|what|which)\b[^.!]*\?\s*$")


def danger(text: str) -> str | None:
    """``crisis``, ``safety``, or None."""
    return found(text)[0]


def found(text: str) -> tuple[str | None, tuple[str, ...]]:
    """The danger that a text speaks of, if any, and by which signs it was seen."""
    words = " ".join(text[:MAX_TEXT].replace("\u2019", "'").lower().split())
    if signs := _seen(_CRISIS, words):
        return CRISIS, signs
    if _ASKING.search(words) and not re.search(r"\b(?:my|me|i)\b", words):
        return None, ()
    signs = () if _JOKING.search(words) else _seen(_SAFETY, words, _ALMOST)
    return (SAFETY, signs) if signs else (None, ())


def _seen(rules: Rules, words: str, undone_by: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """The names of the rules that a text meets, unless it denies that, before or (``undone_by``) within the words."""

    def holds(match: re.Match[str]) -> bool:
        within = undone_by is not None and undone_by.search(match.group())
        return not within and not _DENIED.search(words[: match.start()])

    met = (name for name, pattern in rules if any(map(holds, pattern.finditer(words))))
    return tuple(dict.fromkeys(met))
