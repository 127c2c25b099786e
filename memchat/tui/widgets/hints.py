"""The bottom line: what the keys do here, taken from the bindings that hold where the focus is."""

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget


class Hints(Widget, can_focus=False):
    """`enter send · ctrl+j newline · …`; a click on one does it."""

    def __init__(self) -> None:
        super().__init__(id="hints")

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        hints: list[Content] = []
        room = self.size.width
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.show or not active.enabled or binding.action in seen:
                continue
            seen.add(binding.action)
            key = self.app.get_key_display(binding)
            hint = Content.assemble(
                Content.styled(key, Style(bold=True) + Style.from_meta({"key": binding.key})),
                " ",
                Content.styled(binding.description.lower(), Style.from_meta({"key": binding.key})),
            )
            room -= hint.cell_length + 3
            if room < -3:
                break
            hints.append(hint)
        return Content(" · ").join(hints)

    def on_click(self, event: events.Click) -> None:
        if key := event.style.meta.get("key"):
            self.app.simulate_key(str(key))
