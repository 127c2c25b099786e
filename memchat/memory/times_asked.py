"""What a message asks of time: which times it names, whether it is about the past, and whether it asks for more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Literal

from memchat.memory.dates import TimeSpan, asks_about_past, spans, without_past_words
from memchat.memory.queries import Query, folded, looked_at, query_of

Relation = Literal["before", "after", "during"]

_TALK_WORDS = """
talk talked talking discuss discussed discussing chat chatted chatting speak spoke spoken mention mentioned
conversation conversations topic topics session sessions happen happened going work working worked do doing done
anything everything something things thing stuff find recap summary summarize summarise
was wann wer wo woruber haben habe hatte hast ich wir uns du dir mir uber gesprochen geredet reden sprechen besprochen
gesprach gesprache gemacht getan passiert ist die der das den dem ein eine im es denn alles
quoi que qu est ce qui de dont avons nous avez ai je tu on vous parle parler discute discuter dit fait avais etait
quel quels quelle quelles sujets des les la le au
hablamos hablar hablado hablaste conversamos conversado discutimos dijimos dije hicimos hice paso sobre el los las en
cual cuales temas fue era hemos he falamos falar falado dissemos disse fizemos fiz nos eu em quais foi
cosa di che abbiamo parlato discusso detto fatto ho noi io cui il lo gli quali argomenti
waar hadden we het over gesproken besproken hebben ik wij jij mij gedaan gezegd
о чем что мы я ты говорили обсуждали разговаривали говорил сказал делал делали было происходило случилось
"""
_TALK = frozenset(folded(_TALK_WORDS).split())
_CJK_TALK = re.compile(
    "我們|我们|我|你|您|都|曾|討論|讨论|談論|谈论|談|谈|聊天|聊|說|说|提到|做|幹|干|發生|发生|什麼|什么|甚麼|哪些|關於|关于|事情|事"
    "|話題|话题|內容|内容|有|過|过|了|的|在|嗎|吗|呢|啊|那|這|这|是|和|跟|何|なに|話題|話し合い|話し合っ|話し|話|相談し|しました|した|まし"
    "|について|私たち|わたしたち|私|僕|俺|たち|あなた|ました|です|でした|ます|た|て|か|に|を|の|は|が|と|で|も|よ|ね"
    "|무슨|이야기|얘기|대화|우리|내가|나는|제가|했[가-힣]{1,3}|나눴[가-힣]{1,2}|무엇|뭐|뭘|에서|에|를|을|가|는|은|한|어떤"
    "|[\\W\\d_]"
)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_EVENT = r"(?P<event>(?:{own})\s[^,.;:?!]{{3,48}}?)(?=\s*(?:[,.;:?!]|$)|\s(?:{stop})\b)"
_RELATIONS: tuple[Relation, ...] = ("before", "after", "during")
_ANCHOR_WORDS = (
    (
        ("before|prior to", "after|since|following", "during|at the time of|on(?= my (?:trip|holiday|vacation))"),
        "my|our|the|his|her|their",
        "did|do|does|was|were|what|where|who|which|i|we",
    ),
    (("vor", "nach|seit", "während"), "meine[rmns]?|unsere[rmns]?|der|dem|des", "habe|haben|war|waren|wo|was|wann"),
    (("avant", "après|depuis", "pendant|lors de|durant"), "mon|ma|mes|notre|nos|le|la", "avons|ai|où|que|quoi"),
    (("antes de", "después de|desde", "durante"), "mi|mis|nuestr[oa]|el|la", "qué|dónde|que|de qué"),
    (("antes d[aeo]", "depois d[aeo]|após", "durante"), "minha|meu|nossa|nosso|o|a", "que|onde|o que"),
    (("prima d[ie]l{0,2}a?", "dopo", "durante"), "mio|mia|nostr[oa]|il|la", "cosa|dove|che"),
)
_ANCHORS = tuple(
    (relation, re.compile(rf"\b(?:{words})\s" + _EVENT.format(own=own, stop=stop), re.IGNORECASE))
    for table, own, stop in _ANCHOR_WORDS
    for relation, words in zip(_RELATIONS, table, strict=True)
)
_CJK_ANCHORS: tuple[tuple[Relation, re.Pattern[str]], ...] = (
    ("before", re.compile("(?:在)?(?P<event>我?(?:去|的|那)[^，。？?、]{2,12}?)(?:之前|以前|前)")),
    ("after", re.compile("(?:在)?(?P<event>我?(?:去|的|那)[^，。？?、]{2,12}?)(?:之後|之后|以後|以后|後|后)")),
    ("during", re.compile("(?:在)?(?P<event>我?(?:去|的|那)[^，。？?、]{2,12}?)(?:期間|期间|的時候|的时候|時|时)")),
    ("before", re.compile("(?P<event>[^、。？?はが]{2,12})の前")),
    ("after", re.compile("(?P<event>[^、。？?はが]{2,12})の(?:後|あと)")),
    ("during", re.compile("(?P<event>[^、。？?はが]{2,12})(?:中に|の間)")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A time that an event gives, as in "before my trip"; the event has to be found first."""

    relation: Relation
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesAsked:
    """What a message asks of time.

    Attributes:
        query: What is looked up, without the words that only tell the time.
        spans: The times that it names.
        past: Whether it asks how things were before.
        only: Whether it asks for nothing but what was said in a time, as "what did we discuss last month?" does.
        extra: Those of the query's terms that only name a time.
        anchor: The event that tells the time; none when there is none, or a time is named.
        message: The beginning of what was said, without what it refers to.
    """

    query: Query
    spans: tuple[TimeSpan, ...] = ()
    past: bool = False
    only: bool = False
    extra: frozenset[str] = frozenset()
    anchor: Anchor | None = None
    message: str = ""

    @property
    def anything(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.query.terms or self.spans)


