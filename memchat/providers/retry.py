"""When a failed call is made again, and after how long."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

RETRIED_STATUSES = frozenset({408, 409, 429, *range(500, 600)}) - {501, 505}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait between attempts.

    Attributes:
        first: Seconds before the second attempt; doubled before each further one.
        most: Seconds that a wait grows to.
        jitter: The share by which a wait is made shorter or longer by chance, from 0 to 1.
        patience: The longest Retry-After that is waited for, in seconds; a longer one ends the attempts.
    """

    first: float = 0.5
    most: float = 8.0
    jitter: float = 0.25
    patience: float = 90.0

    def wait(self, attempt: int, retry_after: float | None = None) -> float | None:
        """Seconds to wait after failed attempt number `attempt`, counted from 1; none when it is no use.

        Args:
            retry_after: What the server asked for, in seconds.
        """
        if retry_after is not None:
            return retry_after if retry_after <= self.patience else None
        grown = min(self.most, self.first * 2.0 ** min(attempt - 1, 30))
        return grown * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 no secret depends on it


def retry_after(headers: Mapping[str, str], present: datetime | None = None) -> float | None:
    """Seconds that the Retry-After header asks for, given as seconds or as an HTTP date; none without a usable one."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (present or datetime.now(UTC))).total_seconds())


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return max(0.0, value) if isfinite(value) else None
