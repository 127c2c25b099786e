"""What the panels ask of the screen that shows them; they change nothing themselves."""

from textual.message import Message

from memchat.core.context import RecalledItem


class ProfileSet(Message):
    """The user gave a profile field a value.

    Args:
        field: The field's name.
        value: What it is now, not empty.
    """

    def __init__(self, field: str, value: str) -> None:
        super().__init__()
        self.field = field
        self.value = value


class ProfileUnset(Message):
    """The user emptied a profile field."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field


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