def times_asked(message: str, now: datetime, zone: tzinfo | None, last: Sequence[str] = ()) -> TimesAsked:
    """What `message` asks of time, as seen from `now`.

    Args:
        message: The user's message.
        now: The present moment; "last month" is the one before it.
        zone: The user's time zone; none is this machine's.
        last: What was said just before it, oldest first.
    """
    read = looked_at(message)
    whole = query_of(message, last)
    found = tuple(spans(read, now, zone, prefer="past"))
    past = asks_about_past(read, now, zone)
    if not found:
        terms = (query_of(without_past_words(read), last).terms if past else ()) or whole.terms
        return TimesAsked(query=replace(whole, terms=terms), past=past, anchor=_anchor(read), message=read)
    rest = read
    for span in reversed(found):
        rest = f"{rest[: span.place[0]]} {'' if not span.named else span.words} {rest[span.place[1] :]}"
    bare = read
    for span in reversed(found):
        bare = f"{bare[: span.place[0]]} {bare[span.place[1] :]}"
    only = _says_nothing_else(bare) and not whole.follows
    # "What do I have on Friday?" may be about the last one or the coming one.
    coming = [span for span in spans(read, now, zone, prefer="future") if span not in found]
    terms = query_of(rest, last).terms or whole.terms
    extra = frozenset(terms) - frozenset(query_of(bare, last).terms)
    return TimesAsked(
        query=replace(whole, terms=terms),
        spans=(*found, *coming),
        past=past,
        only=only,
        extra=extra,
        message=read,
    )


def _says_nothing_else(rest: str) -> bool:
    if _CJK.search(rest):
        return not _CJK_TALK.sub("", rest).strip()
    return all(term in _TALK for term in query_of(rest).terms)


def _anchor(message: str) -> Anchor | None:
    for relation, pattern in (*_CJK_ANCHORS, *_ANCHORS) if _CJK.search(message) else _ANCHORS:
        if match := pattern.search(message):
            return Anchor(relation=relation, event=match["event"].strip())
    return None


def around_event(anchor: Anchor, event: Sequence[TimeSpan]) -> list[TimeSpan]:
    """The times before, after or during an event whose own times are known."""
    result: list[TimeSpan] = []
    for span in event:
        start, end = span.start, span.end
        match anchor.relation:
            case "before" if start is not None:
                start, end = None, start
            case "after" if end is not None:
                start, end = end, None
            case _:
                pass
        result.append(TimeSpan(start, end, anchor.event, "range"))
    return result
