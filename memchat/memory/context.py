"""The request of one turn: laid out by layer, within the window, with what was left out and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memchat.core.chat import ChatMessage
from memchat.core.context import Block, ContextPlan, Layer, LeftOut, Recall, RecalledItem, Shown
from memchat.core.errors import MessageTooLong
from memchat.core.kinds import WorkingMode
from memchat.core.messages import Message, RollingSummary
from memchat.core.settings import MemorySettings
from memchat.memory.budget import (
    INSTRUCTIONS_SHARE,
    NEWS_SHARE,
    OVERHEAD,
    PRIMING,
    SHARES,
    Frame,
    Meter,
    effective_reserve,
)
from memchat.memory.buffer import Room, kept_out, lay_buffer
from memchat.memory.clipping import clip
from memchat.memory.layout import (
    INSTRUCTIONS_HEADING,
    NEWS_HEADING,
    PROFILE_HEADING,
    RECALLED_END,
    SESSIONS_HEADING,
    SUMMARY_HEADING,
    Entry,
    recalled_entry,
    recalled_heading,
)
from memchat.memory.prefix import Frozen
from memchat.memory.quoting import defused
from memchat.memory.working import fold_count, summarises
from memchat.store.values import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextInputs:
    """Everything that a request is made of.

    Attributes:
        window: What the model reads at most, in its tokens, the reply included.
        reserve: Tokens to keep free for the reply; at most a quarter of the window is kept.
        system: The system prompt, without a clock in it.
        frozen: What stands before the conversation and stays the same.
        news: What became known about the user since it was frozen.
        instructions_left: Standing instructions beyond those that may go in.
        buffer: The newest messages that are not folded, oldest first; the user's newest may be among them.
        buffer_omitted: What is not folded and not in `buffer` either; none when that is nothing.
        user_text: The newest message; empty for what the next request holds so far.
        user_ref: Its id, once it is saved.
        now: The present moment in the user's time zone; dates are shown in that zone.
        memory_on: Whether anything but the session's own messages goes in.
        token_scale: The model's tokens by o200k_base token.
        tool_tokens: What the tools that go along take, in the model's tokens.
    """

    model: str
    window: int
    reserve: int
    mode: WorkingMode
    settings: MemorySettings
    system: str
    frozen: Frozen
    rolling_summary: RollingSummary | None
    buffer: Sequence[Message]
    recall: Recall | None
    user_text: str
    user_ref: str | None
    now: datetime
    memory_on: bool = True
    buffer_omitted: Span | None = None
    news: Sequence[Entry] = ()
    instructions_left: Sequence[Entry] = ()
    token_scale: float = 1.0
    tool_tokens: int = 0


def assemble(inputs: ContextInputs, count: Callable[[str], int]) -> ContextPlan:
    """Lays out the request: system, instructions, profile, sessions, summary, buffer, user's message, recalled.

    Everything before the recalled block is the same, byte for byte, in the next turn's request, as long as nothing was
    folded, edited or left out for want of room.

    Args:
        inputs: What the request is made of.
        count: Length of a text in o200k_base tokens.

    Raises:
        MessageTooLong: The newest message does not fit beside the system prompt; it is never cut.
    """
    meter = Meter(count, inputs.token_scale)
    reserve = effective_reserve(inputs.window, inputs.reserve)
    budget = inputs.window - reserve - PRIMING - inputs.tool_tokens
    system = [meter.block("system", inputs.system.strip(), "system")] if inputs.system.strip() else []
    free = budget - sum(block.tokens for block in system)
    user: list[Block] = []
    if inputs.user_text.strip():
        user = [meter.block("user", inputs.user_text, "user", inputs.user_ref)]
        if user[0].tokens > free:
            raise MessageTooLong(user[0].tokens, max(0, free))
        free -= user[0].tokens
    said = [message for message in inputs.buffer if message.text.strip() and message.id != inputs.user_ref]
    messages = [message for message in said if not message.kept_out]
    kept_free = min(sum(meter.scaled(message.tokens) + OVERHEAD for message in messages[-2:]), max(0, free) // 4)
    layers = _Layers(inputs, meter, max(0, budget), max(0, free) - kept_free)
    instructions = layers.instructions()
    profile = layers.profile()
    summary = layers.summary()
    fresh = layers.news() if user else []
    recalled, items = layers.recalled() if user else ([], ())
    sessions = layers.sessions()
    now = layers.room + kept_free
    asides = sum(block.tokens for block in (*instructions, *profile, *summary, *sessions))
    typical_user = max(sum(block.tokens for block in user), budget // 10)
    steady = budget - sum(block.tokens for block in system) - asides - typical_user - int(budget * SHARES["recalled"])
    keep = inputs.settings.window_messages if inputs.mode == "window" else None
    laid = lay_buffer(messages, keep, meter, Room(now=now, steady=min(now, steady)))
    stable = (*system, *instructions, *profile, *sessions, *summary)
    blocks = (*stable, *laid.blocks, *user, *fresh, *recalled)
    folds = messages[: fold_count(messages, inputs.settings, inputs.window)] if summarises(inputs.mode) else []
    return ContextPlan(
        model=inputs.model,
        window=inputs.window,
        reserve=reserve,
        mode=inputs.mode,
        blocks=blocks,
        recalled=items,
        left_out=(*layers.left_out, *_omitted(inputs.buffer_omitted, meter), *kept_out(said, meter), *laid.left_out),
        fold_next=tuple(message.id for message in folds),
        shown=tuple(layers.shown),
    )


def wire(plan: ContextPlan) -> tuple[ChatMessage, ...]:
    """The messages of a plan as they are sent.

    Neighbouring blocks of one role are one message, parted by a blank line; blank blocks are skipped. So there is at
    most one system message, at the start, and after it user and assistant alternate.
    """
    joined: list[tuple[Block, list[str]]] = []
    for block in plan.blocks:
        if not block.content.strip():
            continue
        if joined and joined[-1][0].role == block.role:
            joined[-1][1].append(block.content)
        else:
            joined.append((block, [block.content]))
    return tuple(ChatMessage(role=first.role, content="\n\n".join(texts)) for first, texts in joined)


def _omitted(span: Span | None, meter: Meter) -> list[LeftOut]:
    if span is None or span.count == 0:
        return []
    tokens = meter.scaled(span.tokens) + OVERHEAD * span.count
    text = f"{span.count:,} earlier messages"
    return [LeftOut(layer="buffer", ref=None, text=text, tokens=tokens, reason="older than what the window can hold")]


class _Layers:
    """Fills the capped layers one after the other from one room of tokens."""

    def __init__(self, inputs: ContextInputs, meter: Meter, budget: int, room: int) -> None:
        self._inputs = inputs
        self._meter = meter
        self._caps = {layer: int(budget * share) for layer, share in SHARES.items()}
        self._caps["system"] = int(budget * INSTRUCTIONS_SHARE)
        self._news_cap = int(budget * NEWS_SHARE)
        self.room = room
        self.left_out: list[LeftOut] = []
        self.shown: list[Shown] = []

    def instructions(self) -> list[Block]:
        """The user's standing instructions; where not all fit, the newest."""
        if not self._inputs.memory_on:
            return []
        shown = self._inputs.frozen.instructions
        blocks = self._fill(Frame(role="system", layer="system", heading=INSTRUCTIONS_HEADING), shown[::-1], shown)[0]
        limit = self._inputs.settings.instructions
        for entry in self._inputs.instructions_left:
            tokens, reason = self._meter.text(entry.text), f"memory.instructions allows {limit}"
            self.left_out.append(LeftOut(layer="system", ref=entry.ref, text=entry.text, tokens=tokens, reason=reason))
        return blocks

    def profile(self) -> list[Block]:
        if not self._inputs.memory_on:
            return []
        entries = self._inputs.frozen.profile
        return self._fill(Frame(role="system", layer="profile", heading=PROFILE_HEADING), entries, entries)[0]

    def sessions(self) -> list[Block]:
        if not self._inputs.memory_on:
            return []
        shown = self._inputs.frozen.sessions
        return self._fill(Frame(role="system", layer="sessions", heading=SESSIONS_HEADING), shown[::-1], shown)[0]

    def summary(self) -> list[Block]:
        found = self._inputs.rolling_summary
        if found is None or not summarises(self._inputs.mode) or not found.text.strip():
            return []
        text = defused(found.text).strip()
        limit = min(self._caps["summary"], self.room)
        block = self._meter.block("system", f"{SUMMARY_HEADING}\n{text}", "summary", found.id)
        if block.tokens > limit:
            fixed = self._meter.text(SUMMARY_HEADING) + OVERHEAD + 2
            head, rest = clip(text, max(0, limit - fixed), self._meter.text)
            self._leave("summary", Entry(rest, found.id), limit)
            if not head.strip():
                return []
            block = self._meter.block("system", f"{SUMMARY_HEADING}\n{head.strip()}", "summary", found.id)
            if block.tokens > limit:
                self._leave("summary", Entry(head, found.id), limit)
                return []
        self.room -= block.tokens
        self.shown.append(Shown("summary", found.id, block.content.removeprefix(f"{SUMMARY_HEADING}\n"), block.tokens))
        return [block]

    def news(self) -> list[Block]:
        """What became known since the stable part was frozen; it takes its room from what is recalled."""
        if not self._inputs.memory_on or not self._inputs.news:
            return []
        whole, self._caps["recalled"] = self._caps["recalled"], self._news_cap
        frame = Frame(role="user", layer="recalled", heading=NEWS_HEADING)
        blocks = self._fill(frame, self._inputs.news[::-1], self._inputs.news)[0]
        self._caps["recalled"] = whole - sum(block.tokens for block in blocks)
        return blocks

    def recalled(self) -> tuple[list[Block], tuple[RecalledItem, ...]]:
        recall = self._inputs.recall
        if not self._inputs.memory_on or recall is None or not recall.items:
            return [], ()
        zone = self._inputs.now.tzinfo
        pairs = [(item, recalled_entry(item, zone)) for item in recall.items]
        by_time = [entry for _, entry in sorted(pairs, key=lambda pair: (pair[0].source.at, pair[0].id))]
        heading = recalled_heading(self._inputs.now)
        frame = Frame(role="user", layer="recalled", heading=heading, end=RECALLED_END)
        self._caps["recalled"] = min(self._caps["recalled"], self._inputs.settings.recall_tokens)
        blocks, kept = self._fill(frame, [entry for _, entry in pairs], by_time)
        items = tuple(replace(item, tokens=self._meter.text(entry.text)) for item, entry in pairs if entry in kept)
        return blocks, items

    def _fill(
        self, frame: Frame, entries: Sequence[Entry], shown: Sequence[Entry]
    ) -> tuple[list[Block], Sequence[Entry]]:
        if not entries:
            return [], ()
        limit = min(self._caps[frame.layer], self.room)
        fitted = self._meter.fitting(frame, entries, shown, limit)
        for entry in fitted.dropped:
            self._leave(frame.layer, entry, limit)
        if fitted.block is None:
            return [], ()
        self.room -= fitted.block.tokens
        if frame.heading == NEWS_HEADING or frame.layer != "recalled":
            kept = [entry for entry in shown if entry in fitted.kept and entry.ref]
            measured = self._meter.text
            self.shown += [Shown(frame.layer, entry.ref or "", entry.text, measured(entry.text)) for entry in kept]
        return [fitted.block], fitted.kept

    def _leave(self, layer: Layer, entry: Entry, limit: int) -> None:
        tokens = self._meter.text(entry.text)
        reason = f"does not fit: {limit:,} tokens are left for this layer"
        self.left_out.append(LeftOut(layer=layer, ref=entry.ref, text=entry.text, tokens=tokens, reason=reason))
