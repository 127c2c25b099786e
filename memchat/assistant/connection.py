"""Which model answers: configured, found on this machine, or built in."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from memchat.assistant.choices import Choices
from memchat.assistant.clients import Clients
from memchat.assistant.requests import Target
from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.config import load, set_endpoint, set_value
from memchat.core.errors import MemchatError, ModelError, NoModel
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers import endpoints
from memchat.providers.catalog import find
from memchat.providers.client import ChatModel
from memchat.providers.discovery import discover
from memchat.providers.endpoints import Endpoint
from memchat.providers.engine import Engine
from memchat.providers.keys import Keys
from memchat.providers.listing import first_chat_model
from memchat.providers.sizes import too_small_for_tools
from memchat.providers.weights import Weights
from memchat.providers.windows import window_of
from memchat.store import ModelFacts, Store

BUILTIN = "builtin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The chat model of one turn, which goes on with it whatever is picked meanwhile."""

    client: ChatModel
    target: Target
    local: bool


class Connection:
    """Finds the chat model, and keeps one client for it.

    Attributes:
        status: What is known of it, for the screen.
    """

    def __init__(self, settings: Settings, paths: Paths, environ: Mapping[str, str], store: Store) -> None:
        self.status = ModelStatus()
        self.keys = Keys(paths)
        self.weights = Weights(paths.weights_dir)
        self._settings = settings
        self._paths = paths
        self._environ = environ
        self._store = store
        self._facts = ModelFacts()
        self._engine = Engine(self.weights)
        self._endpoint: Endpoint | None = None
        self._found: list[Endpoint] = []
        self._told: int | None = None
        self._clients = Clients()
        self._client: ChatModel | None = None
        self._others: dict[str, ChatModel] = {}
        self._lock = asyncio.Lock()
        self._closed = False

    @property
    def target(self) -> Target:
        """What requests are laid out for."""
        status = self.status
        return Target(
            name=status.name, window=status.window, scale=self._facts.token_scale, tools=self._tools_possible()
        )

    async def connect(self) -> ModelStatus:
        """Finds a model: the configured endpoint, else a local server, else an installed built-in one.

        Never raises: what went wrong stands in the status, and the next call tries again.
        """
        async with self._lock:
            await self._look()
            return self.status

    async def known(self) -> None:
        """Waits for the first look for a model."""
        if self.status.state == "unknown":
            await self.connect()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Chosen]:
        """The chat model, kept open while the context lasts; starts the built-in engine when that is the one.

        Raises:
            NoModel: None is configured, found or installed.
            ModelError: It cannot be reached, or the engine did not start.
        """
        async with self._lock:
            client = await self._ready()
            chosen = Chosen(client=client, target=self.target, local=self.status.local)
            self._clients.take(client)
        try:
            yield chosen
        finally:
            await self._clients.give_back(client)
            await self._rest_engine()

    async def warm(self) -> None:
        """Makes the first call fast, where that needs no engine to be started."""
        if self._endpoint is not None and not self._endpoint.builtin and self.status.state == "ready":
            async with self._lock:
                client = await self._ready()
            await client.warm()

    async def summariser(self) -> ChatModel | None:
        """The client for summaries: its own model where one is set, else the chat model; none without a model.

        Raises:
            ModelError: It cannot be reached, or the engine did not start.
        """
        async with self._lock:
            try:
                chat = await self._ready()
            except NoModel:
                return None
            name = self._settings.model.summariser
            if not name or name == chat.name or chat.endpoint.builtin:
                return chat
            if name not in self._others:
                self._others[name] = ChatModel(chat.endpoint, name, self._settings.model)
            return self._others[name]

    async def use(self, endpoint_name: str, name: str, *, save: bool) -> ModelStatus:
        """Changes to another model; a reply that is under way goes on with the one it began with.

        Args:
            endpoint_name: `builtin`, or a configured or discovered endpoint; empty keeps the present one.
            name: The model there; empty takes the endpoint's own.
            save: Whether the next start uses it too.

        Raises:
            MemchatError: There is no such endpoint, or the built-in model is not installed.
        """
        async with self._lock:
            endpoint = await asyncio.to_thread(self._named, endpoint_name)
            await self._adopt(endpoint, name)
            await self._drop_clients()
            await self._rest_engine()
            if save:
                self._save(self.status.endpoint, self.status.name)
            return self.status

    async def add(self, name: str, base_url: str, api_key: str, model: str) -> ModelStatus:
        """Saves a new endpoint with its key, and changes to it.

        Raises:
            MemchatError: The name, address or key cannot be saved.
        """
        set_endpoint(self._paths, name, {"base_url": endpoints.clean_url(base_url), "model": model or None})
        if api_key:
            await asyncio.to_thread(self.keys.set, name, api_key)
        self._settings = load(self._paths, self._environ)
        return await self.use(name, model, save=True)

    async def choices(self) -> list[ModelChoice]:
        """Every model that can be picked: of each endpoint that answers, and the built-in ones."""
        self._found = await discover()
        choices = Choices(self._settings, self._environ, self.keys, self.weights, self.status)
        return await choices.all([*self._found, *([self._endpoint] if self._endpoint else [])])

    async def learn(self, client: ChatModel, counted: int, reported: int) -> None:
        """Takes a reported prompt length into a model's token scale, and notes what it cannot do."""
        where = client.endpoint.noted_as
        if reported and counted:
            await self._store.models.learn_scale(where, client.name, counted, reported)
        facts = await self._store.models.note(
            where, client.name, tools=client.tools_supported, schema=client.schema_supported
        )
        if client is self._client:
            self._facts = facts

    async def close(self) -> None:
        """Closes clients and ends the built-in engine, also one that is just starting."""
        self._closed = True
        await self._engine.stop()
        await self._drop_clients()
        await self._clients.close()

    async def _ready(self) -> ChatModel:
        """The client of the chat model; a new one when the engine had to be started anew."""
        await self._look()
        if self._closed:
            raise ModelError("memchat is ending.", "Start it again.")
        if self.status.state == "failed":
            raise ModelError(self.status.problem, retryable=True)
        if self.status.state == "none" or self._endpoint is None:
            raise NoModel(
                "No model is set up.",
                "Pull a built-in one with `memchat models pull smollm2-135m`, or set OPENAI_BASE_URL.",
            )
        if self._endpoint.builtin:
            self._endpoint = await self._engine.start(self.status.name)
            self.status = replace(self.status, window=self._endpoint.window)
        if self._client is None or self._client.endpoint != self._endpoint:
            await self._drop_clients()
            self._client = ChatModel(self._endpoint, self.status.name, self._settings.model)
            self._client.tools_supported = self._facts.tools
            self._client.schema_supported = self._facts.schema
            if self._told:  # noted with the first call, for looking alone stores nothing
                await self._store.models.note(self._endpoint.noted_as, self.status.name, window=self._told)
        return self._client

    async def _look(self) -> None:
        """Looks for a model, unless one was found."""
        if self.status.state == "ready":
            return
        try:
            await self._find()
        except MemchatError as error:
            self.status = replace(self.status, state="failed", problem=str(error))

    async def _find(self) -> None:
        endpoint = await asyncio.to_thread(endpoints.configured, self._settings, self._environ, self.keys)
        if self._settings.model.endpoint == BUILTIN:
            endpoint = _builtin(self._settings.model.name)
        if endpoint is None:
            self._found = await discover()
            endpoint = next((found for found in self._found if found.model), None)
        if endpoint is None and (installed := self.weights.installed()):
            endpoint = _builtin(max(installed, key=lambda name: find(name).size_bytes))
        if endpoint is None and self._found:
            endpoint = self._found[0]
        if endpoint is None:
            self.status = ModelStatus(state="none")
            return
        await self._adopt(endpoint, self._settings.model.name)

    async def _adopt(self, endpoint: Endpoint, name: str) -> None:
        """Makes `endpoint` the one in use; asks it for its models where that is needed."""
        self._told = None
        if endpoint.builtin:
            chosen = find(name or endpoint.model)
            if self.weights.path(chosen.name) is None:
                raise ModelError(
                    f"The built-in model {chosen.name} is not installed.",
                    f"Pull it with `memchat models pull {chosen.name}`.",
                )
            window, name = chosen.context, chosen.name
            problem = ""
        else:
            window, name, problem = await self._ask(endpoint, name or endpoint.model)
        self._facts = await self._store.models.get(endpoint.noted_as, name)
        self._endpoint = endpoint
        self.status = ModelStatus(
            endpoint=endpoint.name,
            name=name,
            local=endpoint.local,
            window=window or self._facts.window or self._settings.model.window or window_of(name),
            state="failed" if problem else "ready",
            problem=problem,
        )

    async def _ask(self, endpoint: Endpoint, name: str) -> tuple[int, str, str]:
        """The window that the endpoint tells, the model's name, and what is wrong with the endpoint."""
        client = ChatModel(endpoint, name, replace(self._settings.model, attempts=1))
        try:
            models = await client.models()
        except ModelError as error:
            # many servers have no model list: with a name in hand the first turn will tell
            return endpoint.window, name, "" if name else str(error)
        finally:
            await client.close()
        name = name or first_chat_model(models)
        if not name:
            return endpoint.window, "", f"The server at {endpoint.base_url} has no model loaded."
        self._told = next((model.window for model in models if model.name == name), None)
        return self._told or endpoint.window, name, ""

    def _tools_possible(self) -> bool:
        """By the settings, by what the model is known to understand, and by its size."""
        wanted = self._settings.model.tools
        if wanted != "auto":
            return wanted == "on"
        if self._endpoint is not None and self._endpoint.builtin:
            return find(self.status.name).tools
        known = self._client.tools_supported if self._client is not None else self._facts.tools
        return known if known is not None else not too_small_for_tools(self.status.name)

    def _named(self, name: str) -> Endpoint:
        """The endpoint of that name, with the model that is its own; for a thread, since it may ask the keyring."""
        present = self._endpoint
        if present is not None and (not name or (name == BUILTIN and present.builtin)):
            return replace(present, model=self.status.name)
        if name == BUILTIN:
            return _builtin("")
        for endpoint in (*self._found, present):
            if endpoint is not None and endpoint.name == name:
                return endpoint
        found = endpoints.named(name, self._settings, self._environ, self.keys)
        preset = endpoints.configured(self._settings, self._environ, self.keys)
        if preset is not None and preset.base_url == found.base_url:
            return found
        # The model that is set belongs to the preset endpoint, and another server may not have it.
        entry = self._settings.endpoints.get(name)
        return replace(found, model=entry.model if entry is not None else "")

    def _save(self, endpoint: str, name: str) -> None:
        known = {BUILTIN, *self._settings.endpoints}
        if endpoint not in known and self._endpoint is not None and self._endpoint in self._found:
            set_endpoint(self._paths, endpoint, {"base_url": self._endpoint.base_url})
            known.add(endpoint)
        if endpoint in known:
            set_value(self._paths, "model.endpoint", endpoint)
        set_value(self._paths, "model.name", name)

    async def _rest_engine(self) -> None:
        """Ends the built-in engine when another model was picked and no reply of it is under way."""
        wanted = self._endpoint is not None and self._endpoint.builtin
        if self._engine.running and not wanted and not self._clients.engine_in_use:
            await self._engine.stop()

    async def _drop_clients(self) -> None:
        clients = [*([self._client] if self._client else []), *self._others.values()]
        self._client = None
        self._others = {}
        for client in clients:
            await self._clients.retire(client)


def _builtin(name: str) -> Endpoint:
    """The built-in engine before it runs; its address and key come with its start."""
    chosen = find(name) if name else None
    return Endpoint(name=BUILTIN, base_url="", model=chosen.name if chosen else "", local=True, builtin=True)
