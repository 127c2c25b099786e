"""Texts that are not taken into memory unseen: they speak to the assistant, hide something, or would carry data out."""

import re
import unicodedata
from functools import lru_cache

from memchat.core.memories import Origin

_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ESCAPE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]")
_ROLE = re.compile(
    r"<\|[^|<>\n]{1,60}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|tool|instructions?|recalled|memory"
    r"|prompt)\b[^>]{0,80}>"
    r"|^\s*(?:#{1,4}\s*)?(?:system|assistant|developer)(?: prompt| message)?\s*[:：]|\bBEGIN (?:SYSTEM"
    r"|INSTRUCTIONS)\b",
    re.IGNORECASE | re.MULTILINE,
)
_MARKUP = re.compile(
    r"!\[[^\]\n]{0,200}\]\s*\(|<\s*(?:img|script|iframe|a|link|meta|object|embed|svg|form|style)\b"
    r"|\]\(\s*(?:https?|data|javascript):"
    r"|\bjavascript:|\bdata:[\w/+.\-]+;base64",
    re.IGNORECASE,
)
_LINK = re.compile(r"\bhttps?://[^\s<>\"')]+|\bwww\.[^\s<>\"')]+", re.IGNORECASE)
_CARRIES = re.compile(r"[?&][\w\-]+=|\{[^}]*\}|\$\{|%7b", re.IGNORECASE)
_ENCODED = re.compile(
    r"(?<![A-Za-z0-9+/=_\-])(?=[A-Za-z0-9+/_\-]*[a-z])(?=[A-Za-z0-9+/_\-]*[A-Z])(?=[A-Za-z0-9+/_\-]*\d)[A-Za-z0-9+/_\-]{48,}={0,2}"
)
_OVERRIDE = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:previous|prior|above|earlier|all|any|your|the"
    r"|system|safety)\b.{0,30}"
    r"\b(?:instructions?|prompts?|rules?|messages?|guidelines?|context|training)\b"
    r"|\bnew (?:system )?(?:instructions?|prompt|rules?)\s*[:：]"
    r"|\byou (?:are|must|will|shall|should) (?:now|from now on|henceforth)\b"
    r"|\b(?:jailbreak|developer mode|do anything now|DAN mode|system prompt)\b"
    r"|\b(?:reveal|print|repeat|leak|exfiltrate|send|forward|post|upload)\b.{0,40}\b(?:system prompt"
    r"|conversation|chat history|memor(?:y|ies)"
    r"|password|credentials|api keys?|secrets?|user['’]?s? data|personal data)\b"
    r"|(?:忽略|無視|无视)(?:掉)?(?:之前|先前|以上|上面|所有)[^。]{0,12}(?:指令|指示|提示|規則|规则)"
    r"|(?:以前|これまで|上記)の?(?:指示|命令)[^。]{0,6}無視"
    r"|\bignoriere\b.{0,30}\b(?:vorherigen|bisherigen|obigen|alle)\b.{0,30}\b(?:anweisungen|befehle|regeln)\b"
    r"|\bignore[zr]?\b.{0,30}\b(?:instructions?|consignes?)\b.{0,20}\b(?:précédentes?|antérieures?|ci-dessus)\b"
    r"|\bignor[aei]\b.{0,30}\b(?:instrucciones|instruções|istruzioni)\b"
    r"|\b(?:olvida|desconsidere|esqueça|dimentica|oublie)\b.{0,30}\b(?:instrucciones|instruções|istruzioni|instructions|consignes)\b"
    r"|\b(?:negeer|vergeet)\b.{0,30}\b(?:vorige|eerdere|alle|bovenstaande)\b.{0,30}\b(?:instructies|opdrachten|regels)\b"
    r"|\b(?:vergiss|missachte)\b.{0,30}\b(?:vorherigen|bisherigen|obigen|alle)\b.{0,30}\b(?:anweisungen|befehle|regeln)\b"
    r"|\b(?:игнорируй|забудь|проигнорируй)(?:те)?\b.{0,40}\b(?:инструкции|указания|правила|команды)\b"
    r"|(?:이전|앞선|위의|모든)\s?(?:의\s?)?(?:지시|명령|지침)[^.]{0,8}(?:무시|잊)",
    re.IGNORECASE | re.DOTALL,
)
_ABOUT_THE_USER = re.compile(
    r"\b(?:remember|note|store|save|memori[sz]e|record|add to (?:your )?memory|keep in mind"
    r"|update (?:your )?memory)\b.{0,40}"
    r"\b(?:the |this |that the )?users?(?:['’]s)?\b|\bthe user(?:['’]s)? (?:bank|password|account|card|address"
    r"|wants you to|has authori[sz]ed|trusts|consents)\b",
    re.IGNORECASE | re.DOTALL,
)
_COMMAND = re.compile(
    r"^(?:please\s+)?(?:always|never|whenever|from now on|you (?:must|should|shall|will|are to)|do not"
    r"|don['’]?t|when(?:ever)? (?:the )?user)\b"
    r"|\b(?:the assistant|the ai|the model|the chatbot) (?:must|should|shall|will|is to|has to)\b"
    r"|\b(?:always|never) (?:recommend|suggest|mention|answer|reply|tell|include|append|add|use|trust|click"
    r"|visit|open|send)\b"
    r"|(?:請|请)?(?:一律|永遠|永远|從現在起|从现在起|以後都|以后都)"
    r"|^(?:immer|niemals|ab jetzt)\b|^(?:toujours|désormais|siempre|sempre)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8)
def suspicious(text: str, *, origin: Origin, from_paste: bool) -> str | None:
    """Why `text` must not become an active memory without the user's word, in a sentence; none when it may.

    Args:
        text: What is to be written, as it came: what is hidden in it must still be there.
        origin: Whose words it rests on.
        from_paste: Whether the user only pasted it.
    """
    if _hides(text):
        return "It has hidden or control characters in it."
    if _ROLE.search(text):
        return "It is written as if it were part of the assistant's instructions."
    if _OVERRIDE.search(text):
        return "It tells the assistant to set its instructions aside or to give data away."
    if _MARKUP.search(text) or any(_CARRIES.search(link) for link in _LINK.findall(text)):
        return "It has markup or a link in it that could carry data out."
    if _ENCODED.search(text):
        return "It has an encoded block in it."
    if _ABOUT_THE_USER.search(text):
        return "It speaks of the user to the assistant, as the user would not."
    if origin == "user" and not from_paste:
        return None
    if _COMMAND.search(text.strip()):
        return "It speaks to the assistant as an instruction, and the user did not write it."
    if _LINK.search(text):
        return "It has a link in it, and the user did not write it."
    return None


def _hides(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return False
    if _ESCAPE.search(text):
        return True
    hidden = _HIDDEN.findall(text)
    # The marks of right-to-left scripts are part of writing them.
    if hidden and any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text):
        hidden = [character for character in hidden if character not in "\u061c\u200e\u200f"]
    return bool(hidden)
