"""Taking changes back and making them again: the newest, or one out of the history."""

from collections.abc import Callable, Sequence

from memchat.core.memories import Change
from memchat.tui import changes
from memchat.tui.screens.browser import differences
from memchat.tui.screens.browser.choose import Choice, ChooseScreen
from memchat.tui.screens.browser.sight import is_memory
from memchat.tui.screens.browser.words import BrowserWords

_LATEST = 500


class BrowserBack(BrowserWords):
    """The browser with what takes changes back."""

    async def action_undo(self) -> None:
        """Takes the newest change back."""
        await self.do(changes.undo(self.assistant.memories))

    async def action_redo(self) -> None:
        """Makes again what was taken back last."""
        await self.do(changes.redo(self.assistant.memories))

    async def action_changes(self) -> None:
        """Lists the changes of what is under the cursor; takes the chosen one back, whatever came after it."""
        row = self.row
        if row is None:
            return
        target = row.id if is_memory(row) else f"session:{row.id}"
        found = await self.assistant.memories.history(f"profile:{row.field}" if row.field else target)
        standing = [change for change in reversed(found) if change.undone_at is None]
        none = "Nothing of it was changed, or all of it was taken back."
        self._offer("Its changes · enter takes one back", standing, none, differences.made)

    async def action_all_changes(self) -> None:
        """Lists the latest changes of everything; takes the chosen one back."""
        found = await self.assistant.memories.changes(limit=_LATEST)
        standing = [change for change in found if change.undone_at is None]
        self._offer("All changes · enter takes one back", standing, "Nothing was changed yet.", changes.about)

    def _offer(self, title: str, standing: Sequence[Change], none: str, what: Callable[[Change], str]) -> None:
        async def take(key: str | None) -> None:
            if key:
                await self.do(changes.undo_one(self.assistant.memories, key))

        choices = [
            Choice(
                key=change.id,
                text=changes.told(change, what(change)),
                right=f"{change.at.astimezone():%d %b %Y %H:%M}",
            )
            for change in standing
        ]
        self.app.push_screen(ChooseScreen(title, choices, empty=none), take)
