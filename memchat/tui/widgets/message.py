"""One message of the transcript: who, when, what, and what became of it."""

import json
from datetime import datetime
from typing import ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message as TextualMessage
from textual.reactive import var
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Static

from memchat.core.messages import Message, ToolUse
from memchat.core.times import now
from memchat.tui.pieces import Cutter, Piece, cut
from memchat.tui.text import one_line, plain
from memchat.tui.widgets.part import Part

Action = Literal["copy", "fork", "retry", "edit", "expand", "learned", "why"]

_FOLD_LINES = 30
_FOLD_CHARACTERS = 4_000
_MOST_CHARACTERS = 60_000


def local_time(moment: datetime) -> str:
    """When something was said: the time, with the day when that is not today."""
    local = moment.astimezone()
    today = now().astimezone().date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.year == today.year:
        return f"{local.day} {local:%b %H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}"


class Line(Static):
    """A quiet line of a message; never parsed as markup."""

    def __init__(self, text: str | Content = "", classes: str | None = None) -> None:
        super().__init__(text, markup=False, classes=classes)


class MessageView(Widget, can_focus=True):
    """A message.

    Args:
        message: What is stored; none for one that is still on its way.
        role: Whose it is, when there is no `message` yet.
        name: What the speaker is called.
        text: What a user's message that is not stored yet says.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,c", "act('copy')", "Copy", id="message.copy"),
        Binding("r", "act('retry')", "Answer again", id="message.retry"),
        Binding("e", "act('edit')", "Edit and send again", id="message.edit", show=False),
        Binding("f", "act('fork')", "Fork", id="message.fork"),
        Binding("l", "act('learned')", "What was learned", id="message.learned"),
        Binding("w", "act('why')", "Why", id="message.why"),
        Binding("enter,space", "act('expand')", "Show more", id="message.expand"),
        Binding("escape", "screen.back", "Back to the input", key_display="esc", id="message.leave"),
        Binding("j,down", "screen.message_step(1)", "Next message", id="message.next", show=False),
        Binding("k,up", "screen.message_step(-1)", "Previous message", id="message.previous", show=False),
        Binding("g,home", "screen.message_end(-1)", "First message", id="message.first", show=False),
        Binding("G,shift+g,end", "screen.message_end(1)", "Last message", id="message.last", show=False),
    ]

    waiting: var[str] = var("", toggle_class="-waiting")
    """What stands in place of a reply that has no text yet."""

    last: var[bool] = var(default=True, init=False)
    """Whether it is the last one, which alone says that it can be answered again."""

    last_turn: var[bool] = var(default=True, init=False)
    """Whether it is the last question or its answer; no other can be answered again."""

    class Asked(TextualMessage):
        """The user wants something done with a message."""

        def __init__(self, view: "MessageView", action: Action) -> None:
            super().__init__()
            self.view = view
            self.action = action

        @property
        def control(self) -> "MessageView":
            return self.view

    def __init__(
        self,
        message: Message | None = None,
        *,
        role: Literal["user", "assistant"] = "user",
        speaker: str = "you",
        text: str = "",
    ) -> None:
        self.role: Literal["user", "assistant"] = message.role if message else role
        super().__init__(classes=f"-{self.role}")
        self.message = message
        self.speaker = speaker
        self.text = plain(message.text if message else text)
        self.reasoning = plain(message.reasoning if message else "")
        self.tool_uses: tuple[ToolUse, ...] = message.tool_uses if message else ()
        self.queued = False
        self.why = ""
        """Why it takes long."""
        self._status: tuple[str, bool] | None = None
        self._cutter = Cutter()
        self._unfolded = False
        self._reasoning_shown = False
        self.resting = False
        """Whether it is an empty box, with the height that it had."""

    def compose(self) -> ComposeResult:
        yield Line(self._head(), classes="message-head")
        if self.role == "user":
            yield Line(self._user_text(), classes="message-text")
        else:
            yield Line(self._thinking(), classes="message-reasoning")
            yield Line(self._tools(), classes="message-tools")
            pieces = cut(self.text)
            for piece in pieces:
                yield Part(piece.text, joined=piece.joined)
        yield Line("", classes="message-status")

    def on_mount(self) -> None:
        self._show_parts()
        if self.message is not None:
            self.saved(self.message)

    async def rest(self) -> None:
        """Gives its widgets up, as it is far from view; the height stays."""
        if self.resting or self.message is None or not self.is_mounted or self.has_focus:
            return
        self.resting = True
        self.styles.height = self.outer_size.height
        await self.remove_children()

    async def wake(self) -> None:
        """Shows the message again."""
        if not self.resting:
            return
        await self.mount_all(self.compose())
        self.resting = False
        self._show_parts()
        said = self._status
        if self.message is not None:
            self.saved(self.message)
        if said is not None:
            self.status(said[0], again=said[1])
        self.styles.height = None

    @property
    def _drawn(self) -> bool:
        return self.is_mounted and not self.resting

    @property
    def parts(self) -> list[Part]:
        """The stretches of Markdown that a reply is drawn as."""
        return [child for child in self.children if isinstance(child, Part)]

    def saved(self, message: Message) -> bool:
        """Takes over what is stored: time, model, and what became of it.

        Returns:
            Whether a user's message was stored with other words than were typed.
        """
        self.message = message
        text = plain(message.text)
        changed = self.role == "user" and text.strip() != self.text.strip()
        if changed:
            self.text = text
            self._line("text").update(self._user_text())
        self.tool_uses = message.tool_uses or self.tool_uses
        self.waiting = ""
        self._line("head").update(self._head())
        sentence = message.error or ""
        match message.status:
            case "complete":
                if message.finish_reason == "length":
                    self.status("The reply reached its limit of tokens.", again=False)
                else:
                    self.status("", again=False)
            case "stopped":
                self.status("Stopped.", again=True)
            case "partial":
                self.status(f"Cut off. {sentence}".strip(), again=True)
            case "failed":
                self.status(sentence or "Not answered.", again=True)
        self._show_parts()
        return changed

    def status(self, sentence: str, *, again: bool) -> None:
        """Says what became of the message.

        Args:
            sentence: Empty to say nothing.
            again: Whether answering again is offered.
        """
        self._status = (sentence, again) if sentence else None
        if self.resting:
            return
        content = Content(plain(sentence))
        if again and sentence and self.last:
            offer = Content.styled("answer again (r)", _click("retry"))
            content = Content.assemble(content, "  ", offer)
        self._line("status").update(content)
        self.set_class(bool(sentence), "-has-status")
        self.set_class(bool(sentence) and self.message is not None and self.message.status != "complete", "-failed")

    def watch_last(self) -> None:
        if self._drawn and self._status is not None:
            self.status(self._status[0], again=self._status[1])

    def watch_waiting(self, text: str) -> None:
        if not text:
            self.why = ""
        if self._drawn:
            self._line("head").update(self._head())
            self.set_class(bool(text), "-waiting")

    def queue(self, *, queued: bool) -> None:
        """Marks a message that is sent when the reply before it is done."""
        self.queued = queued
        self.set_class(queued, "-queued")
        if self._drawn:
            self._line("head").update(self._head())

    def think(self, text: str) -> None:
        """Adds to what the model thinks aloud."""
        self.reasoning += plain(text)
        self._show_parts()

    def use_tool(self, use: ToolUse) -> None:
        """Adds a tool call of the model."""
        self.tool_uses = (*self.tool_uses, use)
        self._show_parts()

    async def write(self, text: str) -> None:
        """Adds to the reply."""
        self.text += plain(text)
        await self._place(self._cutter.feed(text))

    async def finish(self) -> None:
        """Draws what was held back of the reply."""
        await self._place(self._cutter.end())

    @property
    def in_fence(self) -> bool:
        """Whether the reply so far ends in a code block, which costs more to draw."""
        return self._cutter.in_fence

    async def _place(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if piece.new:
                part = Part(joined=piece.joined)
                await self.mount(part, before=self._line("status"))
                await part.wake()
            if piece.text:
                await self.parts[-1].append(piece.text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done with this one: only the last question is answered again."""
        if action != "act":
            return super().check_action(action, parameters)
        match parameters[0]:
            case "retry":
                return self.last_turn
            case "expand":
                return self._folds
            case _:
                return True

    def action_act(self, action: Action) -> None:
        if action == "expand":
            self._expand()
        else:
            self.post_message(self.Asked(self, action))

    def on_click(self, event: events.Click) -> None:
        action = event.style.meta.get("act")
        if action is not None:
            event.stop()
            self.action_act(action)
        elif event.widget is not None and event.widget.has_class("message-reasoning"):
            self._expand()

    @property
    def _folds(self) -> bool:
        """Whether there is more of it to show, or to hide."""
        if self.role == "assistant":
            return bool(self.reasoning)
        return len(self.text) > _FOLD_CHARACTERS or self.text.count("\n") >= _FOLD_LINES

    def _expand(self) -> None:
        if self.role == "user":
            self._unfolded = not self._unfolded
            self._line("text").update(self._user_text())
        elif self.reasoning:
            self._reasoning_shown = not self._reasoning_shown
            self._show_parts()

    def _show_parts(self) -> None:
        if self.role == "user" or not self._drawn:
            return
        reasoning, tools = self._line("reasoning"), self._line("tools")
        reasoning.display = bool(self.reasoning)
        if self.reasoning:
            reasoning.update(self._thinking())
        tools.display = bool(self.tool_uses)
        if self.tool_uses:
            tools.update(self._tools())

    def _line(self, name: str) -> Line:
        return self.query_exactly_one(f".message-{name}", Line)

    def _head(self) -> Content:
        stored = self.message
        aside: list[str] = []
        if self.queued:
            aside.append("queued · esc takes it back")
        elif self.waiting:
            aside.append(self.waiting)
        if stored is None and self.role == "assistant":
            aside += filter(None, ["esc stops", self.why])
        if stored is not None:
            aside.append(local_time(stored.created_at))
            if stored.role == "assistant" and stored.model:
                aside.append(one_line(stored.model, 40))
        return Content.assemble(
            Content.styled(self.speaker, "$user-message bold" if self.role == "user" else "$assistant-message bold"),
            "  ",
            Content.styled(" · ".join(aside), "$dim"),
        )

    def _user_text(self) -> Content:
        text = self.text
        if self._unfolded:
            if len(text) > _MOST_CHARACTERS:
                left = len(text) - _MOST_CHARACTERS
                return Content(f"{text[:_MOST_CHARACTERS]}\n… {left:,} more characters; y copies all of it")
            return Content(text)
        if not self._folds:
            return Content(text)
        lines = text.count("\n") + 1
        start = "\n".join(text[:_FOLD_CHARACTERS].split("\n")[: _FOLD_LINES // 2])
        size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        more = Content.styled(f"… {size} in all; enter shows more", _click("expand"))
        return Content.assemble(start, "\n", more)

    def _thinking(self) -> Content:
        words = len(self.reasoning.split())
        if self._reasoning_shown:
            return Content(f"▾ thinking · {words:,} words\n{self.reasoning.strip()[-_MOST_CHARACTERS:]}")
        return Content(f"▸ thinking · {words:,} words")

    def _tools(self) -> Content:
        lines = [
            f"⚒ {one_line(use.name, 40)} {one_line(_said(use.arguments), 80)} → {one_line(use.result, 120)}"
            for use in self.tool_uses
        ]
        return Content("\n".join(lines))


def _said(arguments: str) -> str:
    """The values that a tool was called with; as they came when they are no JSON object."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return arguments
    return ", ".join(str(value) for value in values.values()) if isinstance(values, dict) else arguments


def _click(action: Action) -> Style:
    return Style(underline=True) + Style.from_meta({"act": action})
