"""A session that goes on from the middle of another: its first messages are copies."""

import json
import re
from itertools import count

import apsw

from memchat.core.errors import NotFound
from memchat.core.ids import new_id
from memchat.core.memories import ABOUT_USER
from memchat.store.history import record
from memchat.store.lookup import number_of
from memchat.store.session_states import session_target, snapshot
from memchat.store.sql import row, rows, run, value

_NUMBERED = re.compile(r" \(\d{1,2}\)$")

_COPIED = (
    "seq",
    "role",
    "status",
    "created_at",
    "tokens",
    "model",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cost",
    "finish_reason",
    "error",
    "tool_uses",
    "text",
    "reasoning",
    "off_record",
)


def fork(db: apsw.Connection, given: str, message_id: str, now: float) -> int:
    """Makes a session of another's messages up to one of them, with the rolling summary that held there.

    The copies keep their places. Recall does not find them as long as it finds what they are copies of, and nothing is
    learned from them anew.

    Args:
        db: A connection in a transaction.
        given: The other session's id, or the beginning of it.
        message_id: The last message that goes along.
        now: In seconds since 1970.

    Returns:
        The new session's number.

    Raises:
        NotFound: There is no such session, or no such message in it.
    """
    source = number_of(db, "sessions", given)
    place = value(db, "SELECT seq FROM messages WHERE session = ? AND id = ? AND active", source, message_id)
    if place is None:
        raise NotFound(
            f"This session has no message {message_id!r}.",
            "`memchat sessions show ID --json` lists its messages.",
            on_screen="Choose one of its messages, and press f there.",
        )
    fork_id = new_id("session")
    run(
        db,
        "INSERT INTO sessions (id, title, title_by, created_at, updated_at, last_seq, summarised_to, model, persona, "
        "incognito, learned_to, system_prompt, tags, forked_from_id, unfolded_to) "
        "SELECT ?, ?, title_by, ?, ?, ?, ?, model, persona, incognito, ?, system_prompt, tags, id, "
        "min(unfolded_to, ?) FROM sessions WHERE number = ?",
        fork_id,
        _title(db, source),
        now,
        now,
        place,
        place,
        place,
        place,
        source,
    )
    number = db.last_insert_rowid()
    _copy_messages(db, source, number, place)
    _copy_summary(db, source, number, fork_id, place)
    _note(db, session_target(fork_id), now)
    return number


def orphan(db: apsw.Connection, session: int) -> list[int]:
    """Makes originals of the oldest copies of a session's messages, because that session is about to go.

    Returns:
        Their numbers, to be indexed once it is gone.
    """
    found = rows(
        db,
        "SELECT m.id, min(c.number) FROM messages AS m JOIN messages AS c ON c.copy_of_id = m.id WHERE m.session = ? "
        "AND NOT m.unfound GROUP BY m.id",
        session,
    )
    heirs = list(found)
    for original, number in heirs:
        run(db, "UPDATE messages SET unfound = 0, copy_of_id = NULL WHERE number = ?", number)
        run(
            db,
            "UPDATE messages SET copy_of_id = (SELECT id FROM messages WHERE number = ?) WHERE copy_of_id = ?",
            number,
            original,
        )
    return [number for _, number in heirs]


def _title(db: apsw.Connection, source: int) -> str:
    """The other's title with a number that tells the two apart: `Trip to Kyoto (2)`."""
    title = str(value(db, "SELECT title FROM sessions WHERE number = ?", source))
    if not title:
        return ""
    first = _NUMBERED.sub("", title)
    taken = {each for (each,) in rows(db, "SELECT title FROM sessions WHERE instr(title, ?) = 1", first)}
    return next(each for each in (f"{first} ({number})" for number in count(2)) if each not in taken)


def _note(db: apsw.Connection, target: str, now: float) -> None:
    """Has the fork in the history; taking it back puts the session away as deleting it does."""
    state = json.loads(snapshot(db, target) or "{}")
    before = json.dumps(state | {"deleted_at": now}, ensure_ascii=False)
    record(db, target=target, action="fork", actor=ABOUT_USER, before=before, at=now, shows=False)


def _copy_messages(db: apsw.Connection, source: int, number: int, place: int) -> None:
    names: dict[str, str] = {}
    found = rows(
        db,
        "SELECT number, id, parent_id, copy_of_id FROM messages WHERE session = ? AND active AND seq <= ? ORDER BY seq",
        source,
        place,
    )
    for original, old_id, parent, copy_of in list(found):
        names[old_id] = new_id("message")
        run(
            db,
            f"INSERT INTO messages (id, session, parent_id, copy_of_id, unfound, {', '.join(_COPIED)}) "
            f"SELECT ?, ?, ?, ?, 1, {', '.join(_COPIED)} FROM messages WHERE number = ?",
            names[old_id],
            number,
            names.get(parent),
            copy_of or old_id,
            original,
        )
        run(
            db,
            "INSERT INTO kept_out (message, at) SELECT ?, at FROM kept_out WHERE message = ?",
            names[old_id],
            old_id,
        )
    run(db, "UPDATE sessions SET message_count = ? WHERE number = ?", len(names), number)


def _copy_summary(db: apsw.Connection, source: int, number: int, fork_id: str, place: int) -> None:
    """Takes over the newest version that covers nothing after the last message; versions before it stay behind."""
    version = value(db, "SELECT summary_id FROM sessions WHERE number = ?", source)
    while version is not None:
        found = row(db, "SELECT number, to_seq, previous_id FROM rolling_summaries WHERE id = ?", version)
        if found is None:
            return
        if found[1] <= place:
            taken = new_id("summary")
            run(
                db,
                "INSERT INTO rolling_summaries (id, session, text, from_seq, to_seq, tokens, created_at, model) "
                "SELECT ?, ?, text, from_seq, to_seq, tokens, created_at, model "
                "FROM rolling_summaries WHERE number = ?",
                taken,
                number,
                found[0],
            )
            run(db, "UPDATE sessions SET summary_id = ? WHERE id = ?", taken, fork_id)
            return
        version = found[2]
