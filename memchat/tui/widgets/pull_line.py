"""How far the pull of a model's weights is."""

import time
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from memchat.tui.text import plain, size_of

if TYPE_CHECKING:
    from memchat.providers.download import Progress

_STAGES = {
    "wait": "another memchat pulls it",
    "download": "downloading",
    "join": "unpacking",
    "check": "checking",
}


class PullLine(Widget):
    """A bar with the bytes, the speed and the time that is left; nothing while nothing is pulled."""

    progress: "reactive[Progress | None]" = reactive(None, init=False)

    def __init__(self) -> None:
        super().__init__()
        self._what = ""
        self._began = (0.0, 0)

    def begin(self, what: str) -> None:
        """Shows the bar for `what`, with nothing pulled yet."""
        self._what = what
        self._began = (0.0, 0)
        self.progress = None
        self.add_class("-shown")
        self.refresh(layout=True)

    def end(self) -> None:
        """Takes the bar away."""
        self.remove_class("-shown")

    def render(self) -> Content:
        progress = self.progress
        if progress is None:
            return Content.assemble((plain(self._what), "bold"), (" · connecting…", "$dim"))
        width = max(10, self.size.width)
        share = min(1.0, progress.done / max(1, progress.total))
        filled = round(share * width)
        facts = [_STAGES[progress.stage], f"{share:.0%}", f"{size_of(progress.done)} of {size_of(progress.total)}"]
        facts += self._speed(progress)
        return Content.assemble(
            ("━" * filled, "$primary"),
            ("─" * (width - filled), "$rule"),
            "\n",
            (plain(self._what), "bold"),
            (" · " + " · ".join(facts), "$dim"),
        )

    def _speed(self, progress: "Progress") -> list[str]:
        """Bytes a second and seconds left, once there is enough to tell."""
        present = time.monotonic()
        began, first = self._began
        if not began or progress.done < first:
            self._began = (present, progress.done)
            return []
        seconds, got = present - began, progress.done - first
        if seconds < 1 or got <= 0:
            return []
        rate = got / seconds
        left = (progress.total - progress.done) / rate
        return [f"{size_of(int(rate))}/s", f"{left / 60:.0f} min left" if left >= 90 else f"{left:.0f} s left"]
