"""The line of keys at the foot of a dialog, in the order of its bindings."""

from collections.abc import Iterator

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget


def shown_keys(app: App[object], binding: Binding) -> str:
    """The keys of a binding as the user has them, written for the screen."""
    keymap = app._keymap  # noqa: SLF001 - Textual has no getter for it
    keys = keymap.get(binding.id, binding.key) if binding.id else binding.key
    shown = (app.get_key_display(Binding(key.strip(), binding.action)) for key in keys.split(","))
    return ", ".join(key.replace("^", "ctrl+").replace("⏎", "enter") for key in shown)


class KeyLine(Widget, can_focus=False):
    """`enter open  ctrl+d delete  esc close`; a click on one does it."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        hints: list[Content] = []
        room = self.size.width
        for binding in self._shown():
            keys = shown_keys(self.app, binding).split(", ")[0]
            name = binding.action if "." in binding.action else f"screen.{binding.action}"
            action = Style.from_meta({"action": name})
            hint = Content.assemble(
                Content.styled(keys, "$footer-key-foreground").stylize(action),
                " ",
                Content.styled(binding.description.lower(), "$dim").stylize(action),
            )
            if hints and hint.cell_length > room:
                break
            room -= hint.cell_length + 2
            hints.append(hint)
        return Content("  ").join(hints)

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
                if isinstance(binding, Binding) and binding.show and binding.key not in seen:
                    seen.add(binding.key)
                    if self._enabled(binding.action):
                        yield binding

    def _enabled(self, action: str) -> bool:
        return "." in action or bool(self.screen.check_action(action.partition("(")[0], ()))
