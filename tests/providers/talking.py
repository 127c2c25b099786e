"""What the tests of the client share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from memchat.core.chat import ChatMessage, ChatPart, ChatRequest, ReasoningPart, TextPart, Tool
from memchat.core.errors import ModelError
from memchat.core.settings import ModelSettings
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import Endpoint
from memchat.providers.retry import Backoff
from memchat.providers.scripted import ScriptedServer

HELLO = ChatRequest(messages=(ChatMessage(role="user", content="hello?"),))
REMEMBER = Tool(name="remember", description="Keeps a fact.", parameters={"type": "object", "properties": {}})
AT_ONCE = Backoff(first=0.0)


@asynccontextmanager
async def talking(
    to: ScriptedServer | str, *, name: str = "scripted", key: str = "", settings: ModelSettings | None = None
) -> AsyncIterator[ChatModel]:
    """A client of that server or base URL that does not wait between attempts."""
    url = to if isinstance(to, str) else to.base_url
    endpoint = Endpoint(name="here", base_url=url, api_key=key, local=True, key_source="HERE_KEY" if key else "")
    model = ChatModel(endpoint, name, settings or ModelSettings(), backoff=AT_ONCE)
    try:
        yield model
    finally:
        await model.close()


async def parts_of(model: ChatModel, request: ChatRequest = HELLO) -> list[ChatPart]:
    """All parts of a reply."""
    return [part async for part in model.stream(request)]


async def parts_until_failure(model: ChatModel) -> tuple[list[ChatPart], ModelError | None]:
    """The parts of a reply up to its failure, and that."""
    parts = []
    try:
        async for part in model.stream(HELLO):
            parts.append(part)  # noqa: PERF401 what came before the failure counts
    except ModelError as failure:
        return parts, failure
    return parts, None


def text_of(parts: list[ChatPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def reasoning_of(parts: list[ChatPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, ReasoningPart))
