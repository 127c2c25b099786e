"""What the panels ask of the screen that shows them; they change nothing themselves."""

from collections.abc import Sequence
from typing import Literal

from textual.message import Message

from memchat.core.context import RecalledItem


class ProfileSet(Message):
    """The user gave a profile field a value.

    Args:
        field: The field's name.
        value: What it is now, not empty.
        instead_of: The memory of the value that was written over; empty for none.
    """

    def __init__(self, field: str, value: str, instead_of: str = "") -> None:
        super().__init__()
        self.field = field
        self.value = value
        self.instead_of = instead_of


class ProfileUnset(Message):
    """The user took a value of a profile field away.

    Args:
        field: The field's name.
        value: The value; none for all that it has.
    """

    def __init__(self, field: str, value: str | None = None) -> None:
        super().__init__()
        self.field = field
        self.value = value


class SummaryEdited(Message):
    """The user rewrote the rolling summary."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class SummaryVersionsAsked(Message):
    """The user looks at what the rolling summary was; the panel wants its versions."""


class SummaryChanged(Message):
    """The user wants another version of the rolling summary to hold.

    Args:
        how: Fold the oldest half of the buffer now, take the last fold back, or let a version hold.
        version: That version's id, to revert to.
    """

    def __init__(self, how: Literal["fold", "unfold", "revert"], version: str = "") -> None:
        super().__init__()
        self.how = how
        self.version = version


class BufferDropped(Message):
    """The user takes messages out of the requests to come, or puts them back."""

    def __init__(self, message_ids: Sequence[str], *, out: bool) -> None:
        super().__init__()
        self.message_ids = message_ids
        self.out = out


RecalledAction = Literal["pin", "unpin", "mute", "unmute", "forget", "erase", "without", "browse"]
"""What can be done about a recalled item: have it in every request or not, not recall it in this session or again, take
it out of use, remove it for good, answer again without it, show it in the browser."""


class RecalledAsked(Message):
    """The user wants something done about a recalled item."""

    def __init__(self, item: RecalledItem, action: RecalledAction) -> None:
        super().__init__()
        self.item = item
        self.action = action


class RecalledOpened(Message):
    """The user asks why an item was recalled."""

    def __init__(self, item: RecalledItem) -> None:
        super().__init__()
        self.item = item


class BufferMessageOpened(Message):
    """The user asks for a message of the buffer; `message_id` is in the transcript or before it."""

    def __init__(self, message_id: str) -> None:
        super().__init__()
        self.message_id = message_id
