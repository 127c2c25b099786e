"""Summaries that rest on what is to be erased."""

from collections.abc import Collection
from dataclasses import dataclass

import apsw

from memchat.store.items import drop_item
from memchat.store.sql import marks, rows, run, value
from memchat.store.traces import Cut


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary that holds words that go, or that was made from messages that did."""

    table: str
    key: int
    session: int
    text: str

    def drop(self, db: apsw.Connection) -> None:
        """Removes it, so that it is made again."""
        if self.rolling:
            run(
                db,
                "UPDATE sessions SET unfolded_to = 0, summary_id = (SELECT p.id FROM rolling_summaries AS r "
                "JOIN rolling_summaries AS p ON p.id = r.previous_id WHERE r.number = ?1) "
                "WHERE summary_id = (SELECT id FROM rolling_summaries WHERE number = ?1)",
                self.key,
            )
        run(db, f"DELETE FROM {self.table} WHERE {'number' if self.rolling else 'session'} = ?", self.key)
        if not self.rolling:
            drop_item(db, "episode", value(db, "SELECT id FROM sessions WHERE number = ?", self.session))
            run(db, "UPDATE sessions SET summarised_to = 0 WHERE number = ?", self.session)

    @property
    def rolling(self) -> bool:
        """Whether it is a version of the rolling summary."""
        return self.table == "rolling_summaries"


def summaries(db: apsw.Connection, cut: Cut, sources: Collection[str], changed: Collection[int]) -> list[Summary]:
    """The summaries that hold words that go, or that were made from messages that did.

    Args:
        db: A connection.
        cut: Cuts the words out.
        sources: Ids of the messages that what is erased rests on.
        changed: Numbers of the messages that were cut.
    """
    resting: dict[int, list[int]] = {}
    ids = list(sources)
    for column, wanted in (("id", ids), ("number", list(changed))):
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            query = f"SELECT session, seq FROM messages WHERE {column} IN ({marks(len(part))})"
            for session, seq in rows(db, query, *part):
                resting.setdefault(session, []).append(seq)
    found: list[Summary] = []
    for number, session, from_seq, to_seq, text in rows(
        db, "SELECT number, session, from_seq, to_seq, text FROM rolling_summaries ORDER BY number"
    ):
        if any(from_seq <= seq <= to_seq for seq in resting.get(session, ())) or cut(text, ""):
            found.append(Summary("rolling_summaries", number, session, text))
    for session, to_seq, text in rows(db, "SELECT session, to_seq, text FROM session_summaries ORDER BY session"):
        if any(seq <= to_seq for seq in resting.get(session, ())) or cut(text, ""):
            found.append(Summary("session_summaries", session, session, text))
    return found
