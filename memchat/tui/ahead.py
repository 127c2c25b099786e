"""Keys that are typed before there is an input to take them."""

from textual import events


class TypedAhead:
    """Keeps keys and pastes in the order in which they came."""

    def __init__(self) -> None:
        self.events: list[events.Key | events.Paste] = []

    @property
    def text(self) -> str:
        """What they would write, for an echo."""
        return "".join(
            event.text if isinstance(event, events.Paste) else event.character or ""
            for event in self.events
            if isinstance(event, events.Paste) or event.is_printable
        )
