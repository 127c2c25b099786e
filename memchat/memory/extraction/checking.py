"""Whether a model's wording says no more than the user did."""

import re

from memchat.memory.claims import Claim
from memchat.memory.queries import folded

_WORDS = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_OF_THE_THIRD_PERSON = """
the user users s is are was were has have had does do did be been being will would a an of to in on at for from with
and or not no that this who which their them they he she it his her its as by also than der die das des nutzer
nutzerin benutzer ist hat war wird sind haben und nicht ein eine einen einem einer in im am an auf mit zu von sein
seine ihr ihre seinen ihren l utilisateur utilisatrice est a ont sont et le la les un une des de du en au aux son sa
ses leur ne pas qui que el usuario usuaria es tiene está han y los las del al su sus se o usuário usuária utilizador é
tem e os as um uma do da dos das na em seu sua seus suas não utente ha è sono il lo gli i di della nel nella suo sua
suoi non che het gebruiker heeft zijn een van niet
"""
_THIRD_PERSON = frozenset(_OF_THE_THIRD_PERSON.split())
_SUBJECTS_UNSPACED = re.compile(r"使用者|用戶|用户|ユーザー|사용자|[的の是はがをにで了在也有。、，]")


def says_no_more(text: str, claim: Claim, *others: str) -> bool:
    """Whether every word of `text` is in the claim, or is one that turns it into the third person.

    Args:
        text: What a model made of the claim.
        claim: What the user said.
        others: What else may be named: the sentence before, dates that were put for relative ones.
    """
    sources = folded(" ".join((claim.text, claim.quote, claim.about, *others)))
    bare = folded(_SUBJECTS_UNSPACED.sub("", text))
    if _UNSPACED.search(claim.text):
        return all(character in sources for character in bare if character.isalnum())
    said = _WORDS.findall(sources)
    return all(_is_said(word, said) for word in _WORDS.findall(bare))


def keeps_negation(text: str, claim: Claim) -> bool:
    """Whether `text` is negated where the claim is, and only there."""
    return bool(_NEGATION.search(text)) == bool(_NEGATION.search(claim.text))


_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|without|kein\w*|nicht|nie|ne|pas|jamais|nunca|não|nem|non|mai|geen|niet|нет|не)\b|n['’]t\b|[不沒没無未別别]|ない|ません",
    re.IGNORECASE,
)


def _is_said(word: str, said: list[str]) -> bool:
    if word in _THIRD_PERSON or word in said:
        return True
    if word.isdigit():
        return False
    # Another form of a word that was said: the same but for its ending.
    least = max(3, (2 * len(word) + 2) // 3)
    return any(other[:least] == word[:least] and abs(len(other) - len(word)) <= 4 for other in said if len(other) >= 3)
