"""Plays one written conversation through the real program, and asks its questions."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from memchat.assistant import Assistant
from memchat.assistant.shared import Shared
from memchat.core.context import ContextPlan
from memchat.core.errors import ModelError
from memchat.core.events import AssistantSaved, ContextBuilt, TurnFailed
from memchat.core.settings import Settings
from memchat.evaluation.cases import Conversation, Exchange, Question, Sitting
from memchat.evaluation.observed import Asked, Observed
from memchat.evaluation.watching import SimulatedClock, Watch, find_secrets, logged_to
from memchat.paths import Paths
from memchat.store import Store

_SETTLE_SECONDS = 120.0
"""Learning from one message that takes longer is given up."""

_BEFORE_QUESTIONS = timedelta(days=1)
_BETWEEN_QUESTIONS = timedelta(minutes=1)


class Player:
    """Plays one conversation after the other.

    Args:
        shared: The model, and the embedder.
        noted_as: Under what is noted what the model can do.
    """

    def __init__(self, settings: Settings, shared: Shared, noted_as: str, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._shared = shared
        self._noted_as = noted_as
        self._environ = environ
        self._extracts: bool | None = None

    async def play(self, conversation: Conversation) -> Observed:
        """Plays a conversation in a home that is gone afterwards.

        Raises:
            ModelError: The model did not answer.
        """
        began = time.monotonic()
        with TemporaryDirectory(prefix="memchat-eval-") as folder:
            paths = Paths.from_environment({"MEMCHAT_HOME": folder})
            paths.ensure()
            clock = SimulatedClock(conversation.sittings[0].at)
            with logged_to(paths.log_file):
                async with self._assistant(paths, clock) as (assistant, watch):
                    observed = await self._observe(assistant, watch, clock, conversation)
            leaks = await asyncio.to_thread(find_secrets, Path(folder), conversation.secrets)
        return replace(observed, leaks=leaks, seconds=time.monotonic() - began)

    @asynccontextmanager
    async def _assistant(self, paths: Paths, clock: SimulatedClock) -> AsyncIterator[tuple[Assistant, Watch]]:
        """An assistant that knows of the model what the ones before it found out."""
        store = await Store.open(paths.database, clock=clock)
        name = self._shared.connection.status.name
        if self._extracts is not None:
            await store.models.note(self._noted_as, name, extracts=self._extracts)
        assistant = Assistant(self._settings, paths, store, self._environ, clock, self._shared)
        watch = Watch()
        assistant.subscribe(watch)
        try:
            assistant.warm_up()
            yield assistant, watch
            self._extracts = (await store.models.get(self._noted_as, name)).extracts
        finally:
            await assistant.close()

    async def _observe(
        self, assistant: Assistant, watch: Watch, clock: SimulatedClock, conversation: Conversation
    ) -> Observed:
        waits = [wait for sitting in conversation.sittings for wait in await _sit(assistant, watch, clock, sitting)]
        memories = await assistant.store.memories.list(fields=True)
        at = clock()
        usage = await assistant.store.usage.totals()
        asked: list[Asked] = []
        moment = at + _BEFORE_QUESTIONS
        for with_memory in (True, False):
            for question in conversation.questions:
                clock.set(moment)
                moment += _BETWEEN_QUESTIONS
                asked.append(await ask(assistant, question, with_memory=with_memory))
        return Observed(
            conversation=conversation,
            memories=tuple(memories),
            at=at,
            waits=tuple(waits),
            unfinished=watch.unfinished,
            asked=tuple(asked),
            calls=sum(each.calls for each in usage),
            tokens=sum(each.prompt_tokens + each.completion_tokens for each in usage),
        )


async def _sit(assistant: Assistant, watch: Watch, clock: SimulatedClock, sitting: Sitting) -> list[float]:
    """Plays a session; gives the seconds after which each message that taught something had done so."""
    clock.set(sitting.at)
    session = (await assistant.new_session()).session
    await assistant.rename(session.id, f"{sitting.at:%A}")  # so that no call is made to find a title
    waits = [await _exchange(assistant, watch, session.id, exchange) for exchange in sitting.exchanges]
    return [wait for wait in waits if wait is not None]


async def _exchange(assistant: Assistant, watch: Watch, session_id: str, exchange: Exchange) -> float | None:
    """Plays one exchange and waits for the learning; gives the seconds that it took, if it taught anything."""
    watch.clear()
    replied = time.monotonic()
    async with aclosing(assistant.rehearse(session_id, exchange.user, exchange.assistant)) as events:
        async for event in events:
            watch(event)
            if isinstance(event, AssistantSaved):
                replied = time.monotonic()
            if isinstance(event, TurnFailed):
                raise ModelError(event.sentence, event.next_step)
    if not await assistant.settle(_SETTLE_SECONDS):
        watch.unfinished += 1
    return None if watch.learned_at is None else max(0.0, watch.learned_at - replied)


async def ask(assistant: Assistant, question: Question, *, with_memory: bool) -> Asked:
    """Asks in a session that leaves nothing, so that no question is answered from another one's answer."""
    session = (await assistant.new_session(incognito=True)).session
    await assistant.rename(session.id, "Question")
    began = time.monotonic()
    plan: ContextPlan | None = None
    answer = problem = ""
    async with aclosing(assistant.turn(session.id, question.ask, use_memory=with_memory)) as events:
        async for event in events:
            match event:
                case ContextBuilt():
                    plan = event.plan
                case AssistantSaved():
                    answer = event.message.text
                case TurnFailed():
                    problem = event.sentence
                case _:
                    pass
    return Asked(
        question=question,
        with_memory=with_memory,
        answer=answer,
        recalled=plan.recalled if plan else (),
        context=tuple(_standing_lines(plan)) if plan else (),
        seconds=time.monotonic() - began,
        problem=problem,
    )


def _standing_lines(plan: ContextPlan) -> Iterator[str]:
    """The lines of a request that neither the question nor recall brought into it."""
    for block in plan.blocks:
        if block.layer not in {"user", "recalled"}:
            yield from (line for line in block.content.splitlines() if line.strip())
