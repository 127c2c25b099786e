"""What is remembered: facts and profile fields, to read, add, edit, forget and bring back."""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from memchat.core.errors import MemchatError
from memchat.core.memories import Change, Memory, ProfileField, Source
from memchat.core.times import ago, now
from memchat.tui.screens.dialog import Dialog
from memchat.tui.screens.text_edit import TextEditScreen
from memchat.tui.text import counted, one_line, plain
from memchat.tui.widgets.panels.lines import Part, Prose
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.picker import Picker

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_PROFILE = "profile:"
_EMPTY = "Nothing is remembered yet. /remember TEXT keeps a fact; ctrl+n adds one here."


class MemoryScreen(Dialog[None]):
    """A list of all that is known about the user, with its history beside it."""

    HEADING = "Memory"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit", "Edit", id="memory.edit"),
        Binding("ctrl+n", "add", "Add", priority=True, id="memory.add"),
        Binding("ctrl+d", "forget", "Forget", priority=True, id="memory.forget"),
        Binding("ctrl+t", "pin", "Pin", priority=True, id="memory.pin"),
        Binding("ctrl+z", "undo", "Undo", priority=True, id="memory.undo"),
    ]

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__()
        self._assistant = assistant
        self._facts: dict[str, Memory] = {}
        self._fields: dict[str, ProfileField] = {}

    def content(self) -> ComposeResult:
        with Container(classes="panes"):
            yield Picker(placeholder="Type to filter", empty="Looking…")
            yield Prose()

    @property
    def _picker(self) -> Picker:
        return self.query_one(Picker)

    def on_mount(self) -> None:
        self._picker.focus_filter()
        self._load()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        try:
            facts = await self._assistant.store.memories.list()
            fields = await self._assistant.memories.profile()
        except MemchatError as error:
            self.fail(str(error))
            return
        shown = [fact for fact in facts if fact.status in ("active", "pending")]
        self._facts = {fact.id: fact for fact in shown}
        self._fields = {f"{_PROFILE}{field.field}": field for field in fields}
        known = self._assistant.settings.profile.fields
        self.entitle(f"Memory · {counted(len(shown), 'fact')} · {len(fields)} of {len(known)} profile fields")
        self._show()
        self._preview(self._picker.key)

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        words = self._picker.text.casefold().split()

        def fits(text: str) -> bool:
            folded = text.casefold()
            return all(word in folded for word in words)

        present = now()
        rows = [
            Row(
                key=fact.id,
                left=(
                    ("◆ " if fact.pinned else "  ", "$accent"),
                    (f"{fact.kind:<11} ", "$layer-recalled"),
                    (one_line(fact.text), "$foreground"),
                ),
                right=((f"{_origin(fact.origin)} {ago(fact.observed_at, present):>3}", "$dim"),),
            )
            for fact in self._facts.values()
            if fits(f"{fact.kind} {fact.text}")
        ]
        rows += [
            Row(
                key=key,
                left=(
                    ("  ", ""),
                    (f"{'profile':<11} ", "$layer-profile"),
                    (f"{one_line(field.field)}: ", "$dim"),
                    (one_line(field.value), "$foreground"),
                ),
                right=((f"{_origin(field.origin)} {ago(field.updated_at, present):>3}", "$dim"),),
            )
            for key, field in self._fields.items()
            if fits(f"profile {field.field} {field.value}")
        ]
        self._picker.show(tuple(rows), "Nothing remembered has these words." if words else _EMPTY)

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        self._preview(event.key)

    @work(exclusive=True, group="preview", exit_on_error=False)
    async def _preview(self, key: str) -> None:
        pane = self.query_one(Prose)
        found = self._facts.get(key) or self._fields.get(key)
        if found is None:
            pane.parts = ()
            return
        try:
            history = await self._assistant.store.memories.history(key)
        except MemchatError:
            history = []
        pane.parts = _details(found, history)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.action_edit()

    def action_edit(self) -> None:
        """Edits what is under the cursor."""
        key = self._picker.key
        if fact := self._facts.get(key):
            self._ask(f"Edit the {fact.kind}", fact.text, key)
        elif field := self._fields.get(key):
            self._ask(f"Profile: {field.field}", field.value, key)

    def action_add(self) -> None:
        """Writes a new fact."""
        self._ask("A fact to remember", "", "")

    def _ask(self, title: str, text: str, key: str) -> None:
        async def take(answer: str | None) -> None:
            new = (answer or "").strip()
            if not new or new == text.strip():
                return
            if not key:
                await self._change(self._assistant.memories.remember(new))
            elif key in self._fields:
                await self._change(self._assistant.memories.set_profile(self._fields[key].field, new))
            else:
                await self._change(self._assistant.memories.edit(key, new))

        self.app.push_screen(TextEditScreen(title, text), take)

    async def action_forget(self) -> None:
        """Takes what is under the cursor out of recall; it can be undone."""
        key = self._picker.key
        if key in self._facts:
            await self._change(self._assistant.memories.forget(key), "Forgotten. ctrl+z brings it back.")
        elif key in self._fields:
            await self._change(
                self._assistant.memories.unset_profile(self._fields[key].field),
                "Emptied. ctrl+z brings the value back.",
            )

    async def action_pin(self) -> None:
        """Puts the fact under the cursor in every request, or takes it out again."""
        if fact := self._facts.get(self._picker.key):
            await self._change(self._assistant.store.memories.set_pinned(fact.id, not fact.pinned))

    async def action_undo(self) -> None:
        """Takes the newest change back."""
        try:
            change = await self._assistant.store.memories.undo()
        except MemchatError as error:
            self.fail(str(error))
            return
        said = f"Taken back: {change.action} by {change.actor}." if change else "There is no change to take back."
        self.notify(plain(said), markup=False)
        self._load()

    async def _change(self, change: Awaitable[object], said: str = "") -> None:
        try:
            await change
        except MemchatError as error:
            self.fail(str(error))
            return
        self.fail("")
        if said:
            self.notify(said, markup=False)
        self._load()


