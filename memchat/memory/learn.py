"""The learning job of a session: what the user said since the last time is read, compared with what is known, and kept.

Each message is settled in one transaction, with the place up to which the session was read: a kill leaves all of a
message's facts or none, and no message is read twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.events import Learned
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.messages import Message, Usage
from memchat.core.rules import LearningRule
from memchat.core.settings import Settings
from memchat.memory.attributes import same_attribute
from memchat.memory.claims import play_goes_on
from memchat.memory.comparing import SURELY_SAME, agree, cosine, gist, mentions
from memchat.memory.deciding import Terms, decide, normalised
from memchat.memory.extraction import ExtractionBatch, Heard, Proposal, extract
from memchat.memory.judging import judge
from memchat.memory.queries import query_of, same_text
from memchat.memory.ranking import similarities
from memchat.memory.reconciling import Known, Verdict, by_rule, is_past, settled
from memchat.memory.rules import kept_out_by, statement_of
from memchat.memory.voicing import as_asked_for
from memchat.store.decisions import Add, Applied, Decision, Hold, KeepOut, Replace, Revise

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

MOST_AT_ONCE = 6
"""How many messages one call reads."""

_PLAY_LASTS = 60
"""Messages after which a play is over, if nobody said so."""

_CANDIDATES = 6
_NEIGHBOURS = 8

_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Learner:
    """Reads one session for what the user says of themselves.

    Attributes:
        store: Where the session is, and what is remembered.
        model: Who reads.
        embedder: None searches by words alone.
        settings: The mode, the confidence that is needed, the profile's fields.
        zone: The user's time zone.
        session_id: Which session.
        job_id: The job that ends with the last message.
        charge: Told what each call cost.
        publish: Told of what was learned, message by message.
    """

    store: "Store"
    model: "ChatModel"
    embedder: "Embedder | None"
    settings: Settings
    zone: tzinfo
    session_id: str
    job_id: str | None
    charge: Callable[[Usage | None], Awaitable[None]]
    publish: Callable[[Learned], None]
    _vectors: dict[str, bytes] = field(default_factory=dict)

    async def learn(self) -> None:
        """Reads all that was not read yet.

        Raises:
            ModelError: The model failed; what was settled until then stays.
            NotFound: The session was erased meanwhile.
        """
        session = await self.store.sessions.get(self.session_id)
        if session.deleted_at is not None:
            return
        while messages := await self.store.messages.unlearned(self.session_id, MOST_AT_ONCE):
            playing = await self._plays(messages[0].seq)
            heard: list[Heard] = []
            for message in messages:
                heard.append(await self._heard(message, playing=playing))
                playing = await asyncio.to_thread(play_goes_on, message.text, playing=playing)
            proposed = await self._proposed(heard)
            last = len(messages) < MOST_AT_ONCE
            for message in messages:
                of_this = [each for each in proposed if each.message_id == message.id]
                ends = self.job_id if last and message is messages[-1] else None
                await self._settle(message, of_this, ends)

    async def _plays(self, before_seq: int) -> bool:
        """Whether a play that began in the session is going on there."""
        earlier = await self.store.messages.page(self.session_id, before_seq=before_seq, limit=_PLAY_LASTS)
        return await asyncio.to_thread(_playing, [each.text for each in earlier if each.role == "user"])

    async def _heard(self, message: Message, *, playing: bool) -> Heard:
        before = await self.store.messages.before(self.session_id, message.seq)
        recalled = await self.store.recalls.of_message(message.id)
        kept = await self.store.memories.of_message(message.id)
        return Heard(
            message=message,
            before=before.text if before is not None else "",
            recalled=tuple(item.text for item in recalled),
            kept=tuple(memory.text for memory in kept),
            playing=playing,
        )

    async def _proposed(self, heard: Sequence[Heard]) -> tuple[Proposal, ...]:
        profile = self.settings.profile
        fields = {name: about for name, about in profile.fields.items() if name not in profile.by_hand}
        batch = ExtractionBatch(heard=tuple(heard), candidates=await self._candidates(heard), fields=fields)
        extracted = await extract(self.model, batch, settings=self.settings, zone=self.zone)
        await self.charge(extracted.usage)
        for why in extracted.dropped:
            _log.info("not learned: %s", why)
        several = profile.several
        return tuple(
            normalised(replace(each, several=each.several or each.field in several)) for each in extracted.proposals
        )

    async def _candidates(self, heard: Sequence[Heard]) -> tuple[Memory, ...]:
        """What holds and the messages may speak of again; what has ended is only compared with, and not shown."""
        found: dict[str, Memory] = {}
        for each in heard:
            query = query_of(each.message.text)
            if query.terms:
                vector = await self._vector(query.text)
                near = await self.store.memories.neighbours(vector, query.terms, subject=None, limit=_CANDIDATES)
                said_at = each.message.created_at
                found.update((memory.id, memory) for memory in near if not is_past(memory, said_at))
        return tuple(found.values())[: 2 * _CANDIDATES]

    async def _settle(self, message: Message, proposed: Sequence[Proposal], job_id: str | None) -> None:
        """Writes what one message comes to, and that it was read."""
        decisions = await self._decisions(message, proposed)
        try:
            applied = await self._apply(decisions, message, job_id)
        except MemchatError as error:
            _log.warning("what was learned is kept beside what is known: %s", error)
            applied = await self._apply(_apart(decisions), message, job_id)
        if not applied.empty:
            self.publish(applied.learned(self.session_id, message.id))

    async def _apply(self, decisions: Sequence[Decision], message: Message, job_id: str | None) -> Applied:
        return await self.store.memories.apply(
            decisions,
            actor=self.model.name,
            session_id=self.session_id,
            learned_to=message.seq,
            job_id=job_id,
        )

    async def _decisions(self, message: Message, proposed: Sequence[Proposal]) -> list[Decision]:
        here = await self.store.memories.of_message(message.id)
        known_here = {same_text(memory.text) for memory in here}
        distinct = [each for each in await self._distinct(proposed) if same_text(each.text) not in known_here]
        fresh, kept_out = await self._ruled(distinct)
        pairs = [(each, await self._known(each)) for each in fresh]
        verdicts = await self._verdicts(pairs)
        terms = Terms(
            mode=self.settings.learning.mode,
            confidence=self.settings.learning.confidence,
            by_hand=self.settings.profile.by_hand,
            session_id=self.session_id,
        )
        decisions: list[Decision] = [KeepOut(rule.id) for rule in kept_out]
        taken: set[str] = set()
        for (each, known), of_each in zip(pairs, verdicts, strict=True):
            # A memory that one statement of the message took is not there for the next one.
            left = [one for one in known if one.memory.id not in taken]
            for decision in decide(each, left, of_each, terms):
                taken.update(_changed(decision))
                decisions.append(decision)
        return decisions

    async def _ruled(self, proposed: Sequence[Proposal]) -> tuple[list[Proposal], list[LearningRule]]:
        """What of the statements may be learned, and for each other one the rule that keeps it out."""
        rules = await self.store.rules.all() if proposed else []
        ruled = [(each, await kept_out_by(rules, statement_of(each), self._likeness)) for each in proposed]
        return [each for each, rule in ruled if rule is None], [rule for _, rule in ruled if rule is not None]

    async def _likeness(self, first: str, second: str) -> float:
        if self.embedder is None:
            return 0.0
        return similarities(self.embedder.id).strength(cosine(await self._vector(first), await self._vector(second)))

    async def _distinct(self, proposed: Sequence[Proposal]) -> list[Proposal]:
        """The statements of one message without those that say again what another one of them says."""
        kept: list[Proposal] = []
        for each in sorted(proposed, key=lambda one: one.field is None):
            alike = [
                other.subject == each.subject and (_told_by(other, each) or await self._say_the_same(other, each))
                for other in kept
            ]
            if not any(alike):
                kept.append(each)
        return kept

    async def _say_the_same(self, one: Proposal, other: Proposal) -> bool:
        if not agree(gist(one.text), gist(other.text)):
            return False
        return cosine(await self._vector(one.text), await self._vector(other.text)) >= SURELY_SAME

    async def _known(self, new: Proposal) -> list[Known]:
        """The active memories that a statement may be about, nearest first, and the values of its profile field."""
        query = query_of(new.text)
        near = await self.store.memories.neighbours(
            await self._vector(as_asked_for(new.text)), query.terms, subject=new.subject, limit=_NEIGHBOURS
        )
        found = {memory.id: memory for memory in near}
        wanted = [new.known] if new.known else []
        if new.field is not None or new.attribute:
            wanted += [value.memory_id for value in await self.store.profile.list() if self._of_field(value.field, new)]
        missing = [each for each in wanted if each not in found]
        found.update((memory.id, memory) for memory in await self.store.memories.by_ids(missing))
        mine = await self._vector(new.text)
        attribute = new.attribute or new.field or ""
        return [
            Known(
                memory=memory,
                similarity=cosine(mine, await self._vector(memory.text)),
                attributes=await self._alike(attribute, memory.attribute or memory.field or ""),
            )
            for memory in found.values()
            if memory.status == "active"
        ]

    def _of_field(self, field: str, new: Proposal) -> bool:
        if new.field is not None:
            return field == new.field and field not in self.settings.profile.several
        return new.subject == ABOUT_USER and field == new.attribute

    async def _alike(self, first: str, second: str) -> float:
        if not first or not second:
            return 0.0
        return cosine(await self._vector(first.replace("_", " ")), await self._vector(second.replace("_", " ")))

    async def _verdicts(self, pairs: Sequence[tuple[Proposal, Sequence[Known]]]) -> list[Mapping[str, Verdict]]:
        """What each statement does to each of its neighbours; the model is asked once for what no rule decides."""
        open_pairs: list[tuple[int, Known]] = []
        for number, (new, known) in enumerate(pairs):
            ruled = {each.memory.id: by_rule(new, each) for each in known}
            if new.reason or any(verdict == "same" for verdict in ruled.values()):
                continue
            unsure = [each for each in known if ruled[each.memory.id] is None]
            unsure.sort(key=lambda each: (each.memory.id != new.known, -each.similarity))
            open_pairs += [(number, each) for each in unsure[:2]]
        texts = [(each.memory.text, pairs[number][0].text) for number, each in open_pairs]
        said, usage = await judge(self.model, texts)
        await self.charge(usage)
        verdicts: list[dict[str, Verdict]] = [{} for _ in pairs]
        for (number, each), verdict in zip(open_pairs, said, strict=True):
            verdicts[number][each.memory.id] = verdict
        return [settled(new, known, of_each) for (new, known), of_each in zip(pairs, verdicts, strict=True)]

    async def _vector(self, text: str) -> bytes | None:
        if self.embedder is None:
            return None
        if text not in self._vectors:
            self._vectors[text] = (await self.embedder.embed([text]))[0]
        return self._vectors[text]


def _told_by(value: Proposal, fact: Proposal) -> bool:
    """Whether a fact says no more than a profile value of the same message does."""
    if value.field is None or value.value is None or fact.field is not None or value.past != fact.past:
        return False
    return same_attribute(fact.attribute, value.field) and mentions(fact.text, value.value)


def _changed(decision: Decision) -> tuple[str, ...]:
    match decision:
        case Replace():
            return decision.old_ids
        case Revise():
            return (decision.id,)
        case _:
            return ()


def _apart(decisions: Sequence[Decision]) -> list[Decision]:
    """The same without a change of what is known, which another program or the user changed meanwhile."""
    return [
        Add(each.new) if isinstance(each, Replace | Revise) else each
        for each in decisions
        if isinstance(each, Add | Hold | KeepOut | Replace | Revise)
    ]


def _playing(said: Sequence[str]) -> bool:
    """Whether a play is going on after the user said all this, the first first."""
    playing = False
    for text in said:
        playing = play_goes_on(text, playing=playing)
    return playing
