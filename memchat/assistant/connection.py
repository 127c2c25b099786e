"""The model that answers, and the clients through which it does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from memchat.assistant.choices import Choices
from memchat.assistant.clients import Clients
from memchat.assistant.finding import BUILTIN, Finder, Found
from memchat.assistant.requests import Target
from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.config import load, set_endpoint, set_value
from memchat.core.chat import ChatRequest
from memchat.core.errors import MemchatError, ModelError, NoModel
from memchat.core.settings import Settings
from memchat.memory.ability import can_learn, why_unable
from memchat.memory.probe import can_extract
from memchat.paths import Paths
from memchat.providers.catalog import find
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import Endpoint, clean_url
from memchat.providers.engine import Engine
from memchat.providers.keys import Keys
from memchat.providers.sizes import too_small_for_tools
from memchat.providers.weights import Weights
from memchat.store import ModelFacts, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The chat model of one turn, which goes on with it whatever is picked meanwhile."""

    client: ChatModel
    target: Target
    local: bool


class Connection:
    """Keeps one client for the chat model in use.

    Attributes:
        status: What is known of the model, for the screen.
        keys: The endpoints' API keys.
        weights: The built-in models' weights.
    """

    def __init__(self, settings: Settings, paths: Paths, environ: Mapping[str, str], store: Store) -> None:
        self.status = ModelStatus()
        self.keys = Keys(paths)
        self.weights = Weights(paths.weights_dir)
        self._settings = settings
        self._paths = paths
        self._environ = environ
        self._store = store
        self._finder = Finder(settings, environ, self.keys, self.weights, store)
        self._found: Found | None = None
        self._of_summariser = ModelFacts()
        self._engine = Engine(self.weights)
        self._clients = Clients()
        self._client: ChatModel | None = None
        self._others: dict[str, ChatModel] = {}
        self._lock = asyncio.Lock()
        self._closed = False

    @property
    def target(self) -> Target:
        """What requests are laid out for."""
        scale = self._facts.token_scale
        return Target(name=self.status.name, window=self.status.window, scale=scale, tools=self._tools_possible())

    @property
    def unable(self) -> str:
        """Why nothing is learned from ordinary talk with the model that learns, in a sentence; empty when it is."""
        return "" if self.status.state in ("unknown", "none") else why_unable(*self._learner)

    async def prove(self) -> None:
        """Finds out whether the model that learns can, where nothing tells; the answer is kept.

        Raises:
            ModelError: It cannot be reached, so that nothing is known.
        """
        if self.status.state != "ready" or can_learn(*self._learner) is not None:
            return
        model = await self.summariser()
        if model is None:
            return
        where = model.endpoint.noted_as
        facts = await self._store.models.get(where, model.name)
        if can_learn(model.name, facts) is None:
            facts = await self._store.models.note(where, model.name, extracts=await can_extract(model))
        if model is self._client and self._found is not None:
            self._found = replace(self._found, facts=facts)
        else:
            self._of_summariser = facts

    def note_in(self, store: Store) -> None:
        """Notes what calls teach about models in `store` from now on."""
        self._store = store
        self._finder.note_in(store)

    async def connect(self, *, asking: bool = True) -> ModelStatus:
        """Finds a model: the configured endpoint, else a local server, else an installed built-in one.

        Never raises: what went wrong stands in the status, and the next call tries again.

        Args:
            asking: Whether the endpoint of a model that is named is asked for its window.
        """
        async with self._lock:
            await self._look(asking=asking)
            return self.status

    async def prepare(self) -> None:
        """Finds a model and makes the first call fast, as far as that is possible without a word to say."""
        await self.connect()
        await self.warm()

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

    def draft(self, request: ChatRequest) -> tuple[Endpoint | None, bytes]:
        """Where `request` would go, none where no model is known, and the body that it would have."""
        endpoint = self._found.endpoint if self._found is not None else None
        client = self._client
        if client is None or client.endpoint != endpoint:
            client = ChatModel(endpoint or Endpoint(name="", base_url=""), self.status.name, self._settings.model)
            client.tools_supported = self._facts.tools
        return endpoint, client.body(request)

    async def warm(self) -> None:
        """Makes the first call fast, where that needs no engine to be started."""
        if self._found is not None and not self._found.endpoint.builtin and self.status.state == "ready":
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
            self._adopt(await self._finder.ask(await self._finder.named(endpoint_name, self._found), name))
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
        set_endpoint(self._paths, name, {"base_url": clean_url(base_url), "model": model or None})
        if api_key:
            await asyncio.to_thread(self.keys.set, name, api_key)
        self._settings = load(self._paths, self._environ)
        self._finder = Finder(self._settings, self._environ, self.keys, self.weights, self._store)
        return await self.use(name, model, save=True)

    async def choices(self) -> list[ModelChoice]:
        """Every model that can be picked: of each endpoint that answers, and the built-in ones."""
        await self._finder.look_around()
        choices = Choices(self._settings, self._environ, self.keys, self.weights, self.status)
        return await choices.all([*self._finder.running, *([self._found.endpoint] if self._found else [])])

    async def learn(self, client: ChatModel, counted: int, reported: int) -> None:
        """Takes a reported prompt length into a model's token scale, and notes what it cannot do."""
        where = client.endpoint.noted_as
        if reported and counted:
            await self._store.models.learn_scale(where, client.name, counted, reported)
        facts = await self._store.models.note(
            where, client.name, tools=client.tools_supported, schema=client.schema_supported
        )
        if client is self._client and self._found is not None:
            self._found = replace(self._found, facts=facts)

    async def close(self) -> None:
        """Closes clients and ends the built-in engine, also one that is just starting."""
        self._closed = True
        await self._engine.stop()
        await self._drop_clients()
        await self._clients.close()

    @property
    def _learner(self) -> tuple[str, ModelFacts]:
        """The name of the model that learns, and what is known of it."""
        name = self._settings.model.summariser
        if not name or name == self.status.name or self.status.endpoint == BUILTIN:
            return self.status.name, self._facts
        return name, self._of_summariser

    @property
    def _facts(self) -> ModelFacts:
        return self._found.facts if self._found is not None else ModelFacts()

    async def _ready(self) -> ChatModel:
        """The client of the chat model; a new one when the engine had to be started anew."""
        await self._look()
        if self._closed:
            raise ModelError("memchat is ending.", "Start it again.")
        if self.status.state == "failed":
            raise ModelError(self.status.problem, retryable=True)
        if self.status.state == "none" or self._found is None:
            raise NoModel(
                "No model is set up.",
                "Pull a built-in one with `memchat models pull smollm2-135m`, or set OPENAI_BASE_URL.",
                on_screen="Pick one, or pull a built-in one, with /model.",
            )
        if self._found.endpoint.builtin:
            endpoint = await self._engine.start(self.status.name)
            self._adopt(
                replace(self._found, endpoint=endpoint, status=replace(self._found.status, window=endpoint.window))
            )
        if self._client is None or self._client.endpoint != self._found.endpoint:
            await self._drop_clients()
            self._client = ChatModel(self._found.endpoint, self.status.name, self._settings.model)
            self._client.tools_supported = self._facts.tools
            self._client.schema_supported = self._facts.schema
            if window := self._facts.window:
                await self._store.models.note(self._found.endpoint.noted_as, self._client.name, window=window)
        return self._client

    async def _look(self, *, asking: bool = True) -> None:
        """Looks for a model, unless one was found."""
        if self.status.state == "ready":
            return
        try:
            found = await self._finder.preset(asking=asking)
        except MemchatError as error:
            self.status = replace(self.status, state="failed", problem=str(error))
            return
        if found is None:
            self.status = ModelStatus(state="none")
        else:
            self._adopt(found)

    def _adopt(self, found: Found) -> None:
        self._found, self.status = found, found.status

    def _tools_possible(self) -> bool:
        """By the settings, by what the model is known to understand, and by its size."""
        wanted = self._settings.model.tools
        if wanted != "auto":
            return wanted == "on"
        if self._found is not None and self._found.endpoint.builtin:
            return find(self.status.name).tools
        known = self._client.tools_supported if self._client is not None else self._facts.tools
        return known if known is not None else not too_small_for_tools(self.status.name)

    def _save(self, endpoint: str, name: str) -> None:
        known = {BUILTIN, *self._settings.endpoints}
        if endpoint not in known and self._found is not None and self._found.endpoint in self._finder.running:
            set_endpoint(self._paths, endpoint, {"base_url": self._found.endpoint.base_url})
            known.add(endpoint)
        if endpoint in known:
            set_value(self._paths, "model.endpoint", endpoint)
        set_value(self._paths, "model.name", name)

    async def _rest_engine(self) -> None:
        """Ends the built-in engine when another model was picked and no reply of it is under way."""
        wanted = self._found is not None and self._found.endpoint.builtin
        if self._engine.running and not wanted and not self._clients.engine_in_use:
            await self._engine.stop()

    async def _drop_clients(self) -> None:
        clients = [*([self._client] if self._client else []), *self._others.values()]
        self._client = None
        self._others = {}
        for client in clients:
            await self._clients.retire(client)
