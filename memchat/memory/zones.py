"""Where the user's days begin and end."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memchat.core.memories import ProfileField

if TYPE_CHECKING:
    from memchat.store import Store

TIMEZONE_FIELD = "timezone"
"""The profile field that names the user's time zone."""


class MachineZone(tzinfo):
    """This machine's time zone, with the summer time of each date and not only today's."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """The offset at that local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, moment: datetime | None, /) -> timedelta | None:
        """Not told apart from the offset."""
        del moment
        return None

    def tzname(self, moment: datetime | None, /) -> str | None:
        """Its name at that local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        """The local time of a moment in UTC."""
        return moment.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)


MACHINE = MachineZone()


def zone_named(name: str) -> tzinfo | None:
    """The time zone of an IANA name; none when there is no such."""
    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(profile: Iterable[ProfileField]) -> tzinfo:
    """The time zone that a profile names, else this machine's."""
    for item in profile:
        if item.field == TIMEZONE_FIELD and (zone := zone_named(item.value)):
            return zone
    return MACHINE


async def user_zone(store: "Store") -> tzinfo:
    """The time zone that the user's profile names, else this machine's."""
    return zone_of(await store.profile.list())
