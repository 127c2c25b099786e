"""The column of panels beside the chat."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.layout import Layout
from textual.reactive import var
from textual.widget import Widget

from memchat.core.context import ContextPlan, Recall
from memchat.core.events import EmbedderChanged, LearningChanged
from memchat.core.memories import ProfileField
from memchat.core.messages import RollingSummary
from memchat.core.settings import DEFAULT_PROFILE
from memchat.tui.widgets.panels.buffer import BufferPanel
from memchat.tui.widgets.panels.meter import ContextMeter
from memchat.tui.widgets.panels.profile import ProfilePanel
from memchat.tui.widgets.panels.recalled import RecalledPanel
from memchat.tui.widgets.panels.section import PanelName, Section
from memchat.tui.widgets.panels.sharing import Shared
from memchat.tui.widgets.panels.summary import SummaryPanel

_SHARED = Shared()


class Panels(Widget):
    """Context meter, buffer, rolling summary, profile and recalled items.

    It shows what its variables hold, which the screen binds, and asks for change by the messages in
    `memchat.tui.widgets.panels.messages`.
    """

    DEFAULT_CSS: ClassVar[str] = Path(__file__).with_name("panels.tcss").read_text(encoding="utf-8")

    plan: var[ContextPlan | None] = var(None)
    summary: var[RollingSummary | None] = var(None)
    versions: var[tuple[RollingSummary, ...]] = var(())
    muted: var[frozenset[str]] = var(frozenset())
    pinned: var[frozenset[str]] = var(frozenset())
    """Ids of those of the recalled items that are in every request."""
    resumed: var[bool] = var(default=False)
    """Whether the recalled items are those of an answer from before the session was opened."""
    profile: var[tuple[ProfileField, ...]] = var(())
    recall: var[Recall | None] = var(None)
    learning: var[LearningChanged | None] = var(None)
    embedder: var[EmbedderChanged | None] = var(None)
    reported: var[int | None] = var(None)
    """Tokens of the plan's request as the server counted them; none where it did not."""
    unread: var[bool] = var(default=False)
    """Whether the session reads nothing of what is remembered."""
    fields: var[Mapping[str, str]] = var(DEFAULT_PROFILE)
    """The configured profile fields, name to description."""

    def __init__(self, fields: Mapping[str, str] = DEFAULT_PROFILE, *, id: str | None = "panels") -> None:
        """All panels, empty.

        Args:
            fields: The configured profile fields, name to description.
            id: The widget's id.
        """
        super().__init__(id=id)
        self.set_reactive(Panels.fields, fields)

    @property
    def layout(self) -> Layout:
        """Shares the column's height among the panels."""
        return _SHARED

    def compose(self) -> ComposeResult:
        yield ContextMeter().data_bind(Panels.plan, Panels.reported)
        yield BufferPanel().data_bind(Panels.plan)
        yield SummaryPanel().data_bind(Panels.summary, Panels.versions, Panels.learning)
        yield ProfilePanel().data_bind(Panels.profile, Panels.fields, Panels.unread)
        yield RecalledPanel().data_bind(
            Panels.recall, Panels.muted, Panels.pinned, Panels.resumed, Panels.embedder, Panels.unread
        )

    def show(self, name: PanelName) -> None:
        """Unfolds the panel called `name`, gives it the focus and as much room as there is."""
        self.query_one(f"#{name}", Section).open()
