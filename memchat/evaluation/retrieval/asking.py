"""Takes a conversation into a database of its own, as talk is, and asks its questions through recall."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

from memchat.assistant import Assistant
from memchat.assistant.shared import Shared
from memchat.core.settings import Settings
from memchat.evaluation.retrieval.once import Once
from memchat.evaluation.retrieval.scoring import DEPTH
from memchat.evaluation.retrieval.values import Question, Sample, Sitting, Turn
from memchat.memory.ranking import COMPONENTS, Component
from memchat.memory.recall import Recaller
from memchat.paths import Paths
from memchat.store import Store

_AFTERWARDS = timedelta(days=1)

_PATIENCE = 60.0
"""A busy machine is not to change what is found, so each question's vector is waited for, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was found for a question.

    Attributes:
        sample: Its conversation's name.
        ranked: Ids of turns, best first, at most 50.
        ranked_without: The same without a component of recall.
        recalled: Ids of the turns that a request would have held.
        tokens: How long these are together.
        milliseconds: How long it took to recall these.
        session_of: The session of each turn, by ids.
    """

    sample: str
    question: Question
    ranked: tuple[str, ...]
    ranked_without: Mapping[Component, tuple[str, ...]]
    recalled: tuple[str, ...]
    tokens: int
    milliseconds: float
    session_of: Mapping[str, str]


class Moment:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class _TakenIn:
    """A conversation that is in the database; `ids` has the data set's id for each message."""

    name: str
    ids: Mapping[str, str]
    session_of: Mapping[str, str]


class Asker:
    """Asks one conversation after the other.

    Args:
        settings: How recall works, and how much a request may hold of it.
        shared: The embedder and the tokenizer.
        environ: The environment.
        without: The components of recall that are each left out once.
    """

    def __init__(
        self,
        settings: Settings,
        shared: Shared,
        environ: Mapping[str, str],
        without: Collection[Component] = COMPONENTS,
    ) -> None:
        self._settings = settings
        self._shared = shared
        self._environ = environ
        self._without = tuple(without)

    async def ask(self, sample: Sample) -> list[Asked]:
        """Takes in a conversation, and asks all its questions; the database is gone afterwards."""
        with TemporaryDirectory(prefix="memchat-eval-") as folder:
            paths = Paths.from_environment({"MEMCHAT_HOME": folder})
            paths.ensure()
            clock = Moment(sample.sittings[0].turns[0].at)
            store = await Store.open(paths.database, clock=clock)
            assistant = Assistant(self._settings, paths, store, self._environ, clock, self._shared)
            try:
                ids: dict[str, str] = {}
                for sitting in sample.sittings:
                    ids.update(await self._take_in(store, clock, sitting))
                clock.at = sample.ended + _AFTERWARDS
                await assistant.indexing.embed_new()
                recaller = Recaller(
                    store,
                    Once(self._shared.embedding),
                    self._shared.texts.count,
                    clock=clock,
                    zone=UTC,
                    fields=self._settings.profile.fields,
                    patience=_PATIENCE,
                )
                asked: list[Asked] = []
                taken_in = _TakenIn(name=sample.name, ids=ids, session_of=sample.session_of)
                for question in sample.questions:
                    clock.at = question.at or sample.ended + _AFTERWARDS
                    asked.append(await self._question(recaller, taken_in, question))
                return asked
            finally:
                await assistant.close()

    async def _take_in(self, store: Store, clock: Moment, sitting: Sitting) -> dict[str, str]:
        """The data set's id for each message."""
        clock.at = sitting.turns[0].at
        session = await store.sessions.create()
        ids: dict[str, str] = {}
        for turn in sitting.turns:
            clock.at = turn.at
            ids[await self._say(store, session.id, turn)] = turn.id
        return ids

    async def _say(self, store: Store, session_id: str, turn: Turn) -> str:
        text = await self._shared.texts.screened(turn.text)
        tokens = self._shared.texts.count(text)
        if turn.role == "user":
            return (await store.messages.append_user(session_id, text, tokens=tokens)).id
        last = await store.messages.last(session_id)
        reply = await store.messages.begin_reply(session_id, last.id if last else None, text=text, model=None)
        done = await store.messages.finish_reply(
            reply.id, text=text, status="complete", tokens=tokens, usage=None, finish_reason="stop"
        )
        return done.id

    async def _question(self, recaller: Recaller, sample: _TakenIn, question: Question) -> Asked:
        ids = sample.ids

        async def ranked(*without: Component) -> tuple[str, ...]:
            found = await recaller.ranking(question.text, limit=DEPTH, without=without)
            return tuple(ids[item.id] for item in found.items if item.id in ids)

        memory = self._settings.memory
        turn = await recaller.recall(
            question.text,
            outside=None,
            limit=memory.recall_items,
            max_tokens=memory.recall_tokens,
            floor=memory.recall_floor,
        )
        return Asked(
            sample=sample.name,
            question=question,
            ranked=await ranked(),
            ranked_without={component: await ranked(component) for component in self._without if question.gold},
            recalled=tuple(ids[item.id] for item in turn.items if item.id in ids),
            tokens=sum(item.tokens for item in turn.items),
            milliseconds=turn.milliseconds,
            session_of=sample.session_of,
        )
