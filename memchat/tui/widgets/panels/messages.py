"""What the panels ask of the screen that shows them; they change nothing themselves."""

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
