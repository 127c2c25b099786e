"""Turns the assistant's events into the chat's variables and quiet lines."""

from typing import TYPE_CHECKING, assert_never

from memchat.core.events import (
    AssistantSaved,
    BackgroundEvent,
    Consolidated,
    ContextBuilt,
    Delta,
    EmbedderChanged,
    EpisodeClosed,
    ForgetAsked,
    Learned,
    LearningChanged,
    Reasoning,
    Recalled,
    Retrying,
    SecretsKeptOut,
    SessionChanged,
    SummaryUpdated,
    ToolCalled,
    TurnEvent,
    TurnFailed,
    UserSaved,
)
from memchat.tui.text import counted, one_line

if TYPE_CHECKING:
    from memchat.tui.screens.chat_sessions import ChatSessions


class Happenings:
    """What each event changes on the screen.

    Args:
        chat: The screen.
    """

    def __init__(self, chat: "ChatSessions") -> None:
        self._chat = chat
        self._plans = 0

    def turn(self, event: TurnEvent) -> None:
        """An event of the session that is shown."""
        chat = self._chat
        match event:
            case Recalled(recall):
                chat.recall = recall
            case ContextBuilt(plan):
                self._plans += 1
                chat.plan = plan
                chat.reported = None
            case AssistantSaved(message):
                chat.work(self.look_again(), group="plan")
                if message.usage is not None:
                    chat.reported = message.usage.prompt_tokens
            case TurnFailed():
                chat.work(self.look_again(), group="plan")
            case Learned():
                self._learned(event)
            case UserSaved():
                if chat.session is not None and not chat.session.title:
                    chat.work(self._read_session(), group="session")
            case Delta() | Reasoning() | ToolCalled() | Retrying() | ForgetAsked() | SecretsKeptOut():
                pass
            case _:
                assert_never(event)

    def background(self, event: BackgroundEvent) -> None:
        """An event outside of turns."""
        chat = self._chat
        match event:
            case Learned():
                self._learned(event)
            case SummaryUpdated():
                if event.new.session_id == chat.session_id:
                    chat.summary = event.new
                    chat.work(self.look_again(), group="plan")
            case SessionChanged(session):
                if session.id == chat.session_id:
                    chat.session = session
            case LearningChanged():
                chat.learning = event
            case EmbedderChanged():
                chat.embedder = event
            case EpisodeClosed() | Consolidated():
                pass
            case _:
                assert_never(event)

    def _learned(self, event: Learned) -> None:
        chat = self._chat
        for memory in event.added:
            chat.note(f"⟲ remembered: {one_line(memory.text, 160)}", "learned")
        for field in event.profile:
            chat.note(f"⟲ profile: {field.field} is {one_line(field.value, 120)}", "learned")
        if event.superseded:
            chat.note(f"⟲ {counted(len(event.superseded), 'older memory', 'older memories')} superseded", "learned")
        chat.work(self.look_again(), group="plan")

    async def _read_session(self) -> None:
        """Takes over the title that the first message gave the session."""
        chat = self._chat
        session = await chat.assistant.session(chat.session_id)
        if session.id == chat.session_id:
            chat.session = session

    async def look_again(self) -> None:
        """Asks what the next request holds, and for the profile that goes into it."""
        chat = self._chat
        session_id, plans = chat.session_id, self._plans
        profile = await chat.assistant.memories.profile()
        plan = await chat.assistant.preview(session_id)
        if session_id == chat.session_id:
            chat.profile = profile
            if plans == self._plans:  # else a turn has laid out a newer one meanwhile
                chat.plan = plan
