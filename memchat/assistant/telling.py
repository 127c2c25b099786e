"""What is remembered, told from the store: as a page, and as the reply to the question for it."""

import asyncio

from memchat.assistant.means import Means
from memchat.core.context import Recall
from memchat.core.messages import Message
from memchat.memory.overview import Page, as_markdown, asks_what_is_known, closed_page, page
from memchat.memory.zones import MACHINE, zone_of

NOTHING_RECALLED = Recall(
    items=(),
    considered=0,
    milliseconds=0.0,
    nothing="Nothing was looked up: the memory itself told all that it holds, and no model was asked.",
)

_EACH, _SUBJECTS, _EPISODES = 12, 8, 3
"""In a reply, which the requests to come hold: of each kind, of others, of past sessions."""

_MOST = 100
"""Of each on a page that is only read."""


class Telling:
    """Answers "what do you remember about me?", without a model."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def page(self, *, each: int = _MOST, subjects: int = _MOST, episodes: int = 10) -> Page:
        """All that is remembered, by subject, and what is not kept.

        Args:
            each: How many memories of a kind are named at most.
            subjects: Of how many others than the user at most.
            episodes: How many past sessions at most.
        """
        store, settings = self._means.store, self._means.settings()
        found = await store.overview(each=each, subjects=subjects, episodes=episodes)
        zone = zone_of(await store.profile.list()) if found.profile else MACHINE
        return page(
            found,
            settings,
            await store.rules.all(),
            present=self._means.clock(),
            zone=zone,
            unable=self._means.connection.unable,
        )

    async def reply_to(self, session_id: str, text: str | None, *, use_memory: bool) -> str:
        """The reply to a question for what is remembered, as Markdown; empty when it is another message.

        Args:
            session_id: Where it is asked.
            text: What the user says; none for their last message.
            use_memory: Whether the memory may be read.
        """
        if not use_memory:
            return ""
        if text is None:
            text = await self._last_question(session_id)
        # The first look at a language's words takes a while, in which the screen must not stand still.
        if not text or not await asyncio.to_thread(asks_what_is_known, text):
            return ""
        settings = self._means.settings()
        if not settings.memory.enabled:
            return as_markdown(
                closed_page(
                    "The memory is off, so I read nothing of it and keep nothing. What was kept before is still there: "
                    "memchat config set memory.enabled true brings it back."
                )
            )
        if self._means.homes.is_private(session_id) and not settings.privacy.incognito_reads:
            return as_markdown(
                closed_page(
                    "This session is incognito: I read nothing of the memory here, and keep nothing of what you say."
                )
            )
        return as_markdown(await self.page(each=_EACH, subjects=_SUBJECTS, episodes=_EPISODES))

    async def _last_question(self, session_id: str) -> str:
        messages = self._means.store_of(session_id).messages
        last = await messages.last(session_id)
        question: Message | None = last
        if last is not None and last.role == "assistant":
            question = await messages.get(last.parent_id) if last.parent_id else None
        return question.text if question is not None else ""
