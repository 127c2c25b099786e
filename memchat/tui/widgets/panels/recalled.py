"""The recalled panel: what the memory found for the newest message, and how sure it is of it."""

from textual import on
from textual.reactive import var

from memchat.core.context import ItemKind, Recall, RecalledItem
from memchat.core.events import EmbedderChanged
from memchat.core.times import ago, now
from memchat.tui.text import one_line, plain
from memchat.tui.widgets.panels.messages import RecalledOpened
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.panels.section import Section

_NAMES: dict[ItemKind, str] = {"message": "message", "fact": "fact", "profile": "profile", "episode": "episode"}
_NOTHING = "Nothing recalled yet. Each message you send is looked up in what memchat remembers."
_UNREAD = "Incognito: nothing that is remembered is looked up."
_NOT_FOUND = "Nothing in the memory came near enough to this message."


class RecalledPanel(Section):
    """Score, text, age and kind of each item; enter tells why it is there."""

    TITLE = "Recalled"

    recall: var[Recall | None] = var(None)
    embedder: var[EmbedderChanged | None] = var(None)
    unread: var[bool] = var(default=False)
    """Whether the session reads nothing of what is remembered."""

    def __init__(self) -> None:
        super().__init__(Rows(empty=_NOTHING), id="recalled")

    def watch_recall(self) -> None:
        self._show()

    def watch_embedder(self) -> None:
        self._show()

    def watch_unread(self) -> None:
        self._show()

    def _show(self) -> None:
        assert isinstance(self.body, Rows)
        recall = self.recall
        notice = "" if self.unread else self._notice()
        heading = (Row(key="", left=(("! ", "bold $warning"), (notice, "$warning"))),) if notice else ()
        items = recall.items if recall else ()
        self.body.empty = _UNREAD if self.unread else _NOT_FOUND if recall and not items else _NOTHING
        empty = (Row(key="", left=((self.body.empty, "$dim"),)),) if notice and not items else ()
        self.body.rows = (*heading, *(self._row(item) for item in items), *empty)
        self.detail = (
            f"{len(items)} of {recall.considered:,} · {recall.milliseconds:.0f} ms"
            if recall and not self.unread
            else ""
        )

    def _notice(self) -> str:
        """Why meaning is not searched, as far as it is known; empty when it is searched."""
        if self.embedder is not None and self.embedder.state == "unavailable":
            return one_line(f"Words only: {self.embedder.reason}")
        if self.recall is not None and self.recall.words_only:
            return one_line(plain(self.recall.words_only))
        return ""

    def _row(self, item: RecalledItem) -> Row:
        strong = "bold $layer-recalled" if item.score >= 0.5 else "$layer-recalled"
        return Row(
            key=item.id,
            left=((f"{score_text(item.score)} ", strong), (one_line(item.text), "$foreground")),
            right=((f"{ago(item.source.at, now()):>3} {_NAMES[item.kind]:<7}", "$dim"),),
        )

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        item = next((item for item in (self.recall.items if self.recall else ()) if item.id == event.key), None)
        if item is not None:
            self.post_message(RecalledOpened(item))


def score_text(score: float) -> str:
    """A score from 0 to 1 in three characters: `.82`, `1.0`."""
    return "1.0" if score >= 0.995 else f"{max(0.0, score):.2f}"[1:]
