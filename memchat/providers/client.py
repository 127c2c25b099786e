"""A chat model at any OpenAI-compatible endpoint."""

import asyncio
import difflib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from memchat.core.chat import ChatPart, ChatRequest, EndPart, ReasoningPart, RetryPart, TextPart
from memchat.core.errors import ModelError, NoModel
from memchat.core.settings import ModelSettings
from memchat.providers.attempt import attempt
from memchat.providers.dialect import Dialect, written
from memchat.providers.endpoints import Endpoint
from memchat.providers.failures import (
    CallFailed,
    cut_off,
    is_about_context,
    is_about_model,
    unknown_model,
)
from memchat.providers.listing import ModelInfo, first_chat_model, list_models
from memchat.providers.parts import Completion
from memchat.providers.retry import Backoff
from memchat.providers.windows import window_of
from memchat.providers.wire import Sent, Wire
from memchat.providers.written_calls import CallWritten, without_written_calls

__all__ = ["ChatModel", "Completion", "ModelInfo"]


class ChatModel:
    """One model at one endpoint. It belongs to the event loop that it is first used on.

    Args:
        endpoint: Where it is served.
        name: The model; empty takes the endpoint's own, or else the first that it lists.
        settings: Time-outs and attempts.
        backoff: How long to wait between attempts.
    """

    def __init__(
        self, endpoint: Endpoint, name: str, settings: ModelSettings, *, backoff: Backoff | None = None
    ) -> None:
        self.endpoint = endpoint
        self.name = name or endpoint.model
        self._settings = settings
        self._backoff = backoff or Backoff()
        self._wire = Wire(endpoint, settings)
        self._dialect = Dialect()
        self._window: int | None = None

    def __repr__(self) -> str:
        return f"ChatModel({self.name!r} at {self.endpoint.base_url})"

    @property
    def tools_supported(self) -> bool | None:
        """Whether it can call tools, as far as is known; set it from what was noted before."""
        return self._dialect.tools

    @tools_supported.setter
    def tools_supported(self, known: bool | None) -> None:
        self._dialect.tools = known

    @property
    def schema_supported(self) -> bool | None:
        """Whether it takes a JSON schema, as far as is known; set it from what was noted before."""
        return self._dialect.schema

    @schema_supported.setter
    def schema_supported(self, known: bool | None) -> None:
        self._dialect.schema = known

    async def warm(self) -> None:
        """Loads the client library in a thread, so that the first call need not wait for it."""
        await self._wire.client()

    def body(self, request: ChatRequest) -> bytes:
        """The body that `request` would be sent with, as far as is known what the server takes."""
        return written(self._dialect.body(request, self.name))

    def stream(self, request: ChatRequest, *, sent: Sent | None = None) -> AsyncGenerator[ChatPart]:
        """The reply as it comes: text and reasoning, and `EndPart` last.

        A failed call is made again as long as nothing of the reply was yielded, with a `RetryPart` before each wait.
        Closing the iterator, or cancelling its reader, closes the connection at once.

        Args:
            request: What is asked.
            sent: Is told what goes out, each time that it does.

        Raises:
            ModelError: The call failed for good, or the reply was cut off after what was yielded.
        """
        return self._calls(request, restart=False, sent=sent)

    async def complete(self, request: ChatRequest) -> Completion:
        """The whole reply; a call that breaks midway is made again too.

        It is streamed all the same, so that a long reply is not taken for silence and a cancelled one ends at once.

        Raises:
            ModelError: The call failed for good.
        """
        text: list[str] = []
        reasoning: list[str] = []
        async with aclosing(self._calls(request, restart=True)) as parts:
            async for part in parts:
                match part:
                    case TextPart():
                        text.append(part.text)
                    case ReasoningPart():
                        reasoning.append(part.text)
                    case RetryPart():
                        text.clear()
                        reasoning.clear()
                    case EndPart():
                        return Completion(
                            text="".join(text),
                            usage=part.usage,
                            finish_reason=part.finish_reason,
                            model=part.model,
                            tool_calls=part.tool_calls,
                            reasoning="".join(reasoning),
                        )
        raise cut_off(self.endpoint)

    async def models(self) -> list[ModelInfo]:
        """The models that the endpoint lists.

        Raises:
            ModelError: The list cannot be had.
        """
        return await list_models(self._wire)

    async def window(self) -> int:
        """The context window in tokens: as the endpoint says, else as configured, else by the model's family.

        The endpoint is asked once; a failure to answer counts as not saying.
        """
        if self._window is None:
            self._window = await self._listed_window()
        return self._window or self.endpoint.window or self._settings.window or window_of(self.name)

    async def _listed_window(self) -> int:
        try:
            infos = await self.models()
        except ModelError:
            return 0
        exact = [info for info in infos if info.name == self.name]
        alone = infos if len(infos) == 1 else []
        return next((info.window for info in exact or alone if info.window), 0)

    async def close(self) -> None:
        """Closes the connections; a second call does nothing."""
        await self._wire.close()

    async def _calls(
        self, request: ChatRequest, *, restart: bool, sent: Sent | None = None
    ) -> AsyncGenerator[ChatPart]:
        """Attempts until one succeeds; `restart` also tries again after part of a reply came."""
        attempts = max(1, self._settings.attempts)
        for number in range(1, attempts + 1):
            began = False
            try:
                async with aclosing(self._adapted(request, sent)) as parts:
                    async for part in parts:
                        began = True
                        yield part
            except CallFailed as failure:
                wait = self._backoff.wait(number, failure.retry_after) if failure.again else None
                if wait is None or number == attempts or (began and not restart):
                    raise
                reason = failure.reason
            else:
                return
            yield RetryPart(attempt=number + 1, attempts=attempts, seconds=wait, reason=reason)
            await asyncio.sleep(wait)

    async def _adapted(self, request: ChatRequest, sent: Sent | None) -> AsyncGenerator[ChatPart]:
        """One attempt, written anew as long as the server names something in it that it does not take.

        A model that writes its tool calls out as text is asked again without tools, before any of that is shown.
        """
        await self._choose_name()
        while True:
            body = self._dialect.body(request, self.name)
            tools = [tool.name for tool in request.tools] if "tools" in body else []
            began = False
            try:
                coming = attempt(self._wire, self._settings, body, sent)
                async with aclosing(without_written_calls(coming, tools)) as parts:
                    async for part in parts:
                        began = True
                        if isinstance(part, EndPart):
                            self._dialect.worked(body, called=bool(part.tool_calls))
                        yield part
            except CallWritten:
                self._dialect.tools = False
            except CallFailed as failure:
                if began or failure.status is None:
                    raise
                if is_about_context(failure.detail) or not self._dialect.adapt(failure.status, failure.detail, body):
                    raise await self._with_names(failure) from None
            else:
                return

    async def _choose_name(self) -> None:
        if self.name:
            return
        self.name = first_chat_model(await self.models())
        if not self.name:
            raise NoModel(f"{self.endpoint.name} has no model yet.", "Load one there, then try again.")

    async def _with_names(self, failure: CallFailed) -> CallFailed:
        """The failure; where the model's name was refused, with the names that the server has."""
        if not is_about_model(failure):
            return failure
        try:
            names = [info.name for info in await self.models()]
        except ModelError:
            return failure
        if self.name in names:
            return failure
        near = difflib.get_close_matches(self.name, names, n=4, cutoff=0.4) or names[:4]
        return unknown_model(self.endpoint, self.name, near, failure)
