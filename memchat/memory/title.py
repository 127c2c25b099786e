"""A session's title, from its first exchange."""

import re
from typing import TYPE_CHECKING

from memchat.core.events import SessionChanged
from memchat.memory.quoting import one_line
from memchat.memory.summarising import Summariser, UnusableSummary, transcript

if TYPE_CHECKING:
    from memchat.store import Store

_LONGEST = 60
_LIMIT = 40
_MARKS = " \t#*_`'\"“”‘’«»「」"


async def make_title(store: "Store", summariser: Summariser, session_id: str) -> SessionChanged | None:
    """Names a session after its first exchange, unless the user or a model named it already.

    Returns:
        The renamed session; none when it keeps its title, as it does when the model finds no short one.

    Raises:
        ModelError: The call failed.
    """
    session = await store.sessions.get(session_id)
    if session.title_by != "default":
        return None
    first = [message for message in await store.messages.range(session_id, 1, 4) if message.text.strip()]
    if len(first) < 2:
        return None
    room = summariser.room("title", _LIMIT)
    each = max(16, min(300, room // 3))
    text = "\n\n".join(transcript([message], each, summariser.count)[: each * 6] for message in first[:2])
    try:
        reply = await summariser.write("title", f"<conversation>\n{text}\n</conversation>\n\nTitle:", limit=_LIMIT)
    except UnusableSummary:
        return None
    title = tidy_title(reply)
    if not title:
        return None
    return SessionChanged(await store.sessions.rename(session_id, title, by="model", as_of=summariser.as_of))


def tidy_title(reply: str) -> str:
    """A model's title in one line, without quotes, marks or a full stop; empty when it is a sentence, not a title."""
    line = one_line(reply.strip().split("\n")[0])
    line = line.strip(_MARKS)
    line = re.sub(r"^(?:title|titel|titre|título|標題|标题)\s*[:：]\s*", "", line, flags=re.IGNORECASE)
    line = line.strip(_MARKS).rstrip(".。").strip(_MARKS)
    return line if 1 < len(line) <= _LONGEST and len(line.split()) <= 9 else ""
