"""A question that is answered by yes or no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class ConfirmScreen(ModalScreen[bool]):
    """Asks; enter or y is yes, esc or n is no.

    Args:
        question: What is asked.
        detail: What it is about, such as an address; shown as it is.
    """

    CSS_PATH: ClassVar = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("escape,n", "answer(False)", "No", id="confirm.no"),
    ]

    def __init__(self, question: str, detail: str = "") -> None:
        super().__init__()
        self._question = question
        self._detail = detail

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm"):
            yield Static(self._question, markup=False, id="confirm-question")
            yield Static(self._detail, markup=False, id="confirm-detail")
            yield Static("enter yes · esc no", markup=False, id="confirm-keys")

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001
        self.dismiss(yes)
