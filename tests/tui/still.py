"""memchat as it stands still: a fixed clock, a model that is only named, the same memory every time."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from memchat.assistant import Assistant, ModelChoice, ModelStatus
from memchat.assistant.explaining import Explaining
from memchat.core.context import ContextPlan, Recall
from memchat.core.events import EmbedderChanged
from memchat.core.memories import ProfileField
from memchat.core.messages import Message
from memchat.core.requests import SentRequest
from memchat.core.settings import Settings
from memchat.core.why import Why
from memchat.paths import Paths
from memchat.store import Store
from memchat.tui import app
from memchat.tui.app import MemchatApp
from memchat.tui.screens.chat import ChatScreen
from tests.tui import samples

BEGIN = datetime(2026, 3, 1, 21, 4, tzinfo=UTC)
NOW = BEGIN + timedelta(days=2, hours=1)
READY = ModelStatus(endpoint="builtin", name="qwen2.5-1.5b", local=True, window=16_384, state="ready")
_WAITING = ("open", "connect")
"""Workers that wait for another screen to close."""

REPLY = """\
**Murin-an.** You saved it on 3 March, with a note about the tea room.

| garden | opens | quiet |
|---|---|---|
| Murin-an | 9:00 | before ten |
| Ginkaku-ji | 8:30 | hardly |

```python
def walk(minutes: int) -> str:
    return f"{minutes} minutes from Sanjo"
```

- bring *cash*
- see `無鄰菴` on the signs
"""


class StillExplaining(Explaining):
    """Explains the same answer every time."""

    def __init__(self) -> None:
        """Needs nothing."""

    async def why(self, message_id: str, session_id: str | None = None) -> Why:
        return samples.why()

    async def sent(self, session_id: str) -> list[SentRequest]:
        at = samples.why().question.created_at
        newest = samples.request(samples.plan(left_out=samples.left_out()), at=at, message="q1")
        return [newest, samples.request(samples.plan(4), at=at, message="q0")]

    async def last_message(self, session_id: str) -> Message | None:
        return samples.why().question

    async def recalled_for(self, message: Message) -> Recall | None:
        return None


class StillAssistant(Assistant):
    """An assistant that loads nothing, asks nobody, and tells the same of the memory every time."""

    status = READY

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.explaining = StillExplaining()

    @property
    def model(self) -> ModelStatus:
        return self.status

    @property
    def embedder(self) -> EmbedderChanged:
        return EmbedderChanged(state="ready")

    def warm_up(self) -> None:
        return

    async def connect(self, *, asking: bool = True) -> ModelStatus:
        return self.status

    async def counted(self) -> None:
        return

    async def preview(self, session_id: str | None, text: str = "", *, use_memory: bool = True) -> ContextPlan:
        return samples.plan() if session_id and (await self.session(session_id)).message_count else _first_plan()

    async def profile(self) -> tuple[ProfileField, ...]:
        return samples.profile()

    async def model_choices(self) -> list[ModelChoice]:
        return [
            _choice("ollama", "qwen2.5:7b", "33k window"),
            _choice("ollama", "llama3.2:3b", "131k window"),
            _choice("work", "", "Nothing answers at http://10.0.0.7:8000/v1.", installed=False),
            _choice("builtin", "smollm2-135m", "98 MB · A quick try", installed=False),
            _choice("builtin", "qwen2.5-1.5b", "1.1 GB · Answers sensibly", current=True),
        ]


def _choice(endpoint: str, name: str, detail: str, *, installed: bool = True, current: bool = False) -> ModelChoice:
    return ModelChoice(endpoint=endpoint, name=name, detail=detail, installed=installed, current=current)


class NoModel(StillAssistant):
    """Has no model yet, and finds no server."""

    status = ModelStatus(state="none")

    async def model_choices(self) -> list[ModelChoice]:
        return []


def _first_plan() -> ContextPlan:
    plan = samples.plan(0)
    kept = tuple(block for block in plan.blocks if block.layer in ("system", "profile", "sessions"))
    return replace(plan, blocks=kept, recalled=())


async def seed(paths: Paths) -> str:
    """Stores three sessions, three memories and a second space, and gives the id of the session to show."""
    watch = Watch()
    store = await Store.open(paths.database, clock=lambda: watch.time)
    await _session(
        store, watch, "RAG with ChromaDB", ["I use ChromaDB.", "How large should chunks be?"], "512 tokens do well."
    )
    await _session(store, watch, "Leek soup for six", ["What goes with leeks?"], "Potatoes, and a little nutmeg.")
    shown = await _session(store, watch, "Trip to Kyoto", ["What was that place with the garden?"], REPLY)
    for text in ("Likes small gardens and quiet mornings", "Is allergic to peanuts"):
        await store.memories.add(kind="preference", text=text, confidence=1.0, origin="user")
        watch.wait(7)
    await store.memories.add(
        kind="fact",
        text="Moves to Porto in spring",
        confidence=0.6,
        origin="user",
        actor=READY.name,
        status="pending",
        reason="The model is not sure enough.",
    )
    await store.close()
    await (await Store.open(paths.database_of("work"), clock=lambda: BEGIN)).close()
    return shown


class Watch:
    """Goes on only when it is told to, however often the store looks at it."""

    def __init__(self) -> None:
        self.time = BEGIN

    def wait(self, minutes: int) -> None:
        self.time += timedelta(minutes=minutes)


async def _session(store: Store, watch: Watch, title: str, questions: Iterable[str], reply: str) -> str:
    session = await store.sessions.create(model=READY.name)
    for text in questions:
        question = await store.messages.append_user(session.id, text, tokens=17)
        watch.wait(7)
        answer = await store.messages.begin_reply(session.id, question.id, text=reply, model=READY.name)
        await store.messages.finish_reply(
            answer.id, text=reply, status="complete", tokens=64, usage=None, finish_reason="stop"
        )
        watch.wait(42)
    await store.sessions.rename(session.id, title, by="user")
    await store.sessions.end(session.id)
    return session.id


class StillApp(MemchatApp):
    """The app over such an assistant.

    Args:
        settings: All settings.
        paths: Where everything is.
        kind: The assistant.
        talk: Whether a session with messages and a full memory is shown.
    """

    CSS_PATH: ClassVar = [Path(app.__file__).with_name(str(name)) for name in MemchatApp.CSS_PATH]

    def __init__(self, settings: Settings, paths: Paths, *, kind: type[StillAssistant], talk: bool) -> None:
        super().__init__(settings, paths, environ={})
        self._kind = kind
        self._talk = talk

    async def _open_chat(self) -> ChatScreen:
        shown = await seed(self.paths)
        self.resume = shown if self._talk else None
        self.assistant = assistant = await self._kind.open(self.settings, self.paths, environ={}, clock=lambda: NOW)
        chat = ChatScreen(assistant, resume=self.resume)
        await self.push_screen(chat)
        return chat

    async def on_unmount(self) -> None:
        if self.assistant is not None:
            await self.assistant.close()

    async def settle(self, pilot: Pilot[None], done: Callable[[], Any]) -> None:
        """Lets the app work until `done`, and what was begun has come to an end."""
        for _ in range(2000):
            busy = [worker for worker in self.workers if worker.is_running and worker.group not in _WAITING]
            if done() and not busy:
                break
            await pilot.pause(0.01)
        else:
            raise AssertionError(f"it never came: {self.screen!r}")
        for widget in self.screen.query("TextArea, Input"):
            if isinstance(widget, TextArea | Input):
                widget.cursor_blink = False
        await pilot.pause()
