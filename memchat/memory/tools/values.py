"""What a tool works on, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memchat.core.chat import Tool
from memchat.core.context import RecalledItem
from memchat.core.errors import MemchatError
from memchat.core.events import ForgetAsked, Learned
from memchat.core.messages import Message
from memchat.core.settings import Settings
from memchat.memory.recall import Recaller
from memchat.memory.tools.schemas import TOOLS

if TYPE_CHECKING:
    from memchat.store import Store

RESULT_CHARACTERS = 2_400
"""How long a tool's answer is at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """What a tool works on.

    Attributes:
        store: What is remembered.
        user: The message that is being answered; what is kept rests on it.
        model: Who calls.
        without: Refs of what the user wants left out of this answer.
        recalled: What was recalled for that message; nothing is kept from it.
        offered: The tools that there are; a call of another one does nothing.
    """

    store: "Store"
    recaller: Recaller
    settings: Settings
    user: Message
    model: str
    without: frozenset[str] = frozenset()
    recalled: Sequence[RecalledItem] = ()
    offered: tuple[Tool, ...] = TOOLS


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What goes back to the model, what was kept, and what the user is to be asked."""

    text: str
    learned: Learned | None = None
    asked: ForgetAsked | None = None


def argument(arguments: Mapping[str, Any], name: str) -> str:
    """A text among a call's arguments.

    Raises:
        MemchatError: It is missing or blank.
    """
    value = arguments.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise MemchatError(f"The argument {name} is missing.", "Call again with a text for it.")
    return value.strip()
