"""Never learn things like this: which rule is to keep them out."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App

from memchat.core.errors import MemchatError
from memchat.tui.screens.browser.choose import Choice, ChooseScreen

if TYPE_CHECKING:
    from memchat.assistant import Assistant


class Changing(Protocol):
    """A screen that changes what is remembered."""

    assistant: "Assistant"

    @property
    def app(self) -> App[Any]:
        """Shows it."""
        ...

    def refused(self, error: MemchatError) -> None:
        """Says why a change cannot be made."""
        ...

    async def do(self, change: Awaitable[object], said: str = "") -> bool:
        """Makes a change and tells of it."""
        ...


async def offer(screen: Changing, memory_id: str, listed: str) -> None:
    """Makes a rule that keeps out things like a memory, once the user chose which.

    Args:
        screen: Asks, and makes the rule.
        memory_id: The memory's.
        listed: What lists the rules, such as a key.
    """
    memories = screen.assistant.memories
    try:
        rules = await memories.rule_choices(memory_id)
    except MemchatError as error:
        screen.refused(error)
        return

    async def take(key: str | None) -> None:
        if key:
            rule = rules[int(key)]
            await screen.do(memories.never_learn(memory_id, by=rule.basis), f"{rule.says} {listed} lists the rules.")

    choices = [Choice(key=str(number), text=rule.says) for number, rule in enumerate(rules)]
    screen.app.push_screen(ChooseScreen("Never learn things like this", choices), take)
