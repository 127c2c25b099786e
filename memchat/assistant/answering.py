"""What each turn is given, whatever its session."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from memchat.assistant.homes import Homes
from memchat.assistant.shared import Shared
from memchat.assistant.telling import Telling
from memchat.assistant.turn import Turn
from memchat.core.events import BackgroundEvent, TurnEvent
from memchat.core.settings import Settings
from memchat.memory.recall import Recaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Answers in any session.

    Attributes:
        homes: Where the sessions live.
        shared: The model, the embedder, the tokenizer.
        publish: Told of what the session itself is not.
        telling: Answers what is remembered.
    """

    homes: Homes
    shared: Shared
    recaller: Recaller
    publish: Callable[[BackgroundEvent], None]
    telling: Telling

    async def answer(
        self,
        session_id: str,
        text: str | None,
        settings: Settings,
        *,
        stop: asyncio.Event,
        use_memory: bool,
        reply: str | None,
        without: frozenset[str] = frozenset(),
    ) -> AsyncGenerator[TurnEvent, None]:
        """One turn.

        Args:
            session_id: Where it is said.
            text: What the user says; none has their last message answered again.
            settings: As they are now.
            stop: Set by the user to end the reply.
            use_memory: Whether what is remembered goes in.
            reply: The words of the reply where they are given.
            without: Refs of what is left out of the request this time.
        """
        home, texts = self.homes.of(session_id), self.shared.texts
        await texts.load()
        page = "" if reply is not None else await self.telling.reply_to(session_id, text, use_memory=use_memory)
        turn = Turn(
            session=await home.store.sessions.get(session_id),
            home=home,
            settings=settings,
            connection=self.shared.connection,
            recaller=self.recaller,
            embedder=self.homes.main.embedder,
            count=texts.count,
            publish=self.publish,
            quiet=self.homes.quiet,
            stop=stop,
            use_memory=use_memory,
            reply=reply,
            page=page,
            without=without,
        )
        answer = turn.retry() if text is None else turn.ask(*await texts.said(session_id, text))
        async with aclosing(answer) as events:
            async for event in events:
                yield event
