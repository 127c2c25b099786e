"""A clock that a test turns."""

from datetime import UTC, datetime, timedelta


class StillClock:
    """Stands still until it is told to go on.

    Attributes:
        at: The moment that it tells.
    """

    def __init__(self, at: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def skip(self, **by: float) -> None:
        """Goes on by so many `days`, `minutes` and so on."""
        self.at += timedelta(**by)
