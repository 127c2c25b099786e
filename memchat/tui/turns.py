"""Sends messages, one after the other, and shows what comes back."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, assert_never, cast

from textual.message import Message as TextualMessage
from textual.timer import Timer

from memchat.core.errors import MemchatError
from memchat.core.events import (
    AssistantSaved,
    ContextBuilt,
    Delta,
    ForgetAsked,
    Learned,
    Reasoning,
    Recalled,
    Retrying,
    SecretsKeptOut,
    ToolCalled,
    TurnEvent,
    TurnFailed,
    UserSaved,
)
from memchat.core.messages import ToolUse
from memchat.tui.holding import Hold
from memchat.tui.painter import Painter
from memchat.tui.widgets.message import MessageView
from memchat.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from memchat.assistant import Assistant
    from memchat.tui.screens.chat_sessions import ChatSessions


class TurnHappened(TextualMessage):
    """An event of a turn, for the screen's variables."""

    def __init__(self, session_id: str, event: TurnEvent) -> None:
        super().__init__()
        self.session_id = session_id
        self.event = event


class Refused(TextualMessage):
    """A message was not sent; its text goes back into the input."""

    def __init__(self, text: str, sentence: str) -> None:
        super().__init__()
        self.text = text
        self.sentence = sentence


@dataclass(slots=True)
class _Waiting:
    """A message to be answered; `again` when it is stored already, `without` what is left out of its request."""

    view: MessageView
    again: bool = False
    without: tuple[str, ...] = ()


