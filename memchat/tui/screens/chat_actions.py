"""What the chat's keys do."""

from typing import Literal

from memchat.tui.screens import chat_opens as opens
from memchat.tui.screens.chat_spaces import ChatSpaces
from memchat.tui.widgets.completions import Completions
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.panels import PanelName, Panels


class ChatActions(ChatSpaces):
    """The chat with its keys."""

    def action_back(self) -> None:
        """Closes what is open, takes back what is queued, stops the reply, or goes back to the prompt."""
        completions = self.query_exactly_one(Completions)
        if completions.open:
            completions.offer(())
        elif self.drawer_open and not self.prompt.has_focus:
            self.drawer_open = False
            self.prompt.focus()
        elif self.turns.queued:
            self.work(self._take_back(), group="send")
        elif self.turns.running:
            self.turns.stop()
        elif self.drawer_open:
            self.drawer_open = False
            self.prompt.focus()
        elif not self.prompt.has_focus:
            self.prompt.focus()
        else:
            self.action_newest()

    async def _take_back(self) -> None:
        text = await self.turns.take_back()
        if text:
            self.prompt.give_back(text)

    def action_panels(self) -> None:
        """Opens or closes the panels: a column where there is room, else a drawer."""
        if self.has_class("-narrow"):
            self.drawer_open = not self.drawer_open
            hidden = not self.drawer_open
        else:
            self.panels_open = not self.panels_open
            hidden = not self.panels_open
        if hidden and not self.prompt.has_focus:
            self.prompt.focus()

    def action_panel(self, name: PanelName) -> None:
        """Opens the panels and goes to one of them."""
        self.used("panels")
        if self.has_class("-narrow"):
            self.drawer_open = True
        else:
            self.panels_open = True
        self.call_after_refresh(self.query_exactly_one(Panels).show, name)

    def action_sessions(self) -> None:
        self.work(opens.sessions(self), group="open")

    def action_model(self) -> None:
        self.work(opens.models(self), group="open")

    def action_help(self) -> None:
        self.work(opens.help_screen(self), group="open")

    def action_search(self) -> None:
        self.search("")

    def search(self, query: str) -> None:
        """Opens the search, with `query` in it."""
        self.work(opens.search(self, query), group="open")

    def action_memory(self) -> None:
        self.used("memory")
        self.work(opens.memory(self), group="open")

    def action_review(self) -> None:
        """Opens what waits for the user's review."""
        self.work(opens.review(self), group="open")

    def action_request(self) -> None:
        self.work(opens.request(self), group="open")

    def action_new(self) -> None:
        self.work(self.begin_session(), group="command")

    def action_copy_reply(self) -> None:
        """Copies the last reply."""
        text = next((view.text for view in reversed(self.transcript.views) if view.role == "assistant"), "")
        if text:
            self.app.copy_to_clipboard(text)
        else:
            self.say("There is no reply to copy yet.")

    def action_edit_prompt(self) -> None:
        self.work(opens.editor(self), group="open")

    def action_message_step(self, by: int) -> None:
        """Focuses the message before (-1) or after (1) what has the focus, a line under an answer included."""
        children = list(self.transcript.children)
        at = next((place for place, child in enumerate(children) if child.has_focus), len(children))
        way = children[at + 1 :] if by > 0 else children[:at][::-1]
        if (view := next((child for child in way if isinstance(child, MessageView)), None)) is not None:
            view.focus()
        elif by > 0:
            self.prompt.focus()
        else:
            self.transcript.scroll_home(animate=False)

    def action_message_end(self, end: int) -> None:
        """Focuses the first (-1) or the last (1) message."""
        if views := self.transcript.views:
            views[0 if end < 0 else -1].focus()

    def action_newest(self) -> None:
        """Goes to the end of the conversation, and stays there."""
        self.work(self.show_newest(), group="earlier")

    def action_scroll(self, how: Literal["page_up", "page_down"]) -> None:
        """Scrolls the transcript while something else has the focus."""
        (self.transcript.action_page_up if how == "page_up" else self.transcript.action_page_down)()
