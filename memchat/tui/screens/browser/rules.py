"""Never learn things like this: the rules, made from what is under the cursor, seen and dropped."""

from memchat.core.errors import MemchatError
from memchat.core.rules import LearningRule
from memchat.tui.screens.browser import never
from memchat.tui.screens.browser.back import BrowserBack
from memchat.tui.screens.browser.choose import Choice, ChooseScreen
from memchat.tui.screens.browser.sight import is_memory
from memchat.tui.text import counted, one_line


class BrowserRules(BrowserBack):
    """The browser with what is never learned."""

    async def action_never(self) -> None:
        """Makes a rule that keeps out things like what is under the cursor, once the user chose which."""
        if (row := self.row) is not None and is_memory(row):
            await never.offer(self, row.id, self.key("memory.rules"))

    async def action_rules(self) -> None:
        """Lists what is never learned; drops the rule that is chosen."""
        try:
            rules = await self.assistant.memories.rules()
        except MemchatError as error:
            self.fail(str(error))
            return

        async def take(key: str | None) -> None:
            if key:
                await self.do(self.assistant.memories.drop_rule(key), "The rule is dropped.")

        choices = [Choice(key=rule.id, text=rule.says, right=_kept(rule)) for rule in rules]
        none = "No rule keeps anything out. Make one from a memory that you do not want to be learned again."
        self.app.push_screen(ChooseScreen("What is never learned · enter drops a rule", choices, empty=none), take)


def _kept(rule: LearningRule) -> str:
    return one_line(f"kept out {counted(rule.kept_out, 'time')}") if rule.kept_out else ""
