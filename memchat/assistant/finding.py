"""Finding the model that answers: configured, running on this machine, or built in."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from memchat.assistant.values import ModelStatus
from memchat.core.errors import ModelError
from memchat.core.settings import Settings
from memchat.providers import endpoints
from memchat.providers.catalog import find
from memchat.providers.client import ChatModel
from memchat.providers.discovery import discover
from memchat.providers.endpoints import Endpoint
from memchat.providers.keys import Keys
from memchat.providers.listing import first_chat_model
from memchat.providers.weights import Weights
from memchat.providers.windows import window_of
from memchat.store import ModelFacts, Store

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model at an endpoint.

    Attributes:
        endpoint: Where it is served.
        status: What is known of it, for the screen; `failed` when the endpoint cannot answer.
        facts: What earlier calls taught about it, with the window that its server tells; noted with its first call,
            for looking alone stores nothing.
    """

    endpoint: Endpoint
    status: ModelStatus
    facts: ModelFacts


class Finder:
    """Looks for models, and asks their endpoints what they are.

    Attributes:
        running: The local servers that were found last.
    """

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], keys: Keys, weights: Weights, store: Store
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._keys = keys
        self._weights = weights
        self._store = store
        self.running: list[Endpoint] = []

    def note_in(self, store: Store) -> None:
        """Reads from `store` what is known about models from now on."""
        self._store = store

    async def preset(self, *, asking: bool) -> Found | None:
        """The configured model, else a local server's, else an installed built-in one; none when there is none.

        Args:
            asking: Whether the endpoint of a model that is named is asked for its window.

        Raises:
            MemchatError: What is configured cannot be used.
        """
        endpoint = await asyncio.to_thread(endpoints.configured, self._settings, self._environ, self._keys)
        if self._settings.model.endpoint == BUILTIN:
            endpoint = _builtin(self._settings.model.name)
        if endpoint is None:
            await self.look_around()
            endpoint = next((found for found in self.running if found.model), None)
        if endpoint is None and (installed := self._weights.installed()):
            endpoint = _builtin(max(installed, key=lambda name: find(name).size_bytes))
        if endpoint is None and self.running:
            endpoint = self.running[0]
        return None if endpoint is None else await self.ask(endpoint, self._settings.model.name, asking=asking)

    async def look_around(self) -> None:
        """Looks for local servers anew."""
        self.running = await discover()

    async def named(self, name: str, present: Found | None) -> Endpoint:
        """The endpoint of that name, with the model that is its own.

        Args:
            name: `builtin`, or a configured or discovered endpoint; empty is the present one.
            present: The model in use.

        Raises:
            MemchatError: There is no such endpoint.
        """
        if present is not None and (not name or (name == BUILTIN and present.endpoint.builtin)):
            return replace(present.endpoint, model=present.status.name)
        if name == BUILTIN:
            return _builtin("")
        for endpoint in (*self.running, *([present.endpoint] if present else [])):
            if endpoint.name == name:
                return endpoint
        return await asyncio.to_thread(self._configured, name)

    async def ask(self, endpoint: Endpoint, name: str, *, asking: bool = True) -> Found:
        """What a model at `endpoint` is.

        Args:
            endpoint: Where it is served.
            name: The model there; empty is the endpoint's own, or else the first that it lists.
            asking: Whether its server is asked, where the name is known without.

        Raises:
            MemchatError: There is no such built-in model, or it is not installed.
        """
        name, window, problem = name or endpoint.model, 0, ""
        if endpoint.builtin:
            name, window = self._installed(name)
        elif asking or not name:
            window, name, problem = await self._listed(endpoint, name)
        facts = await self._store.models.get(endpoint.noted_as, name)
        if window and not endpoint.builtin:
            facts = replace(facts, window=window)
        status = ModelStatus(
            endpoint=endpoint.name,
            name=name,
            local=endpoint.local,
            window=window or facts.window or endpoint.window or self._settings.model.window or window_of(name),
            state="failed" if problem else "ready",
            problem=problem,
        )
        return Found(endpoint=endpoint, status=status, facts=facts)

    def _installed(self, name: str) -> tuple[str, int]:
        chosen = find(name)
        if self._weights.path(chosen.name) is None:
            raise ModelError(
                f"The built-in model {chosen.name} is not installed.",
                f"Pull it with `memchat models pull {chosen.name}`.",
                on_screen="Pull it with /model.",
            )
        return chosen.name, chosen.context

    async def _listed(self, endpoint: Endpoint, name: str) -> tuple[int, str, str]:
        """The window that the server tells or 0, the model's name, and what is wrong with the endpoint."""
        client = ChatModel(endpoint, name, replace(self._settings.model, attempts=1))
        try:
            models = await client.models()
        except ModelError as error:
            # many servers have no model list: with a name in hand the first turn will tell
            return 0, name, "" if name else str(error)
        finally:
            await client.close()
        name = name or first_chat_model(models)
        if not name:
            return 0, "", f"The server at {endpoint.base_url} has no model loaded."
        told = next((model.window for model in models if model.name == name), None)
        return told or 0, name, ""

    def _configured(self, name: str) -> Endpoint:
        found = endpoints.named(name, self._settings, self._environ, self._keys)
        preset = endpoints.configured(self._settings, self._environ, self._keys)
        if preset is not None and preset.base_url == found.base_url:
            return found
        # The model that is set belongs to the preset endpoint, and another server may not have it.
        entry = self._settings.endpoints.get(name)
        return replace(found, model=entry.model if entry is not None else "")


def _builtin(name: str) -> Endpoint:
    """The built-in engine before it runs; its address and key come with its start."""
    chosen = find(name) if name else None
    return Endpoint(name=BUILTIN, base_url="", model=chosen.name if chosen else "", local=True, builtin=True)
