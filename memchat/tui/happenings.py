"""Turns the assistant's events into the chat's variables and quiet lines."""

from typing import TYPE_CHECKING, assert_never

from memchat.core.errors import NotFound
from memchat.core.events import (
    AssistantSaved,
    BackgroundEvent,
    ChangedElsewhere,
    Consolidated,
    ContextBuilt,
    Delta,
    EmbedderChanged,
    EpisodeClosed,
    ForgetAsked,
    IndexChanged,
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
from memchat.tui.indexed import noted
from memchat.tui.text import counted
from memchat.tui.widgets.chip import Chip, tells
from memchat.tui.widgets.forgetting import ForgetQuestion

if TYPE_CHECKING:
    from memchat.tui.screens.chat_sessions import ChatSessions


class Happenings:
    """What each event changes on the screen.

    Args:
        chat: The screen.

    Attributes:
        consolidating: Whether the user asked for it, and is told also when nothing came of it.
    """

    def __init__(self, chat: "ChatSessions") -> None:
        self._chat = chat
        self._plans = 0
        self._looks = self._looked = 0
        self._asked = ""
        self.consolidating = False

    def turn(self, event: TurnEvent) -> None:
        """An event of the session that is shown."""
        chat = self._chat
        match event:
            case Recalled(recall):
                chat.recall, chat.resumed = recall, False
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
            case UserSaved(message):
                self._asked = message.id
                chat.transcript.fade()
                if chat.session is not None and not chat.session.title:
                    chat.work(self._read_session(), group="session")
            case ForgetAsked(memory):
                chat.work(chat.transcript.add_under(ForgetQuestion(memory), self._asked), group="note")
            case SecretsKeptOut(kinds=kinds):
                chat.say(
                    f"What looks like a secret was replaced before it was kept and sent ({', '.join(kinds)}). "
                    "privacy.redact_secrets = false turns that off."
                )
            case Delta() | Reasoning() | ToolCalled() | Retrying():
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
                if event.session_id == chat.session_id:
                    chat.summary, chat.versions = event.new, ()
                    chat.work(self.look_again(), group="plan")
            case SessionChanged(session):
                if session.id == chat.session_id:
                    chat.session = session
                    chat.work(self.look_again(), group="plan")
            case LearningChanged():
                if event.unable and (chat.learning is None or chat.learning.unable != event.unable):
                    chat.say(event.unable)
                chat.learning = event
            case EmbedderChanged():
                chat.embedder = event
            case IndexChanged():
                self._index_changed(event)
            case Consolidated():
                self._consolidated(event)
            case ChangedElsewhere():
                chat.work(self._changed_elsewhere(), group="session")
                self._learned(Learned())
            case EpisodeClosed():
                pass
            case _:
                assert_never(event)

    async def _changed_elsewhere(self) -> None:
        """Shows what is there now; what is said in a session that was put away would go with it."""
        chat = self._chat
        await chat.catch_up()
        if chat.turns.running or not chat.session_id:
            return
        try:
            gone = await chat.check_session()
        except NotFound:
            await chat.begin_session()
            return
        if gone:
            chat.say("The session was deleted in another window; this is a new one. /undo brings it back.")

    def _learned(self, event: Learned) -> None:
        chat = self._chat
        if event.message_id is None:
            # What the lines tell of may have been undone or written over.
            chat.work(chat.transcript.hear(chat.assistant.store.memories.by_ids), group="note")
        if tells(event) and event.session_id == chat.session_id:
            chat.work(chat.transcript.add_chip(Chip(event, chat.chip_keys()), event.message_id), group="note")
            chat.used("learned")
        chat.work(self.look_again(), group="plan")

    def _consolidated(self, event: Consolidated) -> None:
        did = [
            (event.merged, "merged"),
            (event.distilled, "proposed for your review"),
            (event.archived, "archived"),
        ]
        told = [f"{counted(len(memories), 'memory', 'memories')} {what}" for memories, what in did if memories]
        if event.conflicts:
            told.append(f"{counted(len(event.conflicts), 'contradiction')} to settle (f6)")
        if event.problem:
            self._chat.note(event.problem, "problem")
        elif told:
            self._chat.note(f"⟲ consolidated: {', '.join(told)} · /undo takes it back", "learned")
        elif self.consolidating:
            self._chat.note("⟲ consolidated: nothing says the same twice, and nothing contradicts", "learned")
        self.consolidating = False
        self._chat.work(self.look_again(), group="plan")

    def _index_changed(self, event: IndexChanged) -> None:
        note = noted(self._chat.indexing, event)
        self._chat.indexing = event
        if note is not None:
            sentence, problem = note
            self._chat.say(sentence, problem=problem)

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
        self._looks += 1
        look = self._looks
        profile = await chat.assistant.memories.profile()
        pending = await chat.assistant.memories.pending()
        muted = await chat.assistant.memories.muted(session_id)
        plan = await chat.assistant.preview(session_id)
        pinned = await chat.pinned_now()
        summary = await chat.assistant.summaries.holding(session_id) if session_id else None
        # Of two that ran at once the one that began later knows more.
        if session_id == chat.session_id and look > self._looked:
            self._looked = look
            chat.profile, chat.pending, chat.muted, chat.pinned = profile, pending, muted, pinned
            if summary != chat.summary:  # what was done to it was taken back
                chat.summary, chat.versions = summary, ()
            if plans == self._plans:  # else a turn has laid out a newer one meanwhile
                chat.plan = plan
