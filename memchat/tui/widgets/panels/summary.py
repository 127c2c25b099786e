"""The rolling summary's panel: what older messages were folded into, what the last fold changed, and what it was."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.reactive import var

from memchat.core.events import LearningChanged
from memchat.core.messages import RollingSummary
from memchat.core.times import now
from memchat.tui.looks import age_in_words
from memchat.tui.text import counted, plain
from memchat.tui.widgets.inline_area import InlineArea
from memchat.tui.widgets.panels.lines import Part, Prose
from memchat.tui.widgets.panels.messages import SummaryChanged, SummaryEdited, SummaryVersionsAsked
from memchat.tui.widgets.panels.section import Section
from memchat.tui.widgets.panels.words import changed, differences

_EDITING = 9
"""Lines that the panel wants while its text is edited."""

_STYLES = {"same": "", "new": "bold $new-text on $new-text-background", "gone": "$error strike"}


class SummaryPanel(Section):
    """The text with the words emphasised that the last change brought; older versions a key away."""

    TITLE = "Summary"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,e", "edit", "Edit", tooltip="Rewrite the rolling summary", id="summary.edit"),
        Binding("left", "version(-1)", "Older", tooltip="What the summary was before", id="summary.older"),
        Binding("right", "version(1)", "Newer", tooltip="What the summary became", id="summary.newer"),
        Binding("r", "revert", "Revert", tooltip="Let the version that is shown hold", id="summary.revert"),
        Binding("f", "fold_now", "Fold now", tooltip="Fold the oldest half of the buffer now", id="summary.fold"),
        Binding("u", "unfold", "Unfold", tooltip="Take the last fold back", id="summary.unfold"),
    ]

    summary: var[RollingSummary | None] = var(None)
    learning: var[LearningChanged | None] = var(None)
    versions: var[tuple[RollingSummary, ...]] = var(())
    """All versions, the oldest first; empty until they were asked for, and whenever another one holds."""

    def __init__(self) -> None:
        super().__init__(
            Prose(empty="Nothing folded yet. When the buffer grows long, its oldest half is summarised here."),
            id="summary",
        )
        self._area = InlineArea()
        self._edited: RollingSummary | None = None
        self._marked: tuple[Part, ...] = ()
        self._told = ""
        self._place: int | None = None
        self._step = 0

    def height_for(self, width: int) -> int:
        wanted = super().height_for(width)
        return max(wanted, _EDITING) if self._area.opened and not self.folded else wanted

    # what it shows

    def watch_summary(self, old: RollingSummary | None, new: RollingSummary | None) -> None:
        if new is None:
            self._marked, self._told = (), ""
        else:
            before = plain(old.text) if old is not None and old.session_id == new.session_id else ""
            found = changed(before, plain(new.text))
            self._marked = tuple((text, _STYLES["new"] if fresh else "") for text, fresh in found.pieces)
            news = f" · +{found.added} −{found.removed} words" if found.added or found.removed else ""
            self._told = f"covers {counted(new.covers, 'message')}{news}"
        if self._edited is not None and (new is None or new.session_id != self._edited.session_id):
            self._close()
        self._place, self._step = None, 0
        self._show()

    def watch_versions(self) -> None:
        if self.versions and self._step:
            step, self._step = self._step, 0
            self.action_version(step)

    def watch_learning(self) -> None:
        self._show()

    def on_descendant_blur(self) -> None:
        """What holds is shown again once the panel is left."""
        super().on_descendant_blur()
        self.call_after_refresh(self._show_held)

    def _show_held(self) -> None:
        if self._place is not None and not self.has_pseudo_class("focus-within"):
            self._place = None
            self._show()

    @property
    def shown(self) -> RollingSummary | None:
        """The version that is shown."""
        return self.summary if self._place is None else self.versions[self._place]

    def _show(self) -> None:
        assert isinstance(self.body, Prose)
        self.brief = ""
        if self._place is not None and self._place < len(self.versions):
            self.brief = f"{self._place + 1}/{len(self.versions)}"
            self.detail = self._version_detail(self._place)
            self.body.parts = self._version_parts(self._place)
        else:
            failure = self.learning.failure if self.learning else ""
            notice: tuple[Part, ...] = ((f"{plain(failure)}\n", "$warning"),) if failure else ()
            self.detail = self._told
            self.body.parts = notice + self._marked
        if self.is_attached:
            self.heading.refresh()
            self.refresh_bindings()

    def _version_detail(self, place: int) -> str:
        version = self.versions[place]
        held = self.summary is not None and version.id == self.summary.id
        when = "holds" if held else age_in_words(version.created_at, now())
        return f"{place + 1} of {len(self.versions)} · {when} · covers {version.covers:,}"

    def _version_parts(self, place: int) -> tuple[Part, ...]:
        version = self.versions[place]
        before = next((each for each in self.versions if each.id == version.previous_id), None)
        if before is None:
            return ((plain(version.text), ""),)
        return tuple((text, _STYLES[how]) for text, how in differences(plain(before.text), plain(version.text)))

    # what can be done

    def offered(self) -> Sequence[tuple[str, str]]:
        names = {"edit": "edit", "version(-1)": "‹", "version(1)": "›", "revert": "revert"}
        names |= {"fold_now": "fold", "unfold": "unfold"}
        return [(said, action) for action, said in names.items() if self.check_action(action.partition("(")[0], ())]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with what is shown."""
        if self._area.opened and action in ("edit", "version", "revert", "fold_now", "unfold", "fold"):
            return False
        if action == "revert":
            return self._place is not None and self.shown != self.summary
        if action in ("edit", "unfold"):
            return self.summary is not None and self._place is None
        if action == "version":
            return self.summary is not None or bool(self.versions)
        return super().check_action(action, parameters)

    def action_version(self, step: int) -> None:
        """Shows the version before (-1) or after (1) the one that is shown."""
        if not self.versions:
            self._step = step
            self.post_message(SummaryVersionsAsked())
            return
        held = self.summary.id if self.summary is not None else ""
        here = next((place for place, each in enumerate(self.versions) if each.id == held), len(self.versions))
        place = (here if self._place is None else self._place) + step
        self._place = min(max(place, 0), len(self.versions) - 1)
        if self.versions[self._place].id == held and step > 0:
            self._place = None
        self._show()

    def action_revert(self) -> None:
        """Lets the version that is shown hold."""
        if self.shown is not None:
            self.post_message(SummaryChanged("revert", self.shown.id))

    def action_fold_now(self) -> None:
        """Folds the oldest half of the buffer although it is not due."""
        self.post_message(SummaryChanged("fold"))

    def action_unfold(self) -> None:
        """Takes the last fold back."""
        self.post_message(SummaryChanged("unfold"))

    async def action_edit(self) -> None:
        """Edits the text in its place."""
        if self.summary is None:
            self.app.notify("There is no summary to edit until the buffer is folded.", markup=False)
            return
        self._place = None
        self._show()
        self.folded = False
        self._edited = self.summary
        if not self._area.is_attached:
            await self.mount(self._area)  # an editor takes long to make, and most never ask for one
        self._area.begin(self.summary.text)
        self.refresh(layout=True)

    @on(InlineArea.Kept)
    def _kept(self, event: InlineArea.Kept) -> None:
        event.stop()
        edited, holds = self._edited, self.summary
        if edited is not None and holds is not None and holds.id != edited.id:
            self._edited = holds
            self.app.notify(
                "The summary was changed meanwhile. Enter again puts yours in its place, esc leaves it.", markup=False
            )
            return
        self._close()
        if holds is not None and event.text and event.text != plain(holds.text):
            self.post_message(SummaryEdited(event.text))

    @on(InlineArea.Cancelled)
    def _cancelled(self, event: InlineArea.Cancelled) -> None:
        event.stop()
        self._close()

    def _close(self) -> None:
        self._edited = None
        if not self._area.opened:
            return
        focused = self._area.has_focus
        self._area.close()
        if focused:
            self.body.focus()
        self.refresh(layout=True)
