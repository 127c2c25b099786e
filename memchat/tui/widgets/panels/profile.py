"""The profile's panel: what is always known about the user, edited in place."""

from collections.abc import Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from memchat.core.memories import Origin, ProfileField
from memchat.core.settings import DEFAULT_PROFILE
from memchat.tui.text import one_line
from memchat.tui.widgets.inline import InlineInput
from memchat.tui.widgets.panels.lines import Part
from memchat.tui.widgets.panels.messages import ProfileSet, ProfileUnset
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.panels.section import Section

_MARKS: dict[Origin, tuple[str, str]] = {
    "user": ("● you", "$success"),
    "assistant": ("◐ ai", "$primary"),
    "tool": ("◐ tool", "$primary"),
    "import": ("○ import", "$dim"),
    "file": ("○ file", "$dim"),
}


class ProfilePanel(Section):
    """Fields in the order of the settings, then any others; those without a value are dimmed."""

    TITLE = "Profile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "unset", "Unset", tooltip="Empty the profile field", id="profile.unset"),
    ]

    profile: var[tuple[ProfileField, ...]] = var(())
    fields: var[Mapping[str, str]] = var(DEFAULT_PROFILE)
    """The configured fields, name to description."""

    def __init__(self) -> None:
        super().__init__(Rows(empty="No profile fields are configured."), id="profile")
        self._input = InlineInput()

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._input

    def watch_profile(self) -> None:
        self._show()

    def watch_fields(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        assert isinstance(self.body, Rows)
        known = {field.field: field for field in self.profile}
        names = [*self.fields, *(name for name in known if name not in self.fields)]
        wide = self._wide(names)
        self.body.rows = tuple(self._row(name, wide, known.get(name)) for name in names)
        self.detail = f"{len(known)} of {len(names)} known"

    def _wide(self, names: list[str]) -> int:
        return min(22, max((len(name) for name in names), default=0) + 2)

    def _described(self, wide: int) -> bool:
        """Whether there is room to say of every field what it is for."""
        longest = max((cell_len(about) for about in self.fields.values()), default=0)
        return wide + longest + 2 <= self.body.size.width - self.body.gutter.width

    def _row(self, name: str, wide: int, field: ProfileField | None) -> Row:
        label: Part = (one_line(name.replace("_", " "), wide - 1).ljust(wide), "$dim")
        if field is None:
            about = one_line(self.fields.get(name, "")) if self._described(wide) else ""
            return Row(key=name, left=(label, (about, "italic $dim")), right=(("·", "$dim"),))
        mark, colour = _MARKS[field.origin]
        sure = f"{field.confidence:.0%} " if field.confidence < 1 else ""
        return Row(
            key=name,
            left=(label, (one_line(field.value), "$foreground")),
            right=((sure, "$dim"), (mark, colour)),
        )

    @on(Rows.Chosen)
    def _edit(self, event: Rows.Chosen) -> None:
        event.stop()
        assert isinstance(self.body, Rows)
        left = self._wide([row.key for row in self.body.rows]) + self.body.gutter.left
        self._input.begin(
            event.key,
            next((field.value for field in self.profile if field.field == event.key), ""),
            x=left,
            y=1 + self.body.cursor - self.body.scroll_offset.y,
            width=self.size.width - left - 1,
            placeholder=self.fields.get(event.key, ""),
        )

    @on(InlineInput.Ended)
    def _ended(self, event: InlineInput.Ended) -> None:
        event.stop()
        if event.focused:
            self.body.focus()
        held = next((field.value for field in self.profile if field.field == event.key), "")
        if event.value is None or event.value == held:
            return
        self.post_message(ProfileSet(event.key, event.value) if event.value else ProfileUnset(event.key))

    def action_unset(self) -> None:
        """Empties the field under the cursor."""
        assert isinstance(self.body, Rows)
        if any(field.field == self.body.key for field in self.profile):
            self.post_message(ProfileUnset(self.body.key))
