"""A claim in words about the user instead of by them, as far as that goes by rule."""

import re

from memchat.memory.claims import Claim

_OPENING = re.compile(
    r"^(?:(?:hi|hello|hey|ok(?:ay)?|well|oh|yes|yeah|yep|no|nope|so|and|but|also|btw|by the way|actually|anyway"
    r"|fyi|please"
    r"|right|true|to be honest|honestly|you know|look|listen|in fact|just so you know|for the record"
    r"|for context|since|as"
    r"|update|(?:good|great|bad|sad) news|heads[ -]up|(?:ok )?long story(?: short)?|to be clear"
    r"|quick (?:one|question)|side note"
    r"|(?:i['’]m )?sorry|i (?:misread|misspoke|mistyped|misremembered|was wrong)|correction|scratch that|my mistake"
    r"|fun fact|because|given that|haha|hmm|good (?:morning|evening|afternoon))(?:\s+there)?\b[,.!:]*\s+)+(?=\w)",
    re.IGNORECASE,
)
_SIMPLIFIED = re.compile(
    r"[们这说欢讨厌爱学习国车书妈岁农医师电时问还见长门东个为么对过发开关样给让谢买卖儿乐语边进远听写岛龙鸟鱼马业两护离婚画饮饭馆银钱铁园图圆]"
)
_TRADITIONAL = re.compile(
    r"[養隻貓們這說歡討厭愛學習國車書媽歲農醫師電時問還見長門東個為麼對過發開關樣給讓謝買賣兒樂語邊進遠聽寫]"
)
_CLOSING = re.compile(
    r"(?:,?\s+so\s+(?:please|pls|no|don['’]?t|never|count|avoid|keep|skip)\b[^.]{0,120}"
    r"|,?\s+(?:btw|by the way|lol|haha|tho|pls|please|thanks|thx|fyi"
    r"|if that (?:matters|helps)|just so you know))[.!]*$",
    re.IGNORECASE,
)
_LEFT_OPEN = re.compile(
    r"^(?:it|they|this|that|these|those|there|one|both)\b|\b(?:it|they|them|this|that|those|there|she|he|her"
    r"|him|his)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\bi ((?:(?:no longer|really|absolutely|also|usually|generally|mostly|always|never|still|currently|now|actually"
    r"|only|just|recently"
    r"|much|often|sometimes|mainly|strongly|both|already|finally|truly|personally|normally|rarely|originally"
    r"|typically|once"
    r"|\w+ly) )*)([a-z]+?)(n['’]t)?\b",
    re.IGNORECASE,
)
_PAST_AND_MODAL = """
can could will would should must may might shall had did cannot ca wo ought used was went bought sold made took came
saw met ran won lost left began became grew quit read wrote spoke taught thought felt found kept held built broke
chose drove ate drank knew gave told said sent spent paid hurt put set cut let hit slept wore flew sang swam fell
forgot stood understood rode rose drew learnt hung led fed caught fought brought bit froze hid laid lent meant got
"""
_UNCHANGED = frozenset(_PAST_AND_MODAL.split())
_IRREGULAR = {"have": "has", "am": "is", "are": "is", "do": "does", "go": "goes", "were": "was"}


def phrased(claim: Claim) -> str:
    """`claim` as a sentence that stands on its own; where no rule can say it, as what the user says in their words."""
    text = _OPENING.sub("", claim.text) if claim.language.code == "en" else claim.text
    if claim.standing:
        return _sentence(text, claim)
    if claim.language.code == "en":
        text = _CLOSING.sub("", text)
    if claim.about and (follows := claim.language.follows.match(text)):
        text = _named(follows, claim.about) + text[follows.end() :]
    switched = _VERB.sub(_third_person, text) if claim.language.code == "en" else text
    for pattern, words in claim.language.switches:
        switched = pattern.sub(words, switched)
    changed = switched != text or (claim.about and claim.language.code == "en")
    left = claim.language.first_person if claim.language.code == "en" else claim.language.unswitched
    if not changed or left.search(switched):
        text = claim.text if claim.language.code != "en" else text
        mark = "" if text[-1:] in "。.!！" else "。" if claim.language.code in {"zh", "ja"} else "."
        return _script(claim.language.says.format(f"{text[:1].upper()}{text[1:]}{mark}"), claim)
    return _script(_sentence(switched, claim), claim)


def _script(text: str, claim: Claim) -> str:
    """`text` with the user named in the Chinese characters that they write in."""
    simplified = claim.language.code == "zh" and _SIMPLIFIED.search(claim.text) and not _TRADITIONAL.search(claim.text)
    return text.replace("使用者", "用户").replace("說", "说") if simplified else text


def stands_alone(claim: Claim) -> bool:
    """Whether what `phrased` makes of the claim needs no sentence before it."""
    if claim.standing or claim.language.code != "en":
        return True
    text = claim.language.follows.sub("", claim.text, count=1) if claim.about else claim.text
    return _LEFT_OPEN.search(text) is None


def _third_person(match: re.Match[str]) -> str:
    """`I really don't like` as `the user really doesn't like`."""
    adverbs, verb, negated = match[1], match[2].lower(), match[3] or ""
    return f"the user {adverbs}{verb if verb in _UNCHANGED else _inflected(verb)}{negated}"


def _inflected(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if (
        verb.endswith(("ed", "ing"))
        and len(verb) > 4
        and verb not in {"need", "feed", "bleed", "breed", "embed", "bring", "sing"}
    ):
        return verb
    if verb.endswith(("s", "sh", "ch", "x", "z")) or verb == "do":
        return f"{verb}es"
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}s"


def _named(follows: re.Match[str], about: str) -> str:
    """The one who was spoken of, for the pronoun that speaks of them again."""
    pronoun = follows.group().casefold().split()[-1]
    if pronoun in {"his", "her", "their", "its"}:
        return f"{about}'s"
    if re.search(r"['’]s$", pronoun):
        return f"{about} is"
    return f"{about} are" if re.search(r"['’]re$", pronoun) else about


def _sentence(text: str, claim: Claim) -> str:
    text = " ".join(text.split()).strip(" ,;:")
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    end = "。" if claim.language.code in {"zh", "ja"} else "."
    return text if text[-1] in ".!。！" else f"{text}{end}"
