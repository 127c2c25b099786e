"""The recalled panel: what the memory found for the newest message, and how sure it is of it."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import var

from memchat.core.context import ItemKind, Recall, RecalledItem
from memchat.core.events import EmbedderChanged
from memchat.core.times import ago, now
from memchat.memory.missing import TOO_WEAK
from memchat.tui import looks
from memchat.tui.text import brief, one_line, plain
from memchat.tui.widgets.panels.messages import RecalledAction, RecalledAsked, RecalledOpened
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.panels.section import Section

_NAMES: dict[ItemKind, str] = {"message": "message", "fact": "fact", "profile": "profile", "episode": "episode"}
_SHORT: dict[RecalledAction, str] = {
    "without": "again without",
    "mute": "mute",
    "unmute": "unmute",
    "pin": "pin",
    "unpin": "unpin",
    "forget": "forget",
}
"""What a click on a line can do, in the words that have room there."""
_NOTHING = "Nothing recalled yet. Each message you send is looked up in what memchat remembers."
_UNREAD = "Incognito: nothing that is remembered is looked up."
_NOT_FOUND = "Nothing in the memory came near enough to this message."


class RecalledPanel(Section):
    """Score, text, age and kind of each item; enter tells why it is there."""

    TITLE = "Recalled"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "ask('without')", "Answer without it", tooltip="Answer again without it", id="recalled.without"),
        Binding("m", "ask('mute')", "Mute", tooltip="Do not recall it in this session", id="recalled.mute"),
        Binding("m", "ask('unmute')", "Unmute", tooltip="Recall it here again", id="recalled.unmute"),
        Binding("p", "ask('pin')", "Pin", tooltip="Put it in every request", id="recalled.pin"),
        Binding("p", "ask('unpin')", "Unpin", tooltip="Put it out of every request again", id="recalled.unpin"),
        Binding("d", "ask('forget')", "Forget", tooltip="Take it out of use", id="recalled.forget"),
        Binding("delete", "ask('erase')", "Remove for good", tooltip="Erase it for good", id="recalled.erase"),
        Binding("b", "ask('browse')", "Browser", tooltip="Show it in the browser", id="recalled.browse"),
    ]

    recall: var[Recall | None] = var(None)
    embedder: var[EmbedderChanged | None] = var(None)
    muted: var[frozenset[str]] = var(frozenset())
    """What the session does not recall any more: ids of memories and messages, and of sessions for their episodes."""
    pinned: var[frozenset[str]] = var(frozenset())
    """Ids of those that are in every request."""
    resumed: var[bool] = var(default=False)
    """Whether it was recalled for an answer that is from before the session was opened."""
    unread: var[bool] = var(default=False)
    """Whether the session reads nothing of what is remembered."""

    def __init__(self) -> None:
        super().__init__(Rows(empty=_NOTHING), id="recalled")

    def watch_recall(self) -> None:
        self._show()

    def watch_embedder(self) -> None:
        self._show()

    def watch_muted(self) -> None:
        self._show_state()

    def watch_pinned(self) -> None:
        self._show_state()

    def _show_state(self) -> None:
        """Shows what an item is now, and by the same key what takes that back."""
        self._show()
        if self.is_attached:
            self.refresh_bindings()

    def on_resize(self) -> None:
        self._show()

    def watch_resumed(self) -> None:
        self._show()

    def watch_unread(self) -> None:
        self._show()

    def _show(self) -> None:
        assert isinstance(self.body, Rows)
        recall = self.recall
        notice = "" if self.unread else self._notice()
        heading = (Row(key="", left=(("! ", "bold $warning"), (notice, "$warning"))),) if notice else ()
        items = recall.items if recall else ()
        self.body.empty = _UNREAD if self.unread else _why_none(recall) if recall and not items else _NOTHING
        empty = self._wrapped(self.body.empty) if notice and not items else ()
        self.body.rows = (*heading, *(self._row(item) for item in items), *empty)
        self.detail = ""
        if recall and not self.unread and not recall.nothing:
            when = "last answer" if self.resumed else f"{recall.milliseconds:.0f} ms"
            self.detail = f"{len(items)} of {recall.considered:,} · {when}"

    def _wrapped(self, sentence: str) -> tuple[Row, ...]:
        """A sentence in rows, as wide as they are."""
        width = self.body.size.width - self.body.gutter.width
        lines = Content(sentence).wrap(width) if width > 0 else [Content(sentence)]
        return tuple(Row(key="", left=((line.plain, "$dim"),)) for line in lines)

    def _notice(self) -> str:
        """Why meaning is not searched, as far as it is known; empty when it is searched."""
        if self.embedder is not None and self.embedder.state == "unavailable":
            return one_line(f"Words only: {self.embedder.reason}")
        if self.recall is not None and self.recall.words_only:
            return one_line(plain(self.recall.words_only))
        return ""

    def _row(self, item: RecalledItem) -> Row:
        muted, pinned = ref_of(item) in self.muted, item.id in self.pinned
        state = "muted" if muted else _NAMES[item.kind]
        sign, colour = looks.of(self.app).pin(pinned=pinned)
        strong = "bold $layer-recalled" if item.score >= 0.5 else "$layer-recalled"
        return Row(
            key=item.id,
            left=(
                (f"{score_text(item.score)} ", strong),
                *(((f"{sign} ", colour),) if pinned else ()),
                (one_line(brief(item.text)), "$dim strike" if muted else "$foreground"),
            ),
            right=((f"{ago(item.source.at, now()):>3} {state:<7}", "$dim"),),
            actions=tuple((_SHORT[action], action) for action in self._possible(item) if action in _SHORT),
        )

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        item = self._item(event.key)
        if item is not None:
            self.post_message(RecalledOpened(item))

    @on(Rows.Acted)
    def _acted(self, event: Rows.Acted) -> None:
        event.stop()
        item = self._item(event.key)
        action = next((each for each in _SHORT if each == event.name), None)
        if item is not None and action is not None:
            self.post_message(RecalledAsked(item, action))

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        if self.is_attached:
            self.refresh_bindings()

    @property
    def item(self) -> RecalledItem | None:
        """The item under the cursor."""
        assert isinstance(self.body, Rows)
        return self._item(self.body.key)

    def _item(self, key: str) -> RecalledItem | None:
        return next((item for item in (self.recall.items if self.recall else ()) if item.id == key), None)

    def _possible(self, item: RecalledItem) -> tuple[RecalledAction, ...]:
        return possible(item, muted=ref_of(item) in self.muted, pinned=item.id in self.pinned)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with the item under the cursor."""
        if action == "ask":
            item = self.item
            return item is not None and parameters[0] in self._possible(item)
        return super().check_action(action, parameters)

    def action_ask(self, action: RecalledAction) -> None:
        """Asks for something to be done about the item under the cursor."""
        if (item := self.item) is not None:
            self.post_message(RecalledAsked(item, action))


