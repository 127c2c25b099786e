"""A line of names, one of them chosen."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from memchat.tui.text import one_line


class Tabs(Widget, can_focus=False):
    """`personal  work  book`; a click chooses one, and so do the keys of the screen that it is in."""

    names: reactive[tuple[str, ...]] = reactive(())
    chosen: reactive[str] = reactive("")

    class Chosen(Message):
        """The user wants the one called `name`."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def render(self) -> Content:
        shown = [
            Content.styled(one_line(name, 40), "$primary bold underline" if name == self.chosen else "$dim").stylize(
                Style.from_meta({"tab": name})
            )
            for name in self.names
        ]
        wide = Content("   ").join(shown)
        return wide if wide.cell_length <= self.content_size.width else Content("  ").join(shown)

    def on_click(self, event: events.Click) -> None:
        if name := event.style.meta.get("tab"):
            event.stop()
            self.post_message(self.Chosen(str(name)))
