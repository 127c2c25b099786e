"""The user's own sentences in a message: without code, quotations, and what was pasted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from memchat.memory.languages import Language

LONGEST = 400
"""Characters of a sentence at most; what is longer is no sentence that someone typed."""

_MOST_READ = 8_000
_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_QUOTED = re.compile(
    r"“[^”]{12,2000}”|„[^“”]{12,2000}[“”]|«[^»]{12,2000}»|「[^」]{6,2000}」|『[^』]{6,2000}』"
    r"|(?<![\w])\"[^\"]{12,2000}\"(?!\w)|(?<!\w)'(?=[A-Z¿¡])[^'\n]{12,400}[.!?,]'(?!\w)"
)
_INLINE_CODE = re.compile(r"`[^`\n]{1,200}`")
_ELEMENT = re.compile(r"<(\w+)[^<>]*>.{0,8000}?(?:</\1>|\Z)", re.DOTALL)
_SEPARATOR = re.compile(r"^\s*(?:[-=_*#~<>]{3,}.*|\[/?\w+\])\s*$")
_FOREIGN_LINE = re.compile(
    r"""
    ^\s*(?:
      [>|]                                                                     # quotation, table
      | (?:from|to|subject|date|cc|sent|re|fwd|von|an|betreff|de|para|asunto|objet|寄件者|主旨|件名)\s*:
      | (?:system|assistant|user|human|ai|bot|developer|tool|instructions?)\s*[:：\]>]
      | \#{1,6}\s | \[(?:INST|SYS|system|assistant|user)\b | <\W?\w+ | \w+@[\w.]+\b[^a-z]*[$\#] | \$\s
      | (?-i:(?:def|class|import|from\ \w+\ import|function|const|var|public|private|return)\s.*[({;:=]
        |let\s+\w+\s*=|(?:SELECT|INSERT|UPDATE)\s.*[({;:=]|if\s*\(|for\s*\(|\#include\b)
      | Traceback | File\ " | \s*at\ [\w.$]+\( | \d{4}-\d\d-\d\d[T ]\d\d:\d\d | \[?\d\d:\d\d:\d\d | (?:ERROR
        |WARN|INFO|DEBUG)\b
      | [{}\[\]();]+\s*$ | .*[{;]\s*$ | "[\w\-]+"\s*:
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LETTER = re.compile(
    r"^[ \t]*(?:dear|hello|hi|hallo|hola|bonjour|sehr geehrte\w*|liebe[rs]?|chère?|estimad[oa]s?|querid[oa]s?"
    r"|prezad[oa]s?|gentile"
    r"|親愛的|尊敬的|拝啓)\b[^\n.!?]{1,60},?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNED = re.compile(
    r"^[ \t]*(?:(?:best|kind|warm)? ?regards|sincerely|yours|cheers|mit freundlichen|viele grüße|cordialement"
    r"|saludos|atentamente"
    r"|atenciosamente|敬具|此致)\b.{0,30}$",
    re.IGNORECASE | re.MULTILINE,
)
_END = re.compile(
    r"(?<!\b[A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bMrs)(?<!\be\.g)(?<!\bi\.e)(?<!\bz\.B)(?<!\bNr)(?<!\bno)(?<!\bSra)"
    r"(?<![\s(]\d)(?<!\bvs)[.!?]+[\"'”’»)]*(?=\s|$)|[。！？!?]+[」』”]?|\n+|(?<=\w)[…]+(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the user's own, as it stands in the message; `asks` by its mark."""

    text: str
    asks: bool


def own_text(message: str, language: Language) -> str:
    """`message` with spaces for all that is not the user's own words: every character stays in its place."""
    text = message[:_MOST_READ]
    for pattern in (_FENCE, _ELEMENT, _QUOTED, _INLINE_CODE):
        text = pattern.sub(_blank, text)
    if presented := language.presents.search(text):
        # What follows on the same line and after is somebody's text; so is all of a letter.
        text = text[: presented.end()] + _blanked(text[presented.end() :])
    if _LETTER.search(text) and _SIGNED.search(text):
        return _blanked(text)
    lines = text.split("\n")
    foreign = [bool(_FOREIGN_LINE.match(line.rstrip()[:LONGEST])) for line in lines]
    first_rule = next((at for at, line in enumerate(lines) if _SEPARATOR.match(line)), len(lines))
    kept = [
        _blanked(line) if strange or at >= first_rule else line
        for at, (line, strange) in enumerate(zip(lines, foreign, strict=True))
    ]
    paragraphs = "\n".join(kept)
    if sum(foreign) >= 3:
        # Among lines of code, logs or mail headers the others are of them too.
        head = text.split("\n\n", 1)[0]
        return head + _blanked(paragraphs[len(head) :]) if not any(foreign[: head.count("\n") + 1]) else _blanked(text)
    return paragraphs


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of `text`, without the space around them."""
    start = 0
    for end in [*(match.span() for match in _END.finditer(text)), (len(text), len(text))]:
        raw = text[start : end[0]]
        mark = text[end[0] : end[1]]
        start = end[1]
        sentence = raw.strip(" \t\r\n-*•–—")
        if 1 < len(sentence) <= LONGEST:
            yield Sentence(sentence, any(sign in mark for sign in "?？"))


def _blank(match: re.Match[str]) -> str:
    return _blanked(match.group())


def _blanked(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
