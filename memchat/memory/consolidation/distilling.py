"""What recurs over conversations becomes a proposal for the user; nobody said it in so many words."""

from collections.abc import Sequence
from typing import Any

from memchat.core.context import ItemKind
from memchat.core.memories import Source
from memchat.core.messages import SessionSummary
from memchat.memory.comparing import gist
from memchat.memory.consolidation.tools import Bench, numbered
from memchat.memory.queries import query_of, same_text
from memchat.memory.quoting import defused
from memchat.memory.voicing import as_asked_for
from memchat.store.decisions import Hold, NewMemory

RECURS = 3
"""In how many conversations a theme must show."""

_ALIKE = 0.5
_NEAR = 8
_MOST_SHOWN = 5
_LONGEST = 200
_QUOTE = 200
_KNOWN = 0.8

_EPISODES: tuple[ItemKind, ...] = ("episode",)
_MESSAGES: tuple[ItemKind, ...] = ("message",)

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"found": {"type": "boolean"}, "statement": {"type": "string"}},
    "required": ["found", "statement"],
    "additionalProperties": False,
}


async def recurring(summary: SessionSummary, bench: Bench) -> tuple[SessionSummary, ...]:
    """`summary` with those of other conversations on the same theme; empty when there are too few."""
    text = as_asked_for(summary.text)
    await bench.embed([text])
    vector = bench.vectors.get(text)
    if vector is None:
        return ()
    hits = await bench.store.index.by_meaning(vector, limit=_NEAR, kinds=_EPISODES)
    found = [summary]
    for hit in hits:
        if hit.ref != summary.session_id and hit.score >= _ALIKE:
            other = await bench.store.summaries.of_session(hit.ref)
            if other is not None:
                found.append(other)
    return tuple(found[:_MOST_SHOWN]) if len(found) >= RECURS else ()


async def distilled(episodes: Sequence[SessionSummary], bench: Bench) -> Hold | None:
    """A statement about the user that shows in all of `episodes`, pending; none when there is none, or it is known.

    Each of its words that carry meaning must have been said by the user in at least three of these conversations;
    those words are its sources.

    Raises:
        ModelError: The model failed.
    """
    notes = numbered(episode.text for episode in episodes)
    answer = await bench.ask("distil", notes, _SCHEMA, _problem)
    if answer is None or not answer["found"]:
        return None
    statement = defused(answer["statement"]).strip()
    sources = await _evidence(statement, episodes, bench)
    if len({source.session_id for source in sources}) < RECURS or await _known(statement, bench):
        return None
    return Hold(
        NewMemory(
            kind="fact",
            text=statement,
            confidence=0.5,
            origin="assistant",
            sources=sources,
            observed_at=max(episode.session_at for episode in episodes),
            reason=f"It shows in {len(sources)} conversations, and was never said in so many words.",
        )
    )


async def _evidence(statement: str, episodes: Sequence[SessionSummary], bench: Bench) -> tuple[Source, ...]:
    """For each conversation, the user's message that has the statement's words."""
    terms = query_of(statement).terms
    wanted = gist(statement).words
    found: list[Source] = []
    for episode in episodes:
        hits = await bench.store.index.by_words(terms, limit=_NEAR, kinds=_MESSAGES, session=episode.session_id)
        items = await bench.store.index.load([hit.key for hit in hits])
        for hit in hits:
            item = items.get(hit.key)
            if item is None or item.role != "user":
                continue
            if 2 * len(wanted & gist(item.text).words) >= len(wanted):
                found.append(
                    Source(session_id=episode.session_id, message_id=item.message_id, quote=item.text[:_QUOTE].strip())
                )
                break
    return tuple(found)


async def _known(statement: str, bench: Bench) -> bool:
    asked_for = as_asked_for(statement)
    await bench.embed([statement, asked_for])
    asked = await bench.store.memories.list(search="", status="pending")
    if any(same_text(memory.text) == same_text(statement) for memory in asked):
        return True
    near = await bench.store.memories.neighbours(
        bench.vectors.get(asked_for), query_of(statement).terms, subject="user", limit=4
    )
    await bench.embed(memory.text for memory in near)
    return any(bench.likeness(statement, memory.text) >= _KNOWN for memory in near)


def _problem(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("found"), bool):
        return "`found` must be true or false."
    statement = value.get("statement")
    if value["found"] and not (isinstance(statement, str) and 0 < len(statement.strip()) <= _LONGEST):
        return "`statement` must be one short sentence."
    return ""
