"""The words by which a message asks, requests, and adds more: English. In any language a question mark asks.

For another language its words are added here, as alternatives: they need not be kept apart.
"""

from __future__ import annotations

import re

# What may stand before a question or a request: "and also, by the way, if so, …".
_LEADING = (
    r"(?:(?:and|n|also|plus|but|or|so|then|oh|ok|okay|well|hi|hello|hey|thanks|thank you|please|pls|sorry"
    r"|first|firstly|second|secondly|third|thirdly|finally|lastly|another thing|by the way|btw|if (?:not|so|yes|no)"
    r"|(?:one|two|three|a few|a couple of) (?:more |other )?(?:things?|questions?)|\d[.)])[\s,:;!–-]++"
    r"|(?:[\w'’]+ ){0,3}[\w'’]+: |\w+[!.]\s++|[&+]\s*+){0,6}+"
)
_WHO = r"(?:i|you|u|we|they|he|she|it|there|this|that|these|those|the|my|your|our|an?|any\w*|some\w*|every\w*)\b"
_QUESTION = (
    r"(?:what|when|where|who|whose|why|how|which|whether)(?:['’]?(?:s|re|d|ll|ve))?\b"
    r"|(?:can|could|may|might|shall|should|will|would|do|does|did|is|are|was|were|have|has|am)"
    rf"(?:n['’]?t)? (?:{_WHO}|(?!not\b)\w+[^.!?\n]*\?)|(?:do|does) (?!not\b)\w+|any (?:news|chance|idea|update)\b"
)
_REQUEST = (
    r"(?:i|we)(?:['’]?d| would) (?:also |just |really )?(?:like|love|want|need|prefer|appreciate)\b"
    r"|(?:(?:i|we) )?(?:also |just |really )?(?:want|wanted|wanna|need|wish) (?:to|an?|the|my|some|it|\d)\b"
    r"|(?:(?:i|we)(?:['’]?m| am|['’]?re| are| was) )?(?:also |just )?(?:looking for|wondering|trying to)\b"
    r"|(?:let me|would like|(?:it['’]?d|it would) be (?:good|nice|great))\b"
    r"|(?:tell|give|send|cancel|change|check|track|look up|find|delete|close|add|remove|update|show|help|explain|get"
    r"|refund|replace|swap|exchange|stop|report|connect|transfer|unsubscribe) \w+"
)
_ASKING = rf"{_LEADING}(?:{_QUESTION}|{_REQUEST})"
ASKS = re.compile(rf"\s*{_ASKING}", re.IGNORECASE)
ASKS_PLAINLY = re.compile(r"\b(?:please|pls|plz)\b|\?\W*$", re.IGNORECASE)
_MORE = (
    r"(?:also|plus|by the way|btw|on top of that|while i['’]?m (?:here|at it)|second(?:ly)?|another thing"
    r"|(?:a )?(?:separate|different|other|one more|one other) (?:thing|question|matter))\b"
)
ADDS = re.compile(rf"(?:(?:and|oh|but|n|[&+])[\s,]+)*{_MORE}|(?:[\w'’]+[\s,]+){{1,3}}also\b", re.IGNORECASE)
WORD = re.compile(r"\w+")
AND = re.compile(r"(?:oh[\s,]+)?and\b", re.IGNORECASE)
SENTENCE_ENDS = re.compile(r"[.?!…;]$")
CUT = re.compile(
    r"(?<=[.?!…;])\s++|(?<!\s)[^\S\r\n]*+[\r\n]\s*+"  # where a sentence or a line ends
    rf"|(?<!\s),?\s++(?=(?:and|but|or|n|[&+])\s+{_ASKING})|,\s++(?={_ASKING})"  # where a question or request begins
    r"|(?<!\s)\s++(?=\d[.)]\s)"  # where the next of a list begins
    rf"|,\s++(?={_MORE})|(?<!\s),?\s++(?=plus\s|(?:and|but|n|[&+])\s+{_MORE})",  # where more is added
    re.IGNORECASE,
)
