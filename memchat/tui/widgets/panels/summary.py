"""The rolling summary's panel: what older messages were folded into, and what the last fold changed."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import var

from memchat.core.events import LearningChanged
from memchat.core.messages import RollingSummary
from memchat.tui.text import counted, plain
from memchat.tui.widgets.panels.lines import Part, Prose
from memchat.tui.widgets.panels.messages import SummaryEdited
from memchat.tui.widgets.panels.section import Section
from memchat.tui.widgets.panels.words import changed


class SummaryPanel(Section):
    """The text with the words emphasised that the last change brought."""

    TITLE = "Summary"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "edit", "Edit", tooltip="Rewrite the rolling summary", id="summary.edit"),
    ]

    summary: var[RollingSummary | None] = var(None)
    learning: var[LearningChanged | None] = var(None)

    def __init__(self) -> None:
        super().__init__(
            Prose(empty="Nothing folded yet. When the buffer grows long, its oldest half is summarised here."),
            id="summary",
        )
        self._marked: tuple[Part, ...] = ()

    def watch_summary(self, old: RollingSummary | None, new: RollingSummary | None) -> None:
        if new is None:
            self._marked = ()
            self.detail = ""
        else:
            before = plain(old.text) if old is not None and old.session_id == new.session_id else ""
            found = changed(before, plain(new.text))
            self._marked = tuple(
                (text, "bold $new-text on $new-text-background" if fresh else "") for text, fresh in found.pieces
            )
            news = f" · +{found.added} −{found.removed} words" if found.added or found.removed else ""
            self.detail = f"covers {counted(new.covers, 'message')}{news}"
        self._show()

    def watch_learning(self) -> None:
        self._show()

    def _show(self) -> None:
        assert isinstance(self.body, Prose)
        failure = self.learning.failure if self.learning else ""
        notice: tuple[Part, ...] = ((f"{plain(failure)}\n", "$warning"),) if failure else ()
        self.body.parts = notice + self._marked

    def action_edit(self) -> None:
        """Opens the summary in an editor of its own."""
        if self.summary is None:
            self.app.notify("There is no summary to edit until the buffer is folded.", markup=False)
            return
        from memchat.tui.screens.text_edit import TextEditScreen

        text = self.summary.text
        self.app.push_screen(TextEditScreen("Rolling summary", text), self._edited)

    def _edited(self, text: str | None) -> None:
        if text is not None and self.summary is not None and text.strip() and text != self.summary.text:
            self.post_message(SummaryEdited(text.strip()))