def _origin(origin: str) -> str:
    return {"user": "●", "assistant": "◐", "tool": "◐"}.get(origin, "○")


def _details(found: Memory | ProfileField, history: Sequence[Change]) -> tuple[Part, ...]:
    if isinstance(found, Memory):
        parts: list[Part] = [(f"{plain(found.text)}\n\n", "$foreground")]
        facts = [
            ("kind", found.kind + (" · pinned" if found.pinned else "")),
            ("id", found.id),
            ("status", found.status),
            ("said", f"{found.observed_at.astimezone():%d %b %Y, %H:%M}"),
            ("used", counted(found.use_count, "time")),
        ]
    else:
        parts = [(f"{plain(found.value)}\n\n", "$foreground")]
        facts = [("field", found.field), ("changed", f"{found.updated_at.astimezone():%d %b %Y, %H:%M}")]
    facts += [("from", {"user": "you"}.get(found.origin, found.origin)), ("sure", f"{found.confidence:.0%}")]
    for name, value in facts:
        parts += [(f"{name:<8} ", "$dim"), (f"{plain(value)}\n", "")]
    parts += _sources(found.sources)
    if history:
        parts.append(("\nHistory\n", "$primary"))
    for change in history:
        undone = " (taken back)" if change.undone_at else ""
        parts.append(
            (f"{change.at.astimezone():%d %b %H:%M}  {change.action} by {plain(change.actor)}{undone}\n", "$dim")
        )
    return tuple(parts)


def _sources(sources: Sequence[Source]) -> list[Part]:
    parts: list[Part] = [("\nSources\n", "$primary")] if sources else []
    for source in sources:
        parts.append((f"“{one_line(source.quote, 300)}”\n" if source.quote else "set by hand\n", "italic"))
        if source.session_id:
            parts.append((f"  {source.session_id} {source.message_id or ''}\n", "$dim"))
    return parts
