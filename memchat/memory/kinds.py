"""What kind of thing a fact is, by its words."""

import re

from memchat.core.kinds import MemoryKind

_INSTRUCTION = r"^(?:please\s+)?(?:always|never|don['’]?t|do\ not|answer|reply|respond|write|use|call\ me|stop)\b"
_PREFERENCE = r"\b(?:prefers?|likes?|loves?|hates?|dislikes?|enjoys?|favou?rite|can['’]?t\ stand|rather|allergic)\b"
_DECISION = r"\b(?:decided|chose|chosen|settled\ on|going\ with|will\ use|we['’]?ll\ use|picked|agreed)\b"
_GOAL = r"\b(?:wants?\ to|plans?\ to|planning|goals?|aims?\ to|hopes?\ to|would\ like\ to|working\ towards?)\b"
_EVENT = r"""
    \b(?:yesterday|tomorrow|today|tonight|(?:last|next)\ (?:week|month|year)|birthday|appointment|meeting|flight|wedding
    |deadline|on\ (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b
"""
_KINDS: dict[MemoryKind, re.Pattern[str]] = {
    "instruction": re.compile(_INSTRUCTION, re.IGNORECASE | re.VERBOSE),
    "preference": re.compile(_PREFERENCE, re.IGNORECASE | re.VERBOSE),
    "decision": re.compile(_DECISION, re.IGNORECASE | re.VERBOSE),
    "goal": re.compile(_GOAL, re.IGNORECASE | re.VERBOSE),
    "event": re.compile(_EVENT, re.IGNORECASE | re.VERBOSE),
}


def kind_of(text: str) -> MemoryKind:
    """What kind of thing `text` says; `fact` where no word tells."""
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(text.strip())), "fact")