class Turns:
    """The turns of the session that is shown: one runs, those sent meanwhile wait.

    Args:
        screen: Where they are shown.
        transcript: Where the messages are.
    """

    def __init__(self, screen: "ChatSessions", transcript: Transcript) -> None:
        self._screen = screen
        self._transcript = transcript
        self._queue: deque[_Waiting] = deque()
        self._running = False
        self._session_id = ""
        self._countdown: Timer | None = None
        self._over = asyncio.Event()
        self._hold = Hold(screen)

    @property
    def _assistant(self) -> "Assistant":
        return self._screen.assistant

    @property
    def running(self) -> bool:
        """Whether a reply is on its way."""
        return self._running

    @property
    def queued(self) -> int:
        """How many messages wait for the running reply."""
        return len(self._queue)

    async def send(self, text: str) -> None:
        """Shows `text` at once, and has it answered when its turn comes."""
        if not self._running:
            self._hold.begin()
        view = self._transcript.new_view("user", text)
        view.queue(queued=self._running)
        await self._transcript.add(view)
        self._transcript.follow()
        self._queue.append(_Waiting(view))
        self._start()

    async def retry(self, without: Collection[str] = ()) -> None:
        """Has the last user message answered again; the answer that it had goes.

        Args:
            without: Ids of memories, messages, and sessions for their summaries, that are left out this time.
        """
        if self._running:
            return
        views = self._transcript.views
        if views and views[-1].role == "assistant":
            await views.pop().remove()
            self._transcript.settle()
        if views and views[-1].role == "user":
            views[-1].status("", again=False)
            self._transcript.follow()
            self._queue.append(_Waiting(views[-1], again=True, without=tuple(without)))
            self._start()

    async def take_back(self) -> str | None:
        """Takes the newest queued message away, and gives its text."""
        if not self._queue:
            return None
        waiting = self._queue.pop()
        await waiting.view.remove()
        self._transcript.settle()
        return waiting.view.text

    def stop(self) -> None:
        """Ends the running reply; what has come of it stays."""
        self._assistant.stop(self._session_id)

    async def drain(self) -> list[str]:
        """Stops, waits until what came is stored, and gives the texts that were not sent."""
        texts = [waiting.view.text for waiting in self._queue if not waiting.again]
        self._queue.clear()
        if self._running:
            self.stop()
            await self._over.wait()
        return texts

    def _start(self) -> None:
        if not self._running:
            self._running = True
            self._over.clear()
            self._screen.run_worker(self._run(), name="turns", group="turns", exit_on_error=False)

    async def _run(self) -> None:
        try:
            while self._queue:
                if not (await self._told_by_the_memory() or await self._screen.model_ready()):
                    await self._give_back()
                    return
                if self._queue:
                    await self._answer(self._queue.popleft())
        finally:
            self._running = False
            self._over.set()
            self._screen.refresh_bindings()

    async def _told_by_the_memory(self) -> bool:
        """Whether the next message is answered without a model."""
        from memchat.memory.overview import asks_what_is_known

        return bool(self._queue) and await asyncio.to_thread(asks_what_is_known, self._queue[0].view.text)

    async def _give_back(self) -> None:
        texts = []
        while self._queue:
            waiting = self._queue.popleft()
            if not waiting.again:
                texts.append(waiting.view.text)
                await waiting.view.remove()
        self._screen.post_message(Refused("\n\n".join(texts), "Not sent: no model is set up. ctrl+o picks one."))

    async def _answer(self, waiting: _Waiting) -> None:
        self._hold.begin()
        session_id = self._session_id = self._screen.session_id
        user = waiting.view
        user.queue(queued=False)
        reply = self._transcript.new_view("assistant")
        reply.waiting = "thinking…"
        following = self._queue[0].view if self._queue else None
        await self._transcript.add(reply, before=following)
        events = (
            self._assistant.retry(session_id, without=waiting.without)
            if waiting.again
            else self._assistant.turn(session_id, user.text)
        )
        painter = Painter(reply)
        try:
            async with aclosing(cast("Any", events)) as stream:
                await self._show(stream, user, reply, painter, session_id)
        except MemchatError as error:
            await self._failed(user, reply, str(error), stored=False)
        finally:
            self._hold.release()
            self._end_countdown()
            await painter.close()

    async def _show(
        self, events: AsyncIterator[TurnEvent], user: MessageView, reply: MessageView, painter: Painter, session_id: str
    ) -> None:
        async for event in events:
            self._screen.post_message(TurnHappened(session_id, event))
            match event:
                case UserSaved(message):
                    user.saved(message)
                case Recalled() | Learned() | ForgetAsked() | SecretsKeptOut():
                    pass
                case ContextBuilt():
                    self._hold.release_soon()
                case Delta(text):
                    self._hold.release()
                    self._end_countdown()
                    painter.write(text)
                case Reasoning(text):
                    painter.think(text)
                case ToolCalled():
                    reply.use_tool(ToolUse(name=event.name, arguments=event.arguments, result=event.result))
                case Retrying():
                    self._count_down(reply, event)
                case AssistantSaved(message):
                    await painter.close()
                    reply.saved(message)
                    if message.told and self._transcript.at_end:  # a page is read from its beginning
                        self._transcript.go_to(user)
                case TurnFailed():
                    sentence = f"{event.sentence} {event.next_step}".strip()
                    if event.user_message is not None:
                        user.message = event.user_message
                    await self._failed(user, reply, sentence, stored=event.user_message is not None)
                case _:
                    assert_never(event)

    async def _failed(self, user: MessageView, reply: MessageView, sentence: str, *, stored: bool) -> None:
        """No reply: the user's message says why, or goes back into the input when it was not stored."""
        await reply.remove()
        self._transcript.settle()
        if stored or user.message is not None:
            if user.message is not None:
                user.saved(user.message)
            user.status(sentence, again=True)
            user.add_class("-failed")
        else:
            await user.remove()
            if not self._transcript.children:
                await self._screen.show_welcome()
            self._screen.post_message(Refused(user.text, sentence))

    def _count_down(self, reply: MessageView, event: Retrying) -> None:
        self._end_countdown()
        until = monotonic() + event.seconds
        reply.why = event.reason.rstrip(".")

        def tick() -> None:
            left = max(0, round(until - monotonic()))
            reply.waiting = f"trying again in {left} s ({event.attempt} of {event.attempts})"

        tick()
        self._countdown = self._screen.set_interval(1.0, tick)

    def _end_countdown(self) -> None:
        if self._countdown is not None:
            self._countdown.stop()
            self._countdown = None
