"""What the phases of a consolidation work with."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from memchat.core.chat import ChatMessage, ChatRequest
from memchat.core.memories import Memory
from memchat.core.messages import Usage
from memchat.memory.asking import ask
from memchat.memory.comparing import cosine
from memchat.memory.prompts import PromptName, prompt
from memchat.memory.queries import query_of
from memchat.memory.ranking import similarities
from memchat.memory.voicing import as_asked_for

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel
    from memchat.providers.embedder import Embedder
    from memchat.store import Store

NEAR = 12
"""How many neighbours of a memory are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The store, the models, and the vectors that were made so far.

    Attributes:
        model: None where there is none; near-duplicates are then merged by rule, and nothing else is done.
        embedder: None where there is none; neighbours are then found by their words.
        charge: Told what each call cost.
    """

    store: "Store"
    model: "ChatModel | None"
    embedder: "Embedder | None"
    charge: Callable[[Usage | None], Awaitable[None]]
    vectors: dict[str, bytes] = field(default_factory=dict)

    async def near(self, memory: Memory) -> list[Memory]:
        """The other active memories about the same subject that are nearest to `memory`."""
        asked_for = as_asked_for(memory.text)
        await self.embed([memory.text, asked_for])
        found = await self.store.memories.neighbours(
            self.vectors.get(asked_for), query_of(memory.text).terms, subject=memory.subject, limit=NEAR
        )
        others = [other for other in found if other.id != memory.id and other.status == "active"]
        await self.embed(other.text for other in others)
        return others

    def likeness(self, first: str, second: str) -> float:
        """The cosine of two texts that were embedded; 0 without an embedder."""
        return cosine(self.vectors.get(first), self.vectors.get(second))

    async def alike(self, first: str, second: str) -> float:
        """How alike two texts that were embedded are in meaning, from 0 to 1; 0 without an embedder."""
        if self.embedder is None:
            return 0.0
        return similarities(self.embedder.id).strength(self.likeness(first, second))

    async def embed(self, texts: Iterable[str]) -> None:
        """Makes the vectors of texts that have none yet."""
        missing = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        if missing and self.embedder is not None:
            self.vectors.update(zip(missing, await self.embedder.embed(missing), strict=True))

    async def ask(self, name: PromptName, text: str, schema: dict[str, Any], problem_with: Callable[[Any], str]) -> Any:
        """What the model answers; none when there is no model, or no usable answer.

        Raises:
            ModelError: The call failed.
        """
        if self.model is None:
            return None
        request = ChatRequest(
            messages=(ChatMessage(role="system", content=prompt(name)), ChatMessage(role="user", content=text)),
            schema=schema,
            max_tokens=160,
            temperature=0.0,
        )
        answer = await ask(self.model, request, problem_with)
        await self.charge(answer.usage)
        return answer.value


def numbered(texts: Iterable[str]) -> str:
    """A line for each text, with its number."""
    return "\n".join(f"{number}. {' '.join(text.split())}" for number, text in enumerate(texts, 1))
