"""Dates as they are typed on the command line."""

from datetime import datetime
from typing import TYPE_CHECKING

from memchat.cli.running import WrongUsage

if TYPE_CHECKING:
    from memchat.assistant import Assistant


async def moment(opened: "Assistant", typed: str, *, ends: bool) -> datetime:
    """The beginning of the time that was typed, or the end of it, in the user's time zone.

    Raises:
        WrongUsage: It is no time.
    """
    from memchat.core.times import now
    from memchat.memory.searching.times import moment_of
    from memchat.memory.zones import user_zone

    found = moment_of(typed, now(), await user_zone(opened.store), ends=ends)
    if found is None:
        raise WrongUsage(f"{typed!r} is no date.", "Write it as 2026-03-01, 2026-03 or yesterday.")
    return found
