"""Which thing about somebody a memory tells: names of attributes, and which of them have one value at a time."""

import re

from memchat.memory.comparing import SAME_ATTRIBUTE
from memchat.memory.queries import folded, stem

_SYNONYMS = (
    ("location", "residence", "home", "city", "home city", "place of residence", "address", "lives in", "lives"),
    ("employer", "company", "workplace", "place of work", "works at"),
    ("occupation", "job", "profession", "role", "job title", "career", "works as"),
    ("preferred language", "answer language", "language of answers"),
    ("diet", "eating habit", "dietary restriction", "dietary preference"),
    ("communication style", "answer style", "response style"),
)
_ONE_VALUED = (
    "location",
    "employer",
    "occupation",
    "preferred language",
    "diet",
    "communication style",
    "age",
    "birthday",
    "name",
    "nickname",
    "pronouns",
    "timezone",
    "nationality",
    "height",
    "weight",
    "salary",
    "editor",
    "text editor",
    "browser",
    "operating system",
    "marital status",
    "relationship status",
    "native language",
    "phone number",
    "email",
)
_MANY_VALUED = (
    "pet",
    "dog",
    "cat",
    "hobby",
    "interest",
    "sport",
    "instrument",
    "allergy",
    "language",
    "skill",
    "child",
    "children",
    "sibling",
    "friend",
    "family",
    "likes",
    "dislikes",
    "food",
    "drink",
    "music",
    "book",
    "film",
    "goal",
    "goals",
    "project",
    "possession",
    "health",
    "travel",
)
_ONE_OF_ITS_KIND = re.compile(r"^(?:favou?rite|preferred|main|primary|default|current|native)\b")


def normal_attribute(name: str) -> str:
    """The name of an attribute as it is compared: in lower case, without endings, synonyms made one."""
    bare = re.sub(r"[\s_\-]+", " ", folded(name)).strip()
    bare = re.sub(r"^(?:the )?(?:user['’]?s? )?(?:current |present )?", "", bare)
    if bare in _MEANS:
        return _MEANS[bare]
    return " ".join(stem(word) for word in bare.split())


def same_attribute(first: str, second: str, similarity: float = 0.0) -> bool:
    """Whether two names mean one attribute; an empty one means none.

    Args:
        first: A name.
        second: Another.
        similarity: The cosine of their vectors, where it is known.
    """
    one, other = normal_attribute(first), normal_attribute(second)
    return bool(one and other) and (one == other or similarity >= SAME_ATTRIBUTE)


def one_valued(attribute: str) -> bool:
    """Whether an attribute is known to have one value at a time, so that a new value ends the old one."""
    bare = re.sub(r"[\s_\-]+", " ", folded(attribute)).strip()
    return bool(_ONE_OF_ITS_KIND.match(bare)) or normal_attribute(attribute) in _ONE


def many_valued(attribute: str) -> bool:
    """Whether an attribute is known to have several values at a time, so that a new one ends no other."""
    return normal_attribute(attribute) in _MANY


_MEANS = {folded(name): " ".join(map(stem, names[0].split())) for names in _SYNONYMS for name in names}
_ONE = frozenset(map(normal_attribute, _ONE_VALUED))
_MANY = frozenset(map(normal_attribute, _MANY_VALUED))


_TOLD_BY: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("location", r"\b(?:live|lives|living|reside|resides|moved|based) (?:in|to|at)\b|\bmy home is in\b|住在|搬到"),
        ("employer", r"\bwork(?:s|ing)? (?:at|for)\b|\bemployed (?:at|by)\b|\bmy employer\b|上班"),
        ("occupation", r"\bwork(?:s|ing)? as an?\b|\bmy (?:job|profession|occupation) is\b"),
        ("name", r"\bmy name is\b|\bcall me\b|\bi(?:['’]m| am) called\b|我叫|ich heiße"),
        ("age", r"\b\d{1,3} years old\b|\bmy age is\b|歲|岁"),
        ("birthday", r"\bbirthday\b|生日"),
        ("allergy", r"\ballerg(?:y|ic|ies)\b|過敏|过敏"),
        ("diet", r"\b(?:vegan|vegetarian|pescatarian|halal|kosher)\b|吃素"),
        ("timezone", r"\btime ?zone\b|時區|时区"),
        ("editor", r"\bmy (?:text |code )?editor\b"),
    )
)
_MY = re.compile(
    r"\b(?:my|the user['’]s) ((?:favou?rite|preferred|main|primary|default) [a-z]+(?: [a-z]+)?) (?:is|are)\b"
)


def attribute_of(text: str) -> str:
    """The attribute that a statement tells, by its words; empty where they do not say."""
    match = _MY.search(text.lower())
    if match is not None:
        return match[1]
    return next((name for name, pattern in _TOLD_BY if pattern.search(text)), "")
