"""What learning cost, apart from what chat cost."""

from datetime import date

import apsw

from memchat.store.database import Database
from memchat.store.sql import rows, run
from memchat.store.values import UsageTotal


class LearningUsage:
    """The book of one database, by day, model and kind of work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, day: date, model: str, kind: str, prompt_tokens: int, completion_tokens: int) -> None:
        """Books one call.

        Args:
            day: When it was made, as the user counts days.
            model: Which model answered.
            kind: The kind of job that it was made for.
            prompt_tokens: What went in, as the server counted it.
            completion_tokens: What came out.
        """
        await self._database.write(
            run,
            "INSERT INTO learning_usage (day, model, kind, calls, prompt_tokens, completion_tokens) "
            "VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + 1, "
            "prompt_tokens = prompt_tokens + excluded.prompt_tokens, "
            "completion_tokens = completion_tokens + excluded.completion_tokens",
            date(day.year, day.month, day.day).isoformat(),
            model,
            kind,
            prompt_tokens,
            completion_tokens,
        )

    async def totals(self) -> list[UsageTotal]:
        """All that is booked, the newest day first."""
        return await self._database.read(_totals)


def _totals(db: apsw.Connection) -> list[UsageTotal]:
    found = rows(
        db,
        "SELECT day, model, kind, calls, prompt_tokens, completion_tokens FROM learning_usage "
        "ORDER BY day DESC, model, kind",
    )
    return [
        UsageTotal(
            day=date.fromisoformat(day),
            model=model,
            kind=kind,
            calls=calls,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
        )
        for day, model, kind, calls, prompt_tokens, completion_tokens in found
    ]
