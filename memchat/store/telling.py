"""What the user is told of an erasure: each place that holds what goes."""

import json
from collections.abc import Collection, Iterator

import apsw

from memchat.core.erasure import Fate, Place
from memchat.core.times import from_unix
from memchat.store.doom import Doom
from memchat.store.lookup import number_of
from memchat.store.resting import Summary
from memchat.store.sources import own_sources, profile_target
from memchat.store.sql import row, rows, value
from memchat.store.traces import Trace

_SHOWN = 400


def told(db: apsw.Connection, doom: Doom) -> list[Place]:
    """What of `doom` goes as a whole, and what comes back."""
    places: list[Place] = []
    for name in sorted(doom.sessions):
        number = number_of(db, "sessions", name)
        title, messages = row(db, "SELECT title, message_count FROM sessions WHERE number = ?", number) or ("", 0)
        places.append(
            Place(
                id=f"sessions:{name}",
                kind="session",
                fate="removed",
                text=title,
                where=f"{messages} messages",
                ref=name,
            )
        )
    ends: tuple[tuple[Fate, frozenset[str]], ...] = (("removed", doom.memories), ("restored", doom.restored))
    for fate, ids in ends:
        for memory_id in sorted(ids):
            text, status = row(db, "SELECT text, status FROM memories WHERE id = ?", memory_id) or ("", "")
            places.append(
                Place(id=f"memories:{memory_id}", kind="memory", fate=fate, text=text, where=status, ref=memory_id)
            )
    for target in [*sorted(doom.memories), *(profile_target(each) for each in sorted(doom.fields))]:
        places += _told_past(db, target, doom.memories)
    return places


def _told_past(db: apsw.Connection, target: str, gone: Collection[str]) -> Iterator[Place]:
    present = value(db, "SELECT text FROM memories WHERE id = ?", target)
    wordings = dict.fromkeys(each for each in wordings_of(db, target) if each != present)
    for number, text in enumerate(wordings):
        yield Place(id=f"changes:{target}:{number}", kind="history", fate="removed", text=text, ref=target)
    for number, session, _, quote in own_sources(db, target, gone):
        if not quote:
            continue
        yield Place(
            id=f"sources:quote:{number}",
            kind="quote",
            fate="removed",
            text=shown(quote),
            where=session_name(db, value(db, "SELECT number FROM sessions WHERE id = ?", session)),
            ref=target,
        )
    turns = value(db, "SELECT count(*) FROM recalled_items WHERE ref = ? AND kind IN ('fact', 'profile')", target)
    if turns:
        yield Place(
            id=f"recalled_items:{target}",
            kind="recalled",
            fate="removed",
            text=present or "",
            where=f"{turns} turn{'' if turns == 1 else 's'}",
            ref=target,
        )


def wordings_of(db: apsw.Connection, target: str) -> list[str]:
    """What a memory or a profile field said in all of its history."""
    found: dict[str, None] = {}
    for states in rows(db, "SELECT before, after FROM changes WHERE target = ? ORDER BY number", target):
        for state in filter(None, states):
            known = json.loads(state)
            found.update(dict.fromkeys(str(known[each]) for each in ("text", "value") if known.get(each)))
    return list(found)


def told_summary(db: apsw.Connection, summary: Summary, *, again: bool) -> Place:
    return Place(
        id=f"{summary.table}:{summary.key}",
        kind="rolling_summary" if summary.rolling else "session_summary",
        fate="remade" if again else "removed",
        text=shown(summary.text),
        where=session_name(db, summary.session),
        ref=str(value(db, "SELECT id FROM sessions WHERE number = ?", summary.session)),
    )


def place(db: apsw.Connection, trace: Trace) -> Place:
    """What the user sees of a trace."""
    return Place(
        id=trace.id,
        kind=trace.column.kind,
        fate="cut",
        text=shown(trace.text, trace.words),
        words=trace.words,
        where=session_name(db, trace.session),
        ref=trace.ref,
    )


def shown(text: str, words: tuple[str, ...] = ()) -> str:
    """`text`, or the part of a long one around the first of `words`."""
    if len(text) <= _SHOWN:
        return text
    at = max(0, text.find(words[0]) - _SHOWN // 4) if words else 0
    return f"{'…' if at else ''}{text[at : at + _SHOWN]}{'…' if at + _SHOWN < len(text) else ''}"


def session_name(db: apsw.Connection, number: int | None) -> str:
    """A session's title and day; empty where there is none."""
    found = None if number is None else row(db, "SELECT title, created_at FROM sessions WHERE number = ?", number)
    if found is None:
        return ""
    day = from_unix(found[1])
    return f"{found[0]} ({day.day} {day:%B %Y})".strip()
