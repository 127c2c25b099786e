"""The events of one turn on stdout: as text while it comes, or as JSON, one event a line."""

import asyncio
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, assert_never

from memchat.cli.notices import Notices
from memchat.cli.output import json_text
from memchat.cli.running import DONE, FAILED, INTERRUPTED
from memchat.cli.text import shortened
from memchat.core.errors import MemchatError
from memchat.core.events import (
    AssistantSaved,
    BackgroundEvent,
    ChangedElsewhere,
    ContextBuilt,
    Delta,
    EmbedderChanged,
    EpisodeClosed,
    Event,
    ForgetAsked,
    Learned,
    LearningChanged,
    Reasoning,
    Recalled,
    Retrying,
    SecretsKeptOut,
    SessionChanged,
    ToolCalled,
    TurnEvent,
    TurnFailed,
    UserSaved,
)
from memchat.core.jsonable import event_json
from memchat.core.messages import Message
from memchat.core.text import without_controls

if TYPE_CHECKING:
    from memchat.assistant import Assistant

_MOMENT = 0.7
_LINE = 72


class Answer(ABC):
    """Follows one turn and the learning after it.

    Args:
        notices: For what is said on stderr.
    """

    def __init__(self, notices: Notices) -> None:
        self.notices = notices
        self._failure = ""
        self._unread = False

    @abstractmethod
    def show(self, event: TurnEvent) -> None:
        """Writes what `event` brings."""

    @abstractmethod
    def show_background(self, event: BackgroundEvent) -> None:
        """Writes what learning did."""

    @abstractmethod
    def refused(self, error: MemchatError) -> None:
        """Tells, if it has a place on stdout, that there is no turn; the sentence goes to stderr by itself."""

    async def turn(
        self,
        assistant: "Assistant",
        session_id: str,
        text: str | None,
        *,
        use_memory: bool,
        without: Collection[str] = (),
    ) -> int:
        """Runs the turn, and gives the exit code. ^C stops the reply, whose text so far is kept.

        Args:
            assistant: Who answers.
            session_id: Where.
            text: What is said; none has the last message answered again.
            use_memory: Whether what is remembered goes in.
            without: Ids of what is left out of it when it is answered again.
        """
        code, listening = FAILED, False
        async with _stopping(assistant, session_id) as stopped:
            async for event in (
                assistant.turn(session_id, text, use_memory=use_memory)
                if text is not None
                else assistant.retry(session_id, use_memory=use_memory, without=without)
            ):
                self.notices.clear()
                if not listening:  # the turn's own beginning comes first
                    assistant.subscribe(self._heard)
                    listening = True
                try:
                    if not self._unread:
                        self.show(event)
                except BrokenPipeError:  # the reader has enough; what came is kept
                    self._unread = True
                    assistant.stop(session_id)
                match event:
                    case Retrying():
                        self.notices.retrying(event)
                    case AssistantSaved(message):
                        code = self._saved(message)
                    case TurnFailed() if not stopped.is_set():
                        self.notices.say(f"{event.sentence} {event.next_step}")
                    case _:
                        pass
        if self._unread:
            raise BrokenPipeError
        return INTERRUPTED if stopped.is_set() else code

    def _saved(self, message: Message) -> int:
        if message.finish_reason == "length":
            self.notices.say("The reply reached its limit and ends there. Raise model.reply_tokens for longer ones.")
        if message.status != "partial":
            return DONE
        self.notices.say(message.error or "The reply was cut off; what came of it is kept.")
        return FAILED

    async def learning(self, assistant: "Assistant", seconds: float) -> None:
        """Waits for the learning from this turn, at most `seconds`."""
        waiting = asyncio.create_task(assistant.settle(seconds))
        done, _ = await asyncio.wait({waiting}, timeout=_MOMENT)
        if not done:
            self.notices.passing("Learning from this turn… (ctrl+c leaves it to the next run)")
        if await waiting:
            return
        if self._failure:
            self.notices.say(f"Learning is not finished, and the next run goes on with it: {self._failure}")
        else:
            self.notices.remark("Learning is not finished; the next run goes on with it.")

    def _heard(self, event: BackgroundEvent) -> None:
        if isinstance(event, LearningChanged):  # one that succeeds takes an earlier one's failure away: both are told
            self._failure = event.failure or self._failure
        with suppress(BrokenPipeError):
            self.show_background(event)


