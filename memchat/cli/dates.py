"""Dates as they are typed on the command line."""

from datetime import datetime, tzinfo
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


def day(moment: datetime, zone: tzinfo, *, ends: bool) -> str:
    """A moment as it is typed, in the user's time zone: where a day begins, the day; else the minute too.

    Args:
        moment: When something begins or ceases to hold.
        zone: Where the user's days begin and end.
        ends: Whether it ceases then, so that the day before is the last one.
    """
    from memchat.core.times import last_moment

    there = moment.astimezone(zone)
    if (there.hour, there.minute, there.second) != (0, 0, 0):
        return f"{there:%Y-%m-%d %H:%M}"
    return f"{last_moment(moment).astimezone(zone) if ends else there:%Y-%m-%d}"
