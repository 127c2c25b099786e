"""The profile's panel: what is always known about the user, edited in place."""

from collections.abc import Mapping
from typing import ClassVar, TypedDict

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from memchat.core.memories import Origin, ProfileField
from memchat.core.settings import DEFAULT_PROFILE
from memchat.tui.text import one_line
from memchat.tui.widgets.inline import FieldInput, InlineInput
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

_NONE = "No profile fields are configured."
_UNREAD = "Incognito: the profile is not read here."


class _Place(TypedDict):
    """Where the box is laid, in cells of the panel."""

    x: int
    y: int
    width: int


class ProfilePanel(Section):
    """Fields in the order of the settings, then any others; those without a value are dimmed."""

    TITLE = "Profile"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "unset", "Unset", tooltip="Empty the profile field", id="profile.unset"),
    ]

    profile: var[tuple[ProfileField, ...]] = var(())
    fields: var[Mapping[str, str]] = var(DEFAULT_PROFILE)
    """The configured fields, name to description."""
    unread: var[bool] = var(default=False)
    """Whether the session does not read it."""

    def __init__(self) -> None:
        super().__init__(Rows(empty=_NONE), id="profile")
        self._input = FieldInput()

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._input

    def watch_profile(self) -> None:
        self._show()

    def watch_fields(self) -> None:
        self._show()

    def watch_unread(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        assert isinstance(self.body, Rows)
        names = [] if self.unread else self._names()
        self.body.empty = _UNREAD if self.unread else _NONE
        self.body.rows = tuple(row for name in names for row in self._rows(name))
        self.detail = f"{len({field.field for field in self.profile})} of {len(names)} known" if names else ""
        if self._input.editing:
            self._place_input()

    def _names(self) -> list[str]:
        return list(dict.fromkeys([*self.fields, *(field.field for field in self.profile)]))

    def _wide(self) -> int:
        return min(22, max((len(name) for name in self._names()), default=0) + 2)

    def _described(self, wide: int) -> bool:
        """Whether there is room to say of every field what it is for."""
        longest = max((cell_len(about) for about in self.fields.values()), default=0)
        return wide + longest + 2 <= self.body.size.width - self.body.gutter.width

    def _rows(self, name: str) -> list[Row]:
        """A row for each value of a field; the first has the field's name as its key."""
        wide = self._wide()
        label: Part = (one_line(name.replace("_", " "), wide - 1).ljust(wide), "$dim")
        values = [field for field in self.profile if field.field == name]
        if not values:
            about = one_line(self.fields.get(name, "")) if self._described(wide) else ""
            return [Row(key=name, left=(label, (about, "italic $dim")), right=(("·", "$dim"),))]
        rows = [self._row(name, label, values[0])]
        return rows + [self._row(f"{name}:{each.memory_id}", (" " * wide, "$dim"), each) for each in values[1:]]

    def _row(self, key: str, label: Part, field: ProfileField) -> Row:
        mark, colour = _MARKS[field.origin]
        sure = f"{field.confidence:.0%} " if field.confidence < 1 else ""
        return Row(
            key=key,
            left=(label, (one_line(field.value), "$foreground")),
            right=((sure, "$dim"), (mark, colour)),
            actions=(("edit", "edit"), ("unset", "unset")),
        )

    def _held(self, key: str | None) -> ProfileField | None:
        """The value that the row of that key shows."""
        name, _, memory_id = (key or "").partition(":")
        of_field = [field for field in self.profile if field.field == name]
        return next((field for field in of_field if not memory_id or field.memory_id == memory_id), None)

    @on(Rows.Chosen)
    def _edit(self, event: Rows.Chosen) -> None:
        event.stop()
        self._begin(event.key)

    @on(Rows.Acted)
    def _acted(self, event: Rows.Acted) -> None:
        event.stop()
        if event.name == "edit":
            self._begin(event.key)
        elif held := self._held(event.key):
            self.post_message(ProfileUnset(held.field, held.value))

    def _begin(self, key: str) -> None:
        assert isinstance(self.body, Rows)
        self.body.cursor = next((place for place, row in enumerate(self.body.rows) if row.key == key), -1)
        held = self._held(key)
        about = self.fields.get(key.partition(":")[0], "")
        self._input.begin(key, held.value if held else "", **self._over(key), placeholder=about)
        # The panel may have grown for it, or scrolled.
        self.call_after_refresh(self._place_input)

    def _over(self, key: str) -> _Place:
        """Where the value of the row of that key stands."""
        assert isinstance(self.body, Rows)
        left = self._wide() + self.body.gutter.left
        line = next((place for place, row in enumerate(self.body.rows) if row.key == key), self.body.cursor)
        return {"x": left, "y": 1 + line - self.body.scroll_offset.y, "width": self.size.width - left - 1}

    def _place_input(self) -> None:
        if self._input.editing:
            self._input.place(**self._over(self._input.editing))

    @on(InlineInput.Ended)
    def _ended(self, event: InlineInput.Ended) -> None:
        event.stop()
        assert isinstance(self.body, Rows)
        held = self._held(event.key)
        name = event.key.partition(":")[0]
        if event.value and event.value != (held.value if held else ""):
            self.post_message(ProfileSet(name, event.value, held.memory_id if held else ""))
        elif held and event.value == "":
            self.post_message(ProfileUnset(name, held.value))
        keys = [row.key for row in self.body.rows]
        if event.step and event.key in keys and 0 <= (place := keys.index(event.key) + event.step) < len(keys):
            self._begin(keys[place])
        elif event.focused:
            self.body.focus()

    def action_unset(self) -> None:
        """Empties the field under the cursor."""
        assert isinstance(self.body, Rows)
        if held := self._held(self.body.key):
            self.post_message(ProfileUnset(held.field, held.value))