def ref_of(item: RecalledItem) -> str:
    """What a session mutes to recall an item no more: its own id, or of an episode the session's."""
    return (item.source.session_id or item.id) if item.kind == "episode" else item.id


def _why_none(recall: Recall) -> str:
    """Why nothing was recalled: nothing was looked for, or what came near was kept out, or nothing came near."""
    if recall.nothing:
        return recall.nothing
    kept_out = [each for each in recall.missed if not each.reason.startswith(TOO_WEAK)]
    if not kept_out:
        return _NOT_FOUND
    first = kept_out[0]
    reason = one_line(first.reason, 120)
    more = f" · {len(kept_out) - 1} more" if len(kept_out) > 1 else ""
    return f"{reason[:1].upper()}{reason[1:]}: “{one_line(brief(first.item.text), 80)}”{more}."


def possible(item: RecalledItem, *, muted: bool, pinned: bool) -> tuple[RecalledAction, ...]:
    """What can be done about an item, what is clicked first."""
    always: tuple[RecalledAction, ...] = ("without", "unmute" if muted else "mute")
    if item.kind in ("fact", "profile"):
        return (*always, "unpin" if pinned else "pin", "forget", "erase", "browse")
    return always


def score_text(score: float) -> str:
    """A score from 0 to 1 in three characters: `.82`, `1.0`."""
    return "1.0" if score >= 0.995 else f"{max(0.0, score):.2f}"[1:]
