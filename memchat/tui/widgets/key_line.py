"""The line of keys at the foot of a dialog, in the order of its bindings."""

from collections.abc import Iterator

from textual import actions, events
from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

_TALL = 20
"""Lines of a screen that has room for a second line of keys."""


def shown_keys(app: App[object], binding: Binding) -> str:
    """The keys of a binding as the user has them, written for the screen."""
    keymap = app._keymap  # noqa: SLF001 - Textual has no getter for it
    keys = keymap.get(binding.id, binding.key) if binding.id else binding.key
    shown = (app.get_key_display(Binding(key.strip(), binding.action)) for key in keys.split(","))
    return ", ".join(key.replace("^", "ctrl+").replace("⏎", "enter") for key in shown)


class KeyLine(Widget, can_focus=False):
    """`enter open  ctrl+d delete  esc close`; a click on one does it."""

    def __init__(self) -> None:
        super().__init__()
        self._most: dict[int, int] = {}

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.call_after_refresh(self.refresh, layout=True)

    def _changed(self, _: Screen[object]) -> None:
        self.refresh(layout=True)

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A second line where one is not enough and the screen is not too low for it.

        It keeps the second one, so that nothing above it jumps while a few keys come and go.
        """
        del container
        if viewport.height < _TALL:
            return 1
        self._most[width] = max(self._most.get(width, 1), len(self._lines(width)))
        return self._most[width]

    def _lines(self, width: int) -> list[Content]:
        """The keys, in as many lines as they need, two at most."""
        lines: list[list[Content]] = [[]]
        room = width
        for binding in self._shown():
            keys = shown_keys(self.app, binding).split(", ")[0]
            name = binding.action if "." in binding.action else f"screen.{binding.action}"
            action = Style.from_meta({"action": name})
            hint = Content.assemble(
                Content.styled(keys, "$footer-key-foreground").stylize(action),
                " ",
                Content.styled(binding.description.lower(), "$dim").stylize(action),
            )
            if lines[-1] and hint.cell_length > room:
                if len(lines) == 2:
                    break
                lines.append([])
                room = width
            room -= hint.cell_length + 2
            lines[-1].append(hint)
        return [Content("  ").join(line) for line in lines]

    async def on_click(self, event: events.Click) -> None:
        if action := event.style.meta.get("action"):
            event.stop()
            await self.run_action(str(action))

    def _shown(self) -> Iterator[Binding]:
        """The screen's own bindings that are shown, those of the class itself first."""
        seen: set[str] = set()
        for base in type(self.screen).__mro__:
            if not base.__module__.startswith("memchat."):
                continue
            for binding in base.__dict__.get("BINDINGS", ()):
                if not isinstance(binding, Binding) or not binding.show or binding.key in seen:
                    continue
                if self._enabled(binding.action):
                    seen.add(binding.key)
                    yield binding

    def _enabled(self, action: str) -> bool:
        if "." in action:
            return True
        _, name, parameters = actions.parse(action)
        return bool(self.screen.check_action(name, parameters))
