"""What the user does with the rolling summary of a session: reads its versions, edits it, folds and unfolds."""

from collections.abc import Sequence

from memchat.assistant.means import Means
from memchat.core.errors import ErasedMeanwhile, MemchatError, NotFound
from memchat.core.events import SummaryUpdated
from memchat.core.messages import RollingSummary, Usage
from memchat.memory.rolling import fold
from memchat.memory.screening import screen_if
from memchat.memory.summarising import Summariser
from memchat.memory.working import most_unfolded, summarises
from memchat.providers.client import ChatModel

_MOST_TIMES = 3
"""How often a fold is begun anew because another program erased something meanwhile."""

_NONE_YET = "This session has no rolling summary."


class Summaries:
    """The rolling summaries of all sessions; every change of them can be undone."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def holding(self, session_id: str) -> RollingSummary | None:
        """The version that goes into requests; none where nothing is folded."""
        return await self._means.store_of(session_id).summaries.latest(session_id)

    async def versions(self, session_id: str) -> list[RollingSummary]:
        """All versions, the oldest first, with those that were taken back."""
        store = self._means.store_of(session_id)
        return await store.summaries.history((await store.sessions.get(session_id)).id)

    async def edit(self, session_id: str, text: str) -> RollingSummary:
        """Puts the user's words in place of the summary, over the same messages.

        Raises:
            NotFound: The session has none.
            MemchatError: The text is empty.
        """
        old = await self._held(session_id)
        kept = screen_if(text, on=self._means.settings().privacy.redact_secrets)
        if not kept.strip():
            raise MemchatError("A summary needs some text.", "To be without it, unfold it.")
        store = self._means.store_of(session_id)
        new = await store.summaries.edit(session_id, kept, tokens=self._means.texts.count(kept))
        self._means.publish(SummaryUpdated(old=old, new=new))
        return new

    async def revert(self, session_id: str, version: str) -> RollingSummary:
        """Lets an earlier or later version hold; what it does not cover is in the buffer again.

        Args:
            session_id: Whose.
            version: Its id, the beginning of it, or its place among `versions`, from 1.

        Raises:
            NotFound: There is no such version.
            MemchatError: The messages that it does not cover would not fit.
        """
        old = await self.holding(session_id)
        wanted = _meant(await self.versions(session_id), version)
        await self._hold(session_id, old, wanted)
        return wanted

    async def unfold(self, session_id: str) -> RollingSummary | None:
        """Takes the last fold back: its messages are in the buffer again, and the version before it holds.

        Returns:
            That version; none when it was the first fold.

        Raises:
            NotFound: Nothing is folded.
            MemchatError: The messages would not fit.
        """
        old = await self._held(session_id)
        by_id = {each.id: each for each in await self.versions(session_id)}
        before = by_id.get(old.previous_id or "")
        while before is not None and before.to_seq >= old.to_seq:
            before = by_id.get(before.previous_id or "")
        await self._hold(session_id, old, before, unfolding=True)
        return before

    async def fold_now(self, session_id: str) -> RollingSummary:
        """Folds the oldest half of the buffer although it is not due.

        Raises:
            MemchatError: A reply is under way, the working mode keeps no summary, or there is nothing to fold.
            ModelError: There is no model, or it wrote nothing usable.
        """
        memory = self._means.settings().memory
        if not summarises(memory.mode):
            raise MemchatError(
                f"In mode {memory.mode} nothing is folded.", "`memchat config set memory.mode hybrid` changes that."
            )
        if self._means.replying(session_id):
            raise MemchatError("A reply is under way.", "Fold once it is there.")
        store = self._means.store_of(session_id)
        session_id = (await store.sessions.get(session_id)).id
        model = await self._means.connection.summariser()
        if model is None:
            raise MemchatError(
                "A model writes the summary, and none is set up.",
                "Pull one: `memchat models pull NAME`.",
                on_screen="Pick or pull one with /model.",
            )
        await self._means.texts.load()
        old = await store.summaries.latest(session_id)
        event = await self._fold(session_id, model)
        if event is None or event.new is None:
            raise MemchatError("There is nothing to fold yet.", "The last exchange always stays as it is.")
        await store.summaries.note_fold(session_id, old.id if old else None)
        self._means.publish(event)
        return event.new

    async def _fold(self, session_id: str, model: ChatModel) -> SummaryUpdated | None:
        store, window = self._means.store_of(session_id), self._means.connection.status.window

        async def charge(usage: Usage | None) -> None:
            if usage is not None:
                day = self._means.clock().astimezone().date()
                await store.usage.add(day, model.name, "fold", usage.prompt_tokens, usage.completion_tokens)

        for time in range(_MOST_TIMES):
            try:
                summariser = await Summariser.of(store, model, self._means.texts.count, charge)
                return await fold(store, summariser, session_id, self._means.settings().memory, window, now=True)
            except ErasedMeanwhile:
                if time == _MOST_TIMES - 1:
                    raise
        return None

    async def _hold(
        self, session_id: str, old: RollingSummary | None, new: RollingSummary | None, *, unfolding: bool = False
    ) -> None:
        store = self._means.store_of(session_id)
        session_id = (await store.sessions.get(session_id)).id
        await self._refuse_if_too_much(session_id, old, new)
        held = await store.summaries.hold(
            session_id,
            new.id if new else None,
            action="unfold" if unfolding else "revert",
            seen=old.id if old else None,
        )
        if not held:
            raise MemchatError("The session was folded just now.", "Look at its summary, and try again.")
        self._means.publish(SummaryUpdated(old=old, new=new))

    async def _refuse_if_too_much(
        self, session_id: str, old: RollingSummary | None, new: RollingSummary | None
    ) -> None:
        """Lets only so much come back into the buffer as the requests can hold."""
        before, after = old.to_seq if old else 0, new.to_seq if new else 0
        if after >= before:
            return
        store, target = self._means.store_of(session_id), self._means.connection.target
        whole = await store.messages.span(session_id, after)
        back = whole.tokens - (await store.messages.span(session_id, before)).tokens
        plan = await self._means.views.request(await store.sessions.get(session_id), "", use_memory=True)
        free = plan.window - plan.reserve - plan.tokens + plan.layers["summary"]
        if back * target.scale > free or whole.tokens > most_unfolded(plan.window):
            raise MemchatError(
                f"The messages that would come back have about {int(back * target.scale):,} tokens, "
                f"and {max(0, min(free, most_unfolded(plan.window))):,} are free.",
                "Pick a model with a larger window, or edit the summary instead.",
            )

    async def _held(self, session_id: str) -> RollingSummary:
        held = await self.holding(session_id)
        if held is None:
            raise NotFound(_NONE_YET, "It comes when older messages are folded; `fold` does it now.")
        return held


def _meant(versions: Sequence[RollingSummary], given: str) -> RollingSummary:
    if given.isdecimal() and 1 <= int(given) <= len(versions):
        return versions[int(given) - 1]
    found = [each for each in versions if given and each.id.startswith(given)]
    if len(found) != 1:
        raise NotFound(
            f"The summary has no version {given!r}.",
            "`memchat summary history SESSION` lists those that it has.",
            on_screen="f3 shows the one that holds.",
        )
    return found[0]
