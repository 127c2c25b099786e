"""Messages: written as they come, read a page or a buffer at a time."""

from collections.abc import Sequence

from memchat.core.messages import Message, MessageStatus, ToolUse, Usage
from memchat.core.times import to_unix
from memchat.store import reading, writing
from memchat.store.database import Database
from memchat.store.sql import storable
from memchat.store.values import NewJob, Span


class Messages:
    """The messages of one database. What is returned by a writing method is durable.

    An answer that was answered again is not active: it stays stored, and is found by `get` and `range` alone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def _now(self) -> float:
        return to_unix(self._database.clock())

    async def append_user(
        self, session_id: str, text: str, *, tokens: int, model: str | None = None, off_record: bool = False
    ) -> Message:
        """Stores and indexes what the user said, and names the session by it when it has no title.

        Args:
            session_id: Its session, which is taken up again if it was ended.
            text: What was said.
            tokens: Its length in o200k_base tokens.
            model: The model that it is meant for.
            off_record: Whether nothing is ever to be learned from it.

        Raises:
            NotFound: There is no such session.
        """
        return await self._database.write(
            writing.append_user, session_id, storable(text), tokens, model, self._now, off_record=off_record
        )

    async def begin_reply(
        self,
        session_id: str,
        parent_id: str | None,
        *,
        text: str,
        model: str | None,
        instead_of: str | None = None,
        told: bool = False,
    ) -> Message:
        """Stores the first words of an answer as `partial`; its tokens are estimated until it is finished.

        Args:
            session_id: Its session.
            parent_id: The message that it answers.
            text: Its first words.
            model: Who gives it.
            instead_of: The answer that is set aside for it.
            told: Whether it tells of the memory, so that recall never finds it.

        Raises:
            NotFound: There is no such session, or no such answer.
        """
        return await self._database.write(
            writing.begin_reply, session_id, parent_id, storable(text), model, instead_of, self._now, told=told
        )

    async def update_reply(self, id: str, *, text: str, reasoning: str = "") -> None:
        """Stores what has come of an answer so far; one that is finished or gone is let be."""
        await self._database.write(writing.update_reply, id, storable(text), storable(reasoning))

    async def finish_reply(
        self,
        id: str,
        *,
        text: str,
        status: MessageStatus,
        tokens: int,
        usage: Usage | None,
        finish_reason: str | None,
        reasoning: str = "",
        error: str | None = None,
        tool_uses: Sequence[ToolUse] = (),
        jobs: Sequence[NewJob] = (),
    ) -> Message:
        """Stores an answer as it ended, indexes it, and queues the learning that it causes.

        An answer without a word is set aside as if it had been answered again, so that no request holds it.

        Args:
            id: The answer's.
            text: All of it.
            status: How it ended.
            tokens: Its length in o200k_base tokens.
            usage: What the server counted.
            finish_reason: As the server said it.
            reasoning: The model's thinking aloud.
            error: Why it was cut off, in a sentence.
            tool_uses: What the model called on the way.
            jobs: What is to be learned from it.

        Raises:
            NotFound: There is no such message.
        """
        ending = writing.Ending(
            text=storable(text),
            status=status,
            tokens=tokens,
            usage=usage,
            finish_reason=finish_reason,
            reasoning=storable(reasoning),
            error=error,
            tool_uses=tuple(tool_uses),
            jobs=tuple(jobs),
        )
        return await self._database.write(writing.finish_reply, id, ending, self._now)

    async def mark_failed(self, id: str, error: str) -> Message:
        """Notes that a user's message got no answer; it is not found by recall until it is complete again."""
        return await self._database.write(writing.mark, id, "failed", error)

    async def mark_complete(self, id: str) -> Message:
        """Notes that a user's message got its answer after all."""
        return await self._database.write(writing.mark, id, "complete", None)

    async def get(self, id: str) -> Message:
        """The message with this id.

        Raises:
            NotFound: There is none.
        """
        return await self._database.read(reading.get, id)

    async def last(self, session_id: str) -> Message | None:
        """The newest message of a session."""
        found = await self._database.read(reading.page, session_id, None, 1)
        return found[0] if found else None

    async def page(self, session_id: str, *, before_seq: int | None, limit: int) -> list[Message]:
        """The newest messages before a place, in their order; `before_seq` none for the end."""
        return await self._database.read(reading.page, session_id, before_seq, limit)

    async def tail(self, session_id: str, *, after_seq: int, max_messages: int, max_tokens: int) -> list[Message]:
        """The newest messages after a place that fit, in their order; it reads no more than one that does not.

        Args:
            session_id: Whose.
            after_seq: The last message that is not wanted; 0 for none.
            max_messages: How many at most.
            max_tokens: How long they may be together, in o200k_base tokens.
        """
        return await self._database.read(reading.tail, session_id, after_seq, max_messages, max_tokens)

    async def span(self, session_id: str, after_seq: int) -> Span:
        """How many messages stand after a place, and how long they are together."""
        return await self._database.read(reading.span, session_id, after_seq)

    async def range(self, session_id: str, from_seq: int, to_seq: int) -> list[Message]:
        """The messages from one place to another, both included, in their order."""
        return await self._database.read(reading.between, session_id, from_seq, to_seq)

    async def unlearned(self, session_id: str, limit: int) -> list[Message]:
        """The user's messages that something is to be learned from, oldest first; not those that got no answer.

        Args:
            session_id: Whose.
            limit: How many at most.
        """
        return await self._database.read(reading.unlearned, session_id, limit)

    async def before(self, session_id: str, seq: int) -> Message | None:
        """The answer that stands before a place; none when there is none since the session's beginning."""
        return await self._database.read(reading.answer_before, session_id, seq)

    async def answer_to(self, id: str) -> Message | None:
        """The answer that a user's message has; none where it has none."""
        return await self._database.read(reading.answer_to, id)
