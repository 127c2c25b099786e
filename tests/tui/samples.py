"""Values of the core to show."""

import json
from datetime import UTC, datetime, timedelta

from memchat.core.context import Block, ContextPlan, ItemKind, ItemSource, Layer, LeftOut, Recall, RecalledItem
from memchat.core.memories import Origin, ProfileField
from memchat.core.messages import Message, RollingSummary
from memchat.core.requests import SentRequest
from memchat.core.times import now
from memchat.core.why import Reason, ReasonKind, Why
from memchat.memory.context import wire

AT = datetime(2026, 3, 3, 21, 4, tzinfo=UTC)


def block(layer: str, role: str, content: str, tokens: int, ref: str | None = None) -> Block:
    return Block(role=role, content=content, tokens=tokens, layer=layer, ref=ref)  # type: ignore[arg-type]


def plan(messages: int = 8, *, window: int = 16_384, fold: int = 3, left_out: tuple[LeftOut, ...] = ()) -> ContextPlan:
    """A plan of `messages` in the buffer and the newest one."""
    said = [
        "I land in Kyoto on the 3rd, staying eight days near Sanjo.",
        "Then the Nozomi at 10:03 is the one to take: it arrives before noon and leaves time for the garden.",
        "京都の庭園で静かなところはありますか。人が少ない朝の時間に行きたいです。",
        "Supercalifragilisticexpialidocious" * 4,
    ]
    buffer = [
        block("buffer", "user" if index % 2 == 0 else "assistant", said[index % 4], 30 + 37 * index, f"m{index}")
        for index in range(messages)
    ]
    return ContextPlan(
        model="qwen2.5-1.5b",
        window=window,
        reserve=1024,
        mode="hybrid",
        blocks=(
            block("system", "system", "You are memchat.\nYou remember.", 212),
            block("profile", "system", "name: Alice\nlanguage: zh-TW", 64),
            block("sessions", "system", "Last time: planned the trip.", 180),
            block("summary", "system", "Planning eight days in Kyoto.", 240, "r1"),
            *buffer,
            block("recalled", "user", 'Saved "Murin-an" · likes small gardens', 145),
            block("user", "user", "What was that place with the garden?", 17, "mx"),
        ),
        recalled=recall().items,
        left_out=left_out,
        fold_next=tuple(f"m{index}" for index in range(min(fold, messages))),
    )


def request(of: ContextPlan, *, at: datetime | None = None, message: str = "") -> SentRequest:
    """The request that a plan becomes, with a tool."""
    messages = [{"role": each.role, "content": each.content} for each in wire(of)]
    tool = {"type": "function", "function": {"name": "remember", "description": "Save a fact", "parameters": {}}}
    body = {"model": of.model, "stream": True, "messages": messages, "tools": [tool]}
    return SentRequest(
        session_id="s1",
        message_id=message,
        round=0,
        at=at,
        url="http://127.0.0.1:8080/v1/chat/completions",
        keyed=True,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        plan=of,
    )


def left_out() -> tuple[LeftOut, ...]:
    return (
        LeftOut(layer="buffer", ref="m90", text="An old message", tokens=900, reason="The buffer is full."),
        LeftOut(layer="recalled", ref="f9", text="A far memory", tokens=80, reason="Over the recall limit."),
    )


def item(kind: ItemKind, text: str, score: float, *, days: int = 3, title: str = "Trip to Kyoto") -> RecalledItem:
    return RecalledItem(
        id=f"i{abs(hash((kind, text, score))) % 10_000_000}",
        kind=kind,
        text=text,
        score=score,
        parts={"words": round(score * 0.4, 3), "meaning": round(score * 0.5, 3), "recency": round(score * 0.1, 3)},
        tokens=24,
        source=ItemSource(
            session_id="s1", session_title=title, message_id="m7", role="user", at=now() - timedelta(days=days)
        ),
    )


def recall(*, words_only: str = "") -> Recall:
    return Recall(
        items=(
            item("message", 'Saved "Murin-an" with a note about the tea room', 0.82, days=261),
            item("fact", "Likes small gardens and quiet mornings", 0.61, days=20),
            item("profile", "preferred_language: 繁體中文", 0.44, days=2),
            item("episode", "Wanted a plan for Kyoto; booked the ryokan; pending: rail pass", 0.31, days=400),
        ),
        considered=31,
        milliseconds=18.4,
        words_only=words_only,
    )


def field(name: str, value: str, origin: Origin = "user", confidence: float = 1.0) -> ProfileField:
    return ProfileField(field=name, value=value, confidence=confidence, origin=origin, updated_at=AT)


def profile() -> tuple[ProfileField, ...]:
    return (
        field("name", "Alice"),
        field("preferred_language", "繁體中文 (zh-TW)"),
        field("occupation", "landscape architect", "assistant", 0.8),
        field("shoe_size", "38", "import"),
    )


def summary(text: str = "", *, id: str = "r1", to_seq: int = 24) -> RollingSummary:
    return RollingSummary(
        id=id,
        session_id="s1",
        text=text
        or "Planning eight days in Kyoto in April. Decided on a ryokan near Sanjo. Alice likes small gardens.",
        from_seq=1,
        to_seq=to_seq,
        tokens=60,
        created_at=AT,
    )


def why() -> Why:
    """What an answer with all of that rests on."""
    found = recall()
    present = now()
    reasons = [
        Reason(
            how="recalled",
            ref=each.id,
            text=each.text,
            tokens=each.tokens,
            layer="recalled",
            item=each,
            session_id="s1",
            message_id="m7",
            at=each.source.at,
            memory_id="f4k2" if each.kind in ("fact", "profile") else "",
            session_title=each.source.session_title,
        )
        for each in found.items
    ]
    shown: list[tuple[ReasonKind, Layer, str]] = [
        ("instruction", "system", "Answer in short sentences"),
        ("profile", "profile", "name: Alice"),
        ("pinned", "profile", "Is allergic to peanuts"),
        ("session", "sessions", "[3 March 2026, Trip to Kyoto] Planned eight days; 京都の庭園"),
        ("summary", "summary", "Planning eight days in Kyoto."),
    ]
    reasons += [
        Reason(how=how, ref=f"a{place}", text=text, tokens=12 + place, layer=layer, at=present, session_id="s1")
        for place, (how, layer, text) in enumerate(shown)
    ]
    near = item("message", "The garden shop near the river closes at six", 0.12)
    missed = Reason(
        how="missed", ref="x1", text=near.text, tokens=10, layer="recalled", item=near, missed="too weak: .12 of .15"
    )
    said = {"session_id": "s1", "seq": 1, "status": "complete", "created_at": present, "tokens": 9, "parent_id": None}
    return Why(
        question=Message(id="q1", role="user", text="What was that place with the garden?", **said),  # type: ignore[arg-type]
        answer=None,
        reasons=tuple(reasons),
        missed=(missed,),
        recall=found,
        request=request(plan(), at=present - timedelta(minutes=7), message="q1"),
    )
