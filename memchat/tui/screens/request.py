"""The exact request: each block that goes to the model, what was left out, and what is not as it was before."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from memchat.core.copying import as_curl, as_json
from memchat.core.differences import Comparison, compare
from memchat.core.requests import SentRequest
from memchat.core.times import ago, now
from memchat.tui import looks
from memchat.tui.screens import request_parts as parts
from memchat.tui.screens.dialog import Dialog
from memchat.tui.text import one_line, short_number
from memchat.tui.widgets.pane import Pane
from memchat.tui.widgets.panels.meter import ContextMeter
from memchat.tui.widgets.panels.rows import Rows

View = Literal["blocks", "changes", "json"]


class RequestScreen(Dialog[str]):
    """The request in its order, what is under the cursor whole beside it; older ones by the arrow keys.

    Its result is the id of a message whose answer is to be explained.

    Args:
        requests: Newest first; the first may be one that was not sent yet.
        at: Which of them is shown first.
    """

    HEADING = "The exact request"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(1)", "Older", id="request.older"),
        Binding("right", "step(-1)", "Newer", id="request.newer"),
        Binding("d", "view('changes')", "What changed", id="request.changes"),
        Binding("j", "view('json')", "JSON", id="request.json"),
        Binding("c", "copy_json", "Copy JSON", id="request.copy-json"),
        Binding("u", "copy_curl", "Copy as curl", id="request.copy-curl"),
        Binding("y,ctrl+y", "copy", "Copy the block", id="request.copy"),
        Binding("w", "why", "Why", id="request.why"),
        Binding("tab", "app.focus_next", "Other pane", show=False, id="request.pane"),
    ]

    def __init__(self, requests: Sequence[SentRequest], at: int = 0) -> None:
        super().__init__()
        self._requests = tuple(requests)
        self._at = at
        self._view: View = "blocks"
        self._comparison: Comparison | None = None

    def content(self) -> ComposeResult:
        yield ContextMeter()
        yield Static("", id="what", markup=False)
        with Container(classes="panes"):
            yield Rows(empty="The request is empty.", steady=True, id="blocks").add_class("list")
            yield Pane()

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        self._show()

    @property
    def request(self) -> SentRequest:
        """The one that is shown."""
        return self._requests[self._at]

    def _show(self) -> None:
        request, rows = self.request, self.query_one(Rows)
        plan = request.plan
        when = f"sent {ago(request.at, now())} ago" if request.at else "not sent yet"
        again = f" · after {request.round} of its tools" if request.round else ""
        self.entitle(f"The exact request · {plan.model or 'no model'} · {when.replace('now ago', 'just now')}{again}")
        self.query_one(ContextMeter).plan = plan
        before = self._requests[self._at + 1] if self._at + 1 < len(self._requests) else None
        self._comparison = compare(before, request) if before is not None else None
        if self._comparison is None and self._view == "changes":
            self._view = "blocks"
        self.query_one("#what", Static).update(self._told())
        self.set_class(self._view == "json", "-json")
        if self._view == "changes" and self._comparison is not None:
            rows.rows = parts.changes(self._comparison)
        else:
            rows.rows = parts.blocks(request)
        if self._view == "json":
            self.query_one(Pane).parts = parts.raw(as_json(request))
            self.query_one(Pane).focus()
        else:
            rows.cursor = next((place for place, row in enumerate(rows.rows) if row.key), -1)
            rows.focus()
            self._show_whole(rows.key)
        self.refresh_bindings()

    def _told(self) -> str:
        """Which of the requests it is, and how much of it a server may have kept."""
        sent = [each for each in self._requests if each.at is not None]
        request = self.request
        told = []
        if request.at is not None and len(sent) > 1:
            told.append(f"{len(sent) - sent.index(request)} of {len(sent)}")
        if self._comparison is not None:
            cached, tokens = self._comparison.cached, request.plan.tokens
            told.append(f"first {short_number(cached)} of {short_number(tokens)} tokens as before")
        told.append(f"{len(request.body):,} bytes to {one_line(request.url, 60) or 'no model yet'}")
        return " · ".join(told)

    @on(Rows.Highlighted)
    def _highlighted(self, event: Rows.Highlighted) -> None:
        event.stop()
        if self._view != "json":
            self._show_whole(event.key)

    def _show_whole(self, key: str) -> None:
        request, pane = self.request, self.query_one(Pane)
        if self._view == "changes" and self._comparison is not None:
            pane.parts = parts.change(self._comparison, key, looks.of(self.app))
        else:
            pane.parts = parts.block(request, key)

    def allows(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what there is."""
        match action:
            case "step":
                older = bool(parameters and parameters[0] == 1)
                return 0 <= self._at + (1 if older else -1) < len(self._requests) if parameters else self._steps
            case "view":
                return parameters != ("changes",) or self._comparison is not None
            case "why":
                return bool(self.request.message_id)
            case _:
                return super().allows(action, parameters)

    @property
    def _steps(self) -> bool:
        return len(self._requests) > 1

    def action_step(self, by: int) -> None:
        """Shows an older (1) or a newer (-1) one."""
        if 0 <= self._at + by < len(self._requests):
            self._at += by
            self._show()

    def action_view(self, view: View) -> None:
        """Shows what changed, or the JSON; again, the blocks."""
        if view == "changes" and self._comparison is None:
            self.notify("There is no request before it to compare with.", markup=False)
            return
        self._view = "blocks" if self._view == view else view
        self._show()

    def action_copy(self) -> None:
        """Copies the block under the cursor."""
        text = parts.text(self.request, self._comparison if self._view == "changes" else None, self.query_one(Rows).key)
        if text:
            self._copied(text, "The block")

    def action_copy_json(self) -> None:
        """Copies the body as it goes over the wire."""
        self._copied(as_json(self.request), "The JSON")

    def action_copy_curl(self) -> None:
        """Copies a command that sends the same; the key is not in it."""
        self._copied(as_curl(self.request), "The command, without the key,")

    def _copied(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"{what} is copied.", markup=False)

    def action_why(self) -> None:
        """Closes it, and tells why the answer is as it is."""
        self.dismiss(self.request.message_id)

    def action_close(self) -> None:
        """Goes back to the blocks, or closes it."""
        if self._view == "blocks":
            self.dismiss(None)
        else:
            self._view = "blocks"
            self._show()