class TextAnswer(Answer):
    """The reply's text alone on stdout."""

    def __init__(self, notices: Notices) -> None:
        super().__init__(notices)
        self._written = ""
        self._asides: list[str] = []
        self._over = False

    def show(self, event: TurnEvent) -> None:
        match event:
            case Delta(text):
                self._write(text)
            case AssistantSaved(message):
                if not self._written:
                    self._write(message.text)
                self._end_line()
                self._tell_asides()
            case TurnFailed():
                self._end_line()
                self._tell_asides()
            case Learned():
                self.show_background(event)
            case ForgetAsked(memory):
                self._asides.append(f"The model asks to forget: {shortened(memory.text, _LINE)}")
                self._asides.append(f"`memchat memory forget {memory.id}` does it; nothing was forgotten.")
            case SecretsKeptOut(kinds=kinds):
                self._asides.append(f"Replaced by placeholders before it was kept and sent: {', '.join(kinds)}.")
            case UserSaved() | Recalled() | ContextBuilt() | Reasoning() | ToolCalled() | Retrying():
                pass
            case _:
                assert_never(event)

    def show_background(self, event: BackgroundEvent) -> None:
        if not isinstance(event, Learned) or not sys.stderr.isatty():
            return
        self._asides += [f"remembered: {shortened(item.text, _LINE)}" for item in event.added]
        self._asides += [f"remembered: {shortened(f'{item.field}: {item.value}', _LINE)}" for item in event.profile]
        self._asides += [f"changed: {shortened(item.text, _LINE)}" for item in event.changed]
        self._asides += [f"waits for your review: {shortened(item.text, _LINE)}" for item in event.pending]
        if self._over:
            self._tell_asides()

    def _tell_asides(self) -> None:
        """Says what came up beside the reply, once that is whole."""
        self._over = True
        asides, self._asides = self._asides, []
        for sentence in asides:
            self._end_line()
            self.notices.say(sentence)

    def refused(self, error: MemchatError) -> None:  # noqa: ARG002 - stderr tells it
        self._end_line()

    def _write(self, text: str) -> None:
        if text := without_controls(text):
            sys.stdout.write(text)
            sys.stdout.flush()
            self._written = text

    def _end_line(self) -> None:
        if self._written and not self._written.endswith("\n"):
            self._write("\n")


_ASIDE = (ChangedElsewhere, EmbedderChanged, EpisodeClosed, LearningChanged, Retrying, SessionChanged)
"""What a screen shows beside the turn; scripts read what the turn and its learning did, and stderr has the rest."""


class JsonAnswer(Answer):
    """Each event of the turn, and what was learned from it, as a line of JSON."""

    def show(self, event: TurnEvent) -> None:
        self._line(event)

    def show_background(self, event: BackgroundEvent) -> None:
        self._line(event)

    def refused(self, error: MemchatError) -> None:
        self._line(TurnFailed(sentence=error.sentence, next_step=error.next_step, user_message=None, retryable=False))

    def _line(self, event: Event) -> None:
        if not isinstance(event, _ASIDE):
            print(json_text(event_json(event)), flush=True)


@asynccontextmanager
async def _stopping(assistant: "Assistant", session_id: str) -> AsyncIterator[asyncio.Event]:
    """While it holds, ^C stops the reply and sets the event; a second one ends the command at once."""
    stopped = asyncio.Event()
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopped.is_set() and task is not None:
            task.cancel()
        stopped.set()
        assistant.stop(session_id)

    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, stop)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        yield stopped
        return
    try:
        yield stopped
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
