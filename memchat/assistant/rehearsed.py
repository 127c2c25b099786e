"""A model whose words are given: for playing a conversation that is written down."""

from collections.abc import AsyncGenerator

from memchat.core.chat import ChatPart, ChatRequest, EndPart, TextPart
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.wire import Sent


class Rehearsed(ChatModel):
    """Says what it is told in place of a model, and makes no call.

    Args:
        instead_of: The model that would have been asked.
        words: What it says to everything.
    """

    def __init__(self, instead_of: ChatModel, words: str) -> None:
        super().__init__(instead_of.endpoint, instead_of.name, ModelSettings())
        self._words = words

    async def stream(
        self,
        request: ChatRequest,  # noqa: ARG002 - the model's signature
        *,
        sent: Sent | None = None,  # noqa: ARG002 - as above
    ) -> AsyncGenerator[ChatPart]:
        """The words that were given, in one piece."""
        yield TextPart(self._words)
        yield EndPart(finish_reason="stop", usage=None, model=self.name)
