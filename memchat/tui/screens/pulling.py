"""Pulling a built-in model inside a screen: progress, cancelling, going on, and what to say when it fails."""

from typing import TYPE_CHECKING, Generic

from textual import work
from textual.screen import ScreenResultType
from textual.worker import Worker

from memchat.core.errors import MemchatError
from memchat.tui.screens.dialog import Dialog
from memchat.tui.widgets.pull_line import PullLine

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.assistant.values import ModelStatus
    from memchat.providers.download import Progress


class PullingDialog(Dialog[ScreenResultType], Generic[ScreenResultType]):
    """A dialog that can pull a built-in model and change to it; has a `PullLine` among its content."""

    def __init__(self, assistant: "Assistant") -> None:
        super().__init__()
        self.assistant = assistant
        self._pulling: Worker[None] | None = None

    def finished(self, status: "ModelStatus") -> None:
        """What is done once a model was changed to."""
        raise NotImplementedError

    @property
    def pulling(self) -> bool:
        """Whether a pull is on its way."""
        return self._pulling is not None and self._pulling.is_running

    def pull(self, name: str) -> None:
        """Pulls the built-in model called `name`, then changes to it."""
        if not self.pulling:
            self._pulling = self._pull(name)

    @work(group="pull", exit_on_error=False)
    async def _pull(self, name: str) -> None:
        line = self.query_one(PullLine)
        self.fail("")
        line.begin(name)
        self.add_class("-pulling")

        def report(progress: "Progress") -> None:
            line.progress = progress

        try:
            await self.assistant.weights.pull(name, report)
            status = await self.assistant.use_model("builtin", name)
        except MemchatError as error:
            self.fail(f"{error} What came is kept; enter goes on with it.")
            return
        finally:
            line.end()
            self.remove_class("-pulling")
        self.finished(status)

    @work(exclusive=True, group="use", exit_on_error=False)
    async def use(self, endpoint: str, name: str) -> None:
        """Changes to a model that can answer now."""
        self.fail("")
        try:
            status = await self.assistant.use_model(endpoint, name)
        except MemchatError as error:
            self.fail(str(error))
            return
        self.finished(status)

    def action_close(self) -> None:
        """Stops the pull, keeping what came; closes the screen when there is none."""
        if self.pulling and self._pulling is not None:
            self._pulling.cancel()
            self.fail("Stopped. What came is kept; enter goes on with it.")
        else:
            super().action_close()
