"""The models: those of every endpoint that answers, and the built-in ones."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.core.errors import MemchatError
from memchat.tui.screens.add_endpoint import AddEndpointScreen
from memchat.tui.screens.pulling import PullingDialog
from memchat.tui.text import one_line
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.picker import Picker
from memchat.tui.widgets.pull_line import PullLine

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_BUILTIN = "builtin"


class ModelsScreen(PullingDialog[ModelStatus]):
    """Its result is the status of the model that was picked, or none."""

    HEADING = "Models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Use", id="models.use"),
        Binding("ctrl+n", "add", "Add a server", priority=True, id="models.add"),
        Binding("ctrl+r", "reload", "Look again", id="models.reload"),
    ]

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__(assistant)
        self._choices: list[ModelChoice] = []

    def content(self) -> ComposeResult:
        yield Picker(placeholder="Type to filter, or any model's name", empty="Asking the servers…")
        yield PullLine()

    @property
    def _picker(self) -> Picker:
        return self.query_one(Picker)

    def on_mount(self) -> None:
        self._picker.focus_filter()
        self.action_reload()

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        try:
            self._choices = await self.assistant.model_choices()
        except MemchatError as error:
            self.fail(str(error))
            self._picker.show((), "No model could be listed.")
            return
        self._show()

    @on(Picker.Typed)
    def _typed(self, event: Picker.Typed) -> None:
        event.stop()
        self._show()

    def _show(self) -> None:
        text = self._picker.text
        words = text.casefold().split()
        fits = [
            (number, choice)
            for number, choice in enumerate(self._choices)
            if all(word in f"{choice.endpoint} {choice.name}".casefold() for word in words)
        ]
        rows: list[Row] = []
        for endpoint, group in groupby(fits, key=lambda entry: entry[1].endpoint):
            rows += _group(endpoint, list(group))
        status = self.assistant.model
        if text and status.endpoint not in ("", _BUILTIN) and not any(choice.name == text for _, choice in fits):
            rows.append(
                Row(key="free", left=(("Use ", "$dim"), (one_line(text), "bold"), (f" at {status.endpoint}", "$dim")))
            )
        self._picker.show(tuple(rows), "No model has these words." if text else "No model was found.")

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        if self.pulling:
            return
        if event.key == "free":
            self.use(self.assistant.model.endpoint, self._picker.text)
            return
        choice = self._choices[int(event.key)]
        if choice.installed:
            self.use(choice.endpoint, choice.name)
        elif choice.endpoint == _BUILTIN:
            self.pull(choice.name)

    def action_choose(self) -> None:
        """Uses the model under the cursor."""
        self._picker.choose()

    def action_add(self) -> None:
        """Opens the form for a server."""
        self.app.push_screen(AddEndpointScreen(self.assistant), self._added)

    def _added(self, status: ModelStatus | None) -> None:
        if status is not None:
            self.dismiss(status)

    def action_reload(self) -> None:
        """Asks the servers again."""
        self._load()

    def finished(self, status: ModelStatus) -> None:
        self.dismiss(status)


def _group(endpoint: str, entries: Sequence[tuple[int, ModelChoice]]) -> list[Row]:
    """An endpoint's models; one that does not answer is told in a sentence instead."""
    builtin = endpoint == _BUILTIN
    rows = [Row(key="", left=(("built in, runs on this machine" if builtin else one_line(endpoint), "bold $primary"),))]
    for number, choice in entries:
        if not choice.installed and not builtin:
            rows.append(Row(key="", left=(("  ", ""), (one_line(choice.detail), "$warning"))))
            continue
        mark = ("● ", "$success") if choice.current else ("  ", "")
        right = (("installed", "$success"),) if builtin and choice.installed else (("enter pulls it", "$dim"),)
        rows.append(
            Row(
                key=str(number),
                left=(mark, (one_line(choice.name), "$foreground"), (f"  {one_line(choice.detail)}", "$dim")),
                right=right if builtin else (),
            )
        )
    return rows
