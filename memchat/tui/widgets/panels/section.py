"""One panel: a heading that folds it away, and what it shows."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive, var
from textual.style import Style
from textual.widget import Widget

from memchat.tui.widgets.panels.lines import Lines

PanelName = Literal["buffer", "summary", "profile", "recalled"]


class Heading(Widget, can_focus=False):
    """The line above a panel: its name, and on the right what can be said in a few words."""

    name_shown: reactive[str] = reactive("")
    detail: reactive[str] = reactive("")
    folded: reactive[bool] = reactive(default=False)

    def render(self) -> Content:
        mark = "▸" if self.folded else "▾"
        left = Content.assemble((f"{mark} ", "$dim"), (self.name_shown, "bold $foreground"), " ")
        if self.has_pseudo_class("focus") or (self.parent is not None and self.parent.has_pseudo_class("focus-within")):
            left = Content.assemble((f"{mark} {self.name_shown} ", "bold $primary"))
        width = self.size.width
        right = self._right(max(0, width - left.cell_length - 1))
        rule = "─" * max(0, width - left.cell_length - right.cell_length)
        return Content.assemble(left, (rule, "$rule"), right)

    def _right(self, room: int) -> Content:
        """What stands at the end: what can be done while the panel is in use, else the detail."""
        said = Content.assemble((f" {self.detail}" if self.detail else "", "$dim"))
        section = self.parent
        if not (isinstance(section, Section) and section.in_use and (offered := section.offered())):
            return said.truncate(room, ellipsis=True)
        links = Content(" ").join(
            Content.styled(name, Style(underline=True) + Style.from_meta({"panel": action})) for name, action in offered
        )
        brief = Content.assemble((f" {section.brief}" if section.brief else "", "$dim"))
        for told in (said, brief):
            if told.cell_length and told.cell_length + 3 + links.cell_length <= room:
                return Content.assemble(told, " · ", links)
        return Content.assemble(" ", links).truncate(room, ellipsis=True)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        if not isinstance(self.parent, Section):
            return
        if action := event.style.meta.get("panel"):
            self.parent.body.focus()
            await self.parent.run_action(str(action))
        else:
            self.parent.action_fold()


class Section(Widget):
    """A panel that can be folded away.

    Subclasses give `TITLE`, `lines` and, where they have them, keys of their own.
    """

    TITLE: ClassVar[str]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "fold", "Collapse", tooltip="Fold or unfold the panel", id="panel.fold"),
    ]

    folded: var[bool] = var(default=False, toggle_class="-folded")
    detail: var[str] = var("")
    brief: str = ""
    """The detail in a few cells, for where actions stand beside it."""

    def __init__(self, body: Lines, *, id: str) -> None:
        super().__init__(id=id)
        self.body = body
        self.heading = Heading()
        self.heading.name_shown = self.TITLE

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.body

    @property
    def in_use(self) -> bool:
        """Whether the focus or the mouse is in it."""
        return self.has_pseudo_class("focus-within") or any(
            widget.is_mouse_over for widget in (self, self.heading, self.body)
        )

    def offered(self) -> Sequence[tuple[str, str]]:
        """What a click in the heading can do while the panel is in use: what is said, and the action."""
        return ()

    def height_for(self, width: int) -> int:
        """How many lines it takes to show everything at `width` cells."""
        return 1 if self.folded else 1 + self.body.height_for(width)

    def watch_detail(self) -> None:
        self.heading.detail = self.detail

    def watch_folded(self) -> None:
        self.heading.folded = self.folded
        self.heading.can_focus = self.folded
        self.refresh(layout=True)

    def action_fold(self) -> None:
        """Folds the panel away or opens it; the focus stays in it."""
        inside = self.has_pseudo_class("focus-within")
        self.folded = not self.folded
        if inside:
            (self.heading if self.folded else self.body).focus()

    def open(self) -> None:
        """Unfolds it and gives it the focus."""
        self.folded = False
        self.body.focus()

    def on_enter(self) -> None:
        self.heading.refresh()

    def on_leave(self) -> None:
        self.heading.refresh()

    def on_descendant_focus(self) -> None:
        self.heading.refresh()
        self.refresh(layout=True)

    def on_descendant_blur(self) -> None:
        self.heading.refresh()
        self.refresh(layout=True)
