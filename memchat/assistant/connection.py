"""Which model answers: configured, found on this machine, or built in."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.config import load, set_endpoint, set_value
from memchat.core.errors import MemchatError, ModelError, NoModel
from memchat.core.settings import Settings
from memchat.paths import Paths
from memchat.providers import endpoints
from memchat.providers.catalog import CatalogModel, catalog, find
from memchat.providers.client import ChatModel
from memchat.providers.discovery import discover
from memchat.providers.endpoints import Endpoint
from memchat.providers.engine import Engine
from memchat.providers.keys import Keys
from memchat.providers.sizes import too_small_for_tools
from memchat.providers.weights import Weights
from memchat.providers.windows import window_of
from memchat.store import ModelFacts, Store

BUILTIN = "builtin"


class Connection:
    """Finds the chat model, and keeps one client for it.

    Attributes:
        status: What is known of it, for the screen.
        facts: What earlier calls taught about it.
    """

    def __init__(self, settings: Settings, paths: Paths, environ: Mapping[str, str], store: Store) -> None:
        self.status = ModelStatus()
        self.facts = ModelFacts()
        self.keys = Keys(paths)
        self.weights = Weights(paths.weights_dir)
        self._settings = settings
        self._paths = paths
        self._environ = environ
        self._store = store
        self._engine = Engine(self.weights)
        self._endpoint: Endpoint | None = None
        self._found: list[Endpoint] = []
        self._client: ChatModel | None = None
        self._others: dict[str, ChatModel] = {}
        self._lock = asyncio.Lock()

    @property
    def tools_possible(self) -> bool:
        """Whether tools may be offered: by the settings, by what the model is known to understand, and by its size."""
        wanted = self._settings.model.tools
        if wanted != "auto":
            return wanted == "on"
        if self._endpoint is not None and self._endpoint.builtin:
            return find(self.status.name).tools
        known = self._client.tools_supported if self._client is not None else self.facts.tools
        return known if known is not None else not too_small_for_tools(self.status.name)

    async def connect(self) -> ModelStatus:
        """Finds a model: the configured endpoint, else a local server, else an installed built-in one.

        Never raises: what went wrong stands in the status.
        """
        async with self._lock:
            if self.status.state not in {"unknown", "none", "failed"}:
                return self.status
            try:
                await self._find()
            except MemchatError as error:
                self.status = replace(self.status, state="failed", problem=str(error))
            return self.status

    async def client(self) -> ChatModel:
        """The client of the chat model; starts the built-in engine when that is the one.

        Raises:
            NoModel: None is configured, found or installed.
            ModelError: The engine did not start.
        """
        status = await self.connect()
        async with self._lock:
            if status.state == "none" or self._endpoint is None:
                if status.problem:
                    raise ModelError(status.problem, retryable=True)
                raise NoModel(
                    "No model is set up.",
                    "Pull a built-in one with `memchat models pull smollm2-135m`, or set OPENAI_BASE_URL.",
                )
            if self._client is None:
                if self._endpoint.builtin:
                    self._endpoint = await self._engine.start(self.status.name)
                    self.status = replace(self.status, window=self._endpoint.window)
                self._client = ChatModel(self._endpoint, self.status.name, self._settings.model)
                self._client.tools_supported = self.facts.tools
                self._client.schema_supported = self.facts.schema
            return self._client

    async def warm(self) -> None:
        """Makes the first call fast, where that needs no engine to be started."""
        if self._endpoint is not None and not self._endpoint.builtin and self.status.state == "ready":
            await (await self.client()).warm()

    async def summariser(self) -> ChatModel | None:
        """The client for summaries: its own model where one is set, else the chat model; none without a model."""
        try:
            chat = await self.client()
        except NoModel:
            return None
        name = self._settings.model.summariser
        if not name or name == chat.name or chat.endpoint.builtin:
            return chat
        if name not in self._others:
            self._others[name] = ChatModel(chat.endpoint, name, self._settings.model)
        return self._others[name]

    async def use(self, endpoint_name: str, name: str, *, save: bool) -> ModelStatus:
        """Changes to another model.

        Args:
            endpoint_name: `builtin`, or a configured or discovered endpoint; empty keeps the present one.
            name: The model there; empty takes the endpoint's own.
            save: Whether the next start uses it too.

        Raises:
            MemchatError: There is no such endpoint, or the built-in model is not installed.
        """
        async with self._lock:
            await self._drop_clients()
            await self._adopt(await asyncio.to_thread(self._named, endpoint_name), name)
            if save:
                self._save(self.status.endpoint, self.status.name)
            return self.status

    async def add(self, name: str, base_url: str, api_key: str, model: str) -> ModelStatus:
        """Saves a new endpoint with its key, and changes to it.

        Raises:
            MemchatError: The name, address or key cannot be saved.
        """
        if not base_url.startswith(("http://", "https://")):
            raise ModelError(f"{base_url!r} is not the address of a server.", "It begins with http:// or https://.")
        set_endpoint(self._paths, name, {"base_url": base_url.rstrip("/"), "model": model or None})
        if api_key:
            await asyncio.to_thread(self.keys.set, name, api_key)
        self._settings = load(self._paths, self._environ)
        return await self.use(name, model, save=True)

    async def choices(self) -> list[ModelChoice]:
        """Every model that can be picked: of each endpoint that answers, and the built-in ones."""
        self._found = await discover()
        known = {endpoint.base_url: endpoint for endpoint in (*self._found, *await asyncio.to_thread(self._configured))}
        listed = await asyncio.gather(*(self._choices_of(endpoint) for endpoint in known.values()))
        installed = set(self.weights.installed())
        own = [self._builtin_choice(model, model.name in installed) for model in catalog()]
        return [choice for group in listed for choice in group] + own

    async def learn(self, counted: int, reported: int) -> None:
        """Takes a reported prompt length into the model's token scale, and notes what it cannot do."""
        client = self._client
        if client is None:
            return
        where = client.endpoint.base_url if not client.endpoint.builtin else BUILTIN
        if reported and counted:
            await self._store.models.learn_scale(where, client.name, counted, reported)
        await self._store.models.note(where, client.name, tools=client.tools_supported, schema=client.schema_supported)
        self.facts = await self._store.models.get(where, client.name)

    async def close(self) -> None:
        """Closes clients and ends the built-in engine."""
        await self._drop_clients()
        await self._engine.stop()

    async def _find(self) -> None:
        endpoint = await asyncio.to_thread(endpoints.configured, self._settings, self._environ, self.keys)
        if self._settings.model.endpoint == BUILTIN:
            endpoint = _builtin(self._settings.model.name)
        if endpoint is None:
            self._found = await discover()
            endpoint = self._found[0] if self._found else None
        if endpoint is None and (installed := self.weights.installed()):
            best = max(installed, key=lambda name: find(name).size_bytes)
            endpoint = _builtin(best)
        if endpoint is None:
            self.status = ModelStatus(state="none")
            return
        await self._adopt(endpoint, self._settings.model.name)

    async def _adopt(self, endpoint: Endpoint, name: str) -> None:
        """Makes `endpoint` the one in use; asks it for its models where that is needed."""
        if endpoint.builtin:
            chosen = find(name or endpoint.model)
            if self.weights.path(chosen.name) is None:
                raise ModelError(
                    f"The built-in model {chosen.name} is not installed.",
                    f"Pull it with `memchat models pull {chosen.name}`.",
                )
            window, name = endpoint.window or chosen.context, chosen.name
            problem = ""
        else:
            window, name, problem = await self._ask(endpoint, name or endpoint.model)
        where = BUILTIN if endpoint.builtin else endpoint.base_url
        self.facts = await self._store.models.get(where, name)
        self._endpoint = endpoint
        self.status = ModelStatus(
            endpoint=endpoint.name,
            name=name,
            local=endpoint.local,
            window=window or self.facts.window or self._settings.model.window or window_of(name),
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
        if not name:
            if not models:
                return endpoint.window, "", f"The server at {endpoint.base_url} has no model loaded."
            name = models[0].name
        told = next((model.window for model in models if model.name == name), None)
        if told:
            await self._store.models.note(endpoint.base_url, name, window=told)
        return told or endpoint.window, name, ""

    def _named(self, name: str) -> Endpoint:
        if name == BUILTIN:
            return _builtin("")
        if not name and self._endpoint is not None:
            return self._endpoint
        for endpoint in (*self._found, self._endpoint):
            if endpoint is not None and endpoint.name == name:
                return endpoint
        return endpoints.named(name, self._settings, self._environ, self.keys)

    def _configured(self) -> list[Endpoint]:
        named = [endpoints.named(name, self._settings, self._environ, self.keys) for name in self._settings.endpoints]
        current = endpoints.configured(self._settings, self._environ, self.keys) if not named else None
        if self._endpoint is not None and not self._endpoint.builtin:
            named.append(self._endpoint)
        return named + ([current] if current else [])

    async def _choices_of(self, endpoint: Endpoint) -> list[ModelChoice]:
        client = ChatModel(endpoint, endpoint.model, replace(self._settings.model, attempts=1, connect_seconds=3))
        try:
            models = await client.models()
        except ModelError as error:
            return [self._choice(endpoint.name, endpoint.model, error.sentence, installed=False)]
        finally:
            await client.close()
        return [
            self._choice(endpoint.name, model.name, f"{model.window:,} tokens" if model.window else "", installed=True)
            for model in models
        ]

    def _builtin_choice(self, model: CatalogModel, installed: bool) -> ModelChoice:  # noqa: FBT001 - a plain fact
        size = f"{model.size_bytes / 1e9:.1f} GB" if model.size_bytes >= 1e9 else f"{model.size_bytes / 1e6:.0f} MB"
        return self._choice(BUILTIN, model.name, f"{size} · {model.about}", installed=installed)

    def _choice(self, endpoint: str, name: str, detail: str, *, installed: bool) -> ModelChoice:
        current = (endpoint, name) == (self.status.endpoint, self.status.name)
        return ModelChoice(endpoint=endpoint, name=name, detail=detail, installed=installed, current=current)

    def _save(self, endpoint: str, name: str) -> None:
        known = {BUILTIN, *self._settings.endpoints}
        if endpoint not in known and self._endpoint is not None and self._endpoint in self._found:
            set_endpoint(self._paths, endpoint, {"base_url": self._endpoint.base_url})
            known.add(endpoint)
        if endpoint in known:
            set_value(self._paths, "model.endpoint", endpoint)
        set_value(self._paths, "model.name", name)

    async def _drop_clients(self) -> None:
        clients = [*([self._client] if self._client else []), *self._others.values()]
        self._client = None
        self._others = {}
        for client in clients:
            await client.close()


def _builtin(name: str) -> Endpoint:
    """The built-in engine before it runs; its address and key come with its start."""
    chosen = find(name) if name else None
    return Endpoint(
        name=BUILTIN,
        base_url="",
        api_key="",
        model=chosen.name if chosen else "",
        window=0,
        local=True,
        builtin=True,
    )
