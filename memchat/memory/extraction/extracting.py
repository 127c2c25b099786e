"""From a session's new messages to what they say of the user."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from memchat.core.settings import Settings
from memchat.memory.extraction.values import Extracted, ExtractionBatch

if TYPE_CHECKING:
    from memchat.providers.client import ChatModel


async def extract(model: "ChatModel", batch: ExtractionBatch, *, settings: Settings, zone: tzinfo) -> Extracted:
    """The facts and profile values that the user states in the messages of `batch`.

    The model is asked only about sentences that can be claims; when there are none it is not called at all. What it
    says is checked against the words of the message, and what fails is dropped, or waits for the user to agree.

    Args:
        model: Who reads.
        batch: What is read.
        settings: The confidence that is needed, and how much one message can bring.
        zone: The user's time zone, in which `yesterday` is meant.

    Raises:
        ModelError: The call failed. A reply that is no use is not an error; it brings nothing.
    """
    raise NotImplementedError
