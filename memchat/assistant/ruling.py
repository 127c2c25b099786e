"""What is never learned, and what a session does not recall."""

import re
from contextlib import suppress

from memchat.assistant.desk import Desk, Ids
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import Learned
from memchat.core.kinds import MEMORY_KINDS
from memchat.core.memories import ABOUT_USER, Memory
from memchat.core.rules import LearningRule, RuleBasis
from memchat.core.times import now
from memchat.memory.facts import checked
from memchat.memory.rules import rules_of

_MEMORY = re.compile(r"f[0-9a-z]{2,12}")


class Ruling(Desk):
    """Makes and drops rules of learning, and mutes for a session."""

    async def rules(self) -> list[LearningRule]:
        """What is never learned, the oldest rule first, with how often each kept something out."""
        return await self._store.rules.all()

    async def rule_choices(self, memory_id: str) -> list[LearningRule]:
        """The rules that would keep out things like a memory, the likeliest first; none of them is made.

        Raises:
            NotFound: There is no such memory.
        """
        return rules_of(await self._store.memories.get(memory_id), now())

    async def never_learn(self, about: str, by: RuleBasis | None = None, *, subject: str = ABOUT_USER) -> LearningRule:
        """Makes a rule of what is never learned from ordinary talk; what the user asks to be remembered still is.

        A pending memory that the rule is made of is rejected with it, and comes back with one undo.

        Args:
            about: A memory's id; with `by`, also a kind, the name of an attribute such as `diet`, a subject's name, or
                words that say what is not to be learned.
            by: What the rule goes by; none takes the first of `rule_choices`.
            subject: Whom an attribute is of, where its name is given.

        Raises:
            NotFound: There is no such memory.
            MemchatError: No rule can be made of it.
        """
        memory = await self._meant(about, by)
        rule = self._of_words(about, by, subject) if memory is None else self._of_memory(memory, by)
        made, rejected = await self._store.rules.add(rule, reject=[] if memory is None else [memory.id])
        self._tell(Learned(changed=tuple(rejected)))
        return made

    async def drop_rule(self, *ids: str) -> list[LearningRule]:
        """Takes rules away, several as one; what they kept out is not learned by that.

        Raises:
            NotFound: There is none of one of these ids; then none is taken away.
        """
        dropped = await self._store.rules.drop(*ids)
        self._tell(Learned())
        return dropped

    async def mute(self, ref: str | Ids, session_id: str) -> bool:
        """Has a session not recall something from its next request on; whether that changed anything.

        The messages that a memory rests on are not recalled either. What is pinned is in its requests all the same.

        Args:
            ref: The id of a memory, a message, or for an episode its session; several are muted as one.
            session_id: The session, or the beginning of its id.

        Raises:
            NotFound: There is no such session, or no such thing.
        """
        changed = await self._homes.of(session_id).store.mutes.add(session_id, *await self._refs(ref))
        self._tell(Learned())
        return changed

    async def unmute(self, ref: str | Ids, session_id: str) -> bool:
        """Lets a session recall something again, several as one; whether that changed anything.

        Raises:
            NotFound: There is no such session.
        """
        changed = await self._homes.of(session_id).store.mutes.drop(session_id, *await self._refs(ref))
        self._tell(Learned())
        return changed

    async def muted(self, session_id: str) -> frozenset[str]:
        """What a session does not recall: ids of memories, of messages, and of sessions for their episodes."""
        return await self._homes.of(session_id).store.mutes.of(session_id)

    async def _refs(self, given: str | Ids) -> list[str]:
        return [await self._ref(each) for each in ([given] if isinstance(given, str) else given)]

    async def _ref(self, given: str) -> str:
        """The whole id of a memory, a session or a message.

        Raises:
            NotFound: There is none with that id, or there are several.
        """
        for kind in (self._store.memories, self._store.sessions, self._store.messages):
            with suppress(NotFound):
                return (await kind.get(given)).id
        raise NotFound(
            f"Nothing that can be recalled has the id {given!r}.",
            "`memchat memory` lists what can.",
            on_screen="f6 lists what can.",
        )

    async def _meant(self, about: str, by: RuleBasis | None) -> Memory | None:
        """The memory of that id; none where it is words."""
        if by is None:
            return await self._store.memories.get(about)
        if not _MEMORY.fullmatch(about):
            return None
        found = await self._store.memories.by_ids([about])
        return found[0] if found else None

    def _of_memory(self, memory: Memory, by: RuleBasis | None) -> LearningRule:
        choices = rules_of(memory, now())
        chosen = next((each for each in choices if by in (None, each.basis)), None)
        if chosen is None:
            lacks = "whom else it is about" if by == "subject" else "which attribute it tells"
            raise MemchatError(
                f"It is not known of that memory {lacks}.", f"It can be by {' or by '.join(c.basis for c in choices)}."
            )
        return chosen

    def _of_words(self, words: str, by: RuleBasis | None, subject: str) -> LearningRule:
        words = checked(words, redact=self._redact)
        match by:
            case "kind":
                kind = next((each for each in MEMORY_KINDS if words.lower().rstrip("s") == each), None)
                if kind is None:
                    raise MemchatError(f"{words!r} is no kind of memory.", f"There are: {', '.join(MEMORY_KINDS)}.")
                return LearningRule(basis="kind", kind=kind, made_at=now())
            case "attribute":
                return LearningRule(basis="attribute", subject=subject, attribute=words, made_at=now())
            case "subject":
                return LearningRule(basis="subject", subject=words, made_at=now())
            case _:
                return LearningRule(basis="like", text=words, made_at=now())
