"""What the browser reads: all rows at once, and all about the one under the cursor."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from memchat.core.browsing import MemoryRow, Use
from memchat.core.errors import NotFound
from memchat.core.memories import Memory
from memchat.core.messages import RollingSummary, SessionSummary
from memchat.tui.screens.browser.detail import Known
from memchat.tui.screens.browser.sight import Catalogue

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_NAMED = 20
"""Sessions at most whose titles are read for one memory."""


async def catalogue(assistant: "Assistant") -> Catalogue:
    """Everything that is remembered, ready to be looked through.

    Raises:
        MemchatError: It cannot be read.
    """
    rows = await assistant.memories.rows()
    conflicts = await assistant.memories.conflicts()
    return await asyncio.to_thread(Catalogue, rows, conflicts)


async def known(assistant: "Assistant", row: MemoryRow, looked: Catalogue) -> Known:
    """All about a memory.

    Raises:
        NotFound: It is gone.
    """
    found = await about(assistant, await assistant.memories.get(row.id))
    return replace(found, conflict=looked.conflict_of(found.memory.id))


async def about(assistant: "Assistant", memory: Memory) -> Known:
    """All about a memory but what contradicts it."""
    history = await assistant.memories.history(f"profile:{memory.field}" if memory.field else memory.id)
    instead = await assistant.store.memories.by_ids([memory.superseded_by] if memory.superseded_by else [])
    titles, lost = await _titles(assistant, (source.session_id for source in memory.sources))
    return Known(
        memory=memory,
        history=tuple(history),
        uses=tuple(await _uses(assistant, memory.id)),
        instead=instead[0] if instead else None,
        before=tuple(await _before(assistant, memory)),
        titles=titles,
        lost=lost,
    )


async def made_of(assistant: "Assistant", row: MemoryRow) -> RollingSummary | SessionSummary | None:
    """What was made of a session, whole."""
    summaries = assistant.store.summaries
    return await (summaries.latest(row.id) if row.kind == "summary" else summaries.of_session(row.id))


async def _uses(assistant: "Assistant", id: str) -> list[Use]:
    try:
        return await assistant.memories.uses(id)
    except NotFound:
        return []


async def _before(assistant: "Assistant", memory: Memory) -> list[Memory]:
    memories = assistant.store.memories
    if memory.derived_from:
        return await memories.by_ids(memory.derived_from)
    past = await memories.past(memory.subject, memory.attribute) if memory.attribute else []
    return [each for each in past if each.superseded_by == memory.id]


async def _titles(assistant: "Assistant", ids: Iterable[str | None]) -> tuple[dict[str, str], dict[str, str]]:
    """The titles of sessions, and what became of those that cannot be gone to."""
    titles: dict[str, str] = {}
    lost: dict[str, str] = {}
    for each in list(dict.fromkeys(filter(None, ids)))[:_NAMED]:
        try:
            session = await assistant.session(each)
        except NotFound:
            lost[each] = "erased"
        else:
            titles[each] = session.title
            if session.deleted_at is not None:
                lost[each] = "deleted"
    return titles, lost
