"""A form for an OpenAI-compatible server."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from memchat.assistant.values import ModelStatus
from memchat.core.errors import MemchatError
from memchat.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_NOTE = "The key is kept in the system's keyring, or in a file that only you can read. A local server needs none."


class AddEndpointScreen(Dialog[ModelStatus]):
    """Name, address, key and model; its result is the model's status, or none."""

    HEADING = "Add a server"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next, save", show=True, id="endpoint.next"),
        Binding("tab", "app.focus_next", "Next", show=False),
        Binding("down", "app.focus_next", "Next", show=False),
        Binding("up", "app.focus_previous", "Previous", show=False),
        Binding("ctrl+s", "save", "Save", priority=True, id="endpoint.save"),
    ]

    def __init__(self, assistant: "Assistant", *, name: str = "", base_url: str = "", model: str = "") -> None:
        """The form.

        Args:
            assistant: Saves it.
            name: What the endpoint is called.
            base_url: Its address up to and including `/v1`.
            model: The model to use there; empty takes its first.
        """
        super().__init__()
        self._assistant = assistant
        self._given = {"name": name, "url": base_url, "key": "", "model": model}

    def content(self) -> ComposeResult:
        for key, label, hint in (
            ("name", "Name", "what to call it, such as openai"),
            ("url", "Address", "https://api.openai.com/v1"),
            ("key", "Key", "API key; empty for none"),
            ("model", "Model", "empty takes the first that the server lists"),
        ):
            with Horizontal(classes="field"):
                yield Label(label)
                yield Input(self._given[key], placeholder=hint, password=key == "key", compact=True, id=key)
        yield Static(_NOTE, classes="note", markup=False)

    def on_mount(self) -> None:
        empty = [key for key, value in self._given.items() if not value]
        self.query_one(f"#{empty[0] if empty else 'key'}", Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "model":
            self.action_save()
        else:
            self.focus_next()

    def action_next(self) -> None:
        """Goes to the next line; from the last one it saves."""
        self.focus_next()

    def action_save(self) -> None:
        """Saves the server and asks it for its models."""
        values = {key: self.query_one(f"#{key}", Input).value.strip() for key in self._given}
        for key, sentence in (("name", "Give it a name."), ("url", "Give its address, up to and including /v1.")):
            if not values[key]:
                self.fail(sentence)
                self.query_one(f"#{key}", Input).focus()
                return
        self._save(values)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(self, values: dict[str, str]) -> None:
        self.fail("")
        frame = self.query_one("#frame")
        frame.border_subtitle = "asking the server…"
        try:
            status = await self._assistant.add_endpoint(values["name"], values["url"], values["key"], values["model"])
        except MemchatError as error:
            self.fail(str(error))
            return
        finally:
            frame.border_subtitle = ""
        if status.state == "failed":
            self.fail(status.problem)
        else:
            self.dismiss(status)
