"""The first run: the ways to a model, on one screen."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.core.errors import MemchatError
from memchat.providers.catalog import CatalogModel, find
from memchat.tui.screens.add_endpoint import AddEndpointScreen
from memchat.tui.screens.pulling import PullingDialog
from memchat.tui.text import one_line, size_of
from memchat.tui.widgets.panels.rows import Row, Rows
from memchat.tui.widgets.pull_line import PullLine

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_WELCOME = (
    "memchat needs a model to answer. Pick one of these ways; all else works already, and "
    "you can change your mind at any time with ctrl+o."
)
_OPENAI = "https://api.openai.com/v1"
SMALL = "smollm2-135m"
RECOMMENDED = "qwen2.5-coder-1.5b"


class FirstRunScreen(PullingDialog[ModelStatus]):
    """A built-in model, an API key, or a server; its result is the model's status, or none."""

    HEADING = "Welcome to memchat"
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", id="first.choose"),
        Binding("ctrl+r", "look", "Look for servers again", id="first.look"),
        Binding("escape", "close", "Stop, or later", id="first.close"),
    ]

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__(assistant)
        self._servers: list[ModelChoice] = []
        self._looking = True

    def content(self) -> ComposeResult:
        yield Static(_WELCOME, classes="note", markup=False)
        yield Rows(steady=True)
        yield PullLine()

    def on_mount(self) -> None:
        self._show()
        self.action_look()

    def action_look(self) -> None:
        """Looks for servers on this machine."""
        self._look()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        self._looking = True
        self._show()
        try:
            choices = await self.assistant.model_choices()
        except MemchatError as error:
            self.fail(str(error))
            choices = []
        self._servers = [choice for choice in choices if choice.endpoint != "builtin" and choice.installed]
        self._looking = False
        self._show()

    def _show(self) -> None:
        installed = set(self.assistant.weights.installed())
        free, memory = _room(self.assistant.weights.folder)
        rows: list[Row] = [_heading("On this machine, with nothing to set up")]
        for name in (SMALL, RECOMMENDED):
            rows += _builtin(
                find(name),
                free=free,
                memory=memory,
                partial=self.assistant.weights.partial(name),
                here=name in installed,
            )
        rows += [Row(key="", left=(("", ""),)), _heading("A server on this machine")]
        rows += [
            Row(
                key=f"server:{number}",
                left=((one_line(choice.name), "bold"), (f"  at {one_line(choice.endpoint)}", "$dim")),
                right=((choice.detail, "$dim"),),
            )
            for number, choice in enumerate(self._servers[:4])
        ]
        if not self._servers:
            said = "looking for Ollama, LM Studio, llama.cpp and vLLM…" if self._looking else "none answers here"
            rows.append(Row(key="", left=((f"  {said}", "$dim"),)))
        rows += [
            Row(key="", left=(("", ""),)),
            _heading("Elsewhere"),
            Row(key="key", left=(("An API key  ", "bold"), ("for OpenAI", "$dim"))),
            Row(key="url", left=(("A server's address  ", "bold"), ("anything that speaks OpenAI's language", "$dim"))),
        ]
        self.query_one(Rows).rows = tuple(rows)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        if self.pulling:
            return
        kind, _, which = event.key.partition(":")
        if kind == "builtin":
            self.pull(which)
        elif kind == "server":
            choice = self._servers[int(which)]
            self.use(choice.endpoint, choice.name)
        elif kind == "key":
            self._form(AddEndpointScreen(self.assistant, name="openai", base_url=_OPENAI))
        else:
            self._form(AddEndpointScreen(self.assistant))

    def _form(self, form: AddEndpointScreen) -> None:
        self.app.push_screen(form, self._added)

    def _added(self, status: ModelStatus | None) -> None:
        if status is not None:
            self.dismiss(status)

    def action_choose(self) -> None:
        """Takes the way under the cursor."""
        self.query_one(Rows).action_choose()

    def finished(self, status: ModelStatus) -> None:
        self.dismiss(status)


def _heading(text: str) -> Row:
    return Row(key="", left=((text, "$primary"),))


def _builtin(model: CatalogModel, *, free: int, memory: int, partial: int, here: bool) -> Sequence[Row]:
    """A built-in model and, beneath it, what speaks for or against it here."""
    needs = model.size_bytes - partial
    fits = (not free or free > needs * 1.1) and (not memory or memory > model.memory_bytes)
    if here:
        said, colour = "is here already", "$success"
    elif partial:
        said, colour = f"{size_of(partial)} of it are here; enter goes on", "$accent"
    elif free and free < needs * 1.1:
        said, colour = f"the disk has {size_of(free)} free, too little", "$warning"
    elif memory and memory < model.memory_bytes:
        said, colour = f"wants {size_of(model.memory_bytes)} of memory; {size_of(memory)} are free", "$warning"
    else:
        said, colour = ("recommended", "$success") if not model.dim else ("a quick try", "$dim")
    return (
        Row(
            key=f"builtin:{model.name}",
            left=((model.title, "bold"), (f"  {size_of(model.size_bytes)}", "$dim" if fits else "$warning")),
            right=((said, colour),),
        ),
        Row(key="", left=((f"  {model.about}", "$dim"),)),
    )


def _room(folder: Path) -> tuple[int, int]:
    """Free bytes on the disk of `folder` and of memory; 0 for what cannot be told."""
    from memchat.providers.machine import available_memory

    existing = next((each for each in (folder, *folder.parents) if each.exists()), Path())
    try:
        free = shutil.disk_usage(existing).free
    except OSError:
        free = 0
    return free, available_memory()
