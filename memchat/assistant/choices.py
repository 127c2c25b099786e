"""Every model that can be picked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.core.errors import MemchatError, ModelError
from memchat.core.settings import Settings
from memchat.providers import endpoints
from memchat.providers.catalog import CatalogModel
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import Endpoint
from memchat.providers.keys import Keys
from memchat.providers.weights import Weights

_CONNECT_SECONDS = 3.0


class Choices:
    """Asks every endpoint for its models.

    Args:
        current: The model in use.
    """

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], keys: Keys, weights: Weights, current: ModelStatus
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._keys = keys
        self._weights = weights
        self._current = current

    async def all(self, running: Sequence[Endpoint]) -> list[ModelChoice]:
        """The models of all endpoints, then the built-in ones.

        Args:
            running: Endpoints that were found or are in use, beside the configured ones.
        """
        configured, broken = await asyncio.to_thread(self._configured)
        known = {endpoint.base_url: endpoint for endpoint in (*running, *configured) if not endpoint.builtin}
        listed = await asyncio.gather(*map(self._of, known.values()))
        installed = set(self._weights.installed())
        own = [self._builtin(model, installed=model.name in installed) for model in self._weights.models]
        return [*(choice for group in listed for choice in group), *broken, *own]

    def _configured(self) -> tuple[list[Endpoint], list[ModelChoice]]:
        """The endpoints of the config and of the environment, and those that cannot be used."""
        found: list[Endpoint] = []
        broken: list[ModelChoice] = []
        for name in self._settings.endpoints:
            try:
                found.append(endpoints.named(name, self._settings, self._environ, self._keys))
            except MemchatError as error:
                broken.append(self._choice(name, "", error.sentence, installed=False))
        try:
            outside = endpoints.from_environment(self._settings, self._environ, self._keys)
        except MemchatError as error:
            broken.append(self._choice("OPENAI_BASE_URL", "", error.sentence, installed=False))
        else:
            found += [outside] if outside is not None else []
        return found, broken

    async def _of(self, endpoint: Endpoint) -> list[ModelChoice]:
        settings = replace(self._settings.model, attempts=1, connect_seconds=_CONNECT_SECONDS)
        client = ChatModel(endpoint, endpoint.model, settings)
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

    def _builtin(self, model: CatalogModel, *, installed: bool) -> ModelChoice:
        size = f"{model.size_bytes / 1e9:.1f} GB" if model.size_bytes >= 1e9 else f"{model.size_bytes / 1e6:.0f} MB"
        return self._choice("builtin", model.name, f"{size} · {model.about}", installed=installed)

    def _choice(self, endpoint: str, name: str, detail: str, *, installed: bool) -> ModelChoice:
        current = (endpoint, name) == (self._current.endpoint, self._current.name)
        return ModelChoice(endpoint=endpoint, name=name, detail=detail, installed=installed, current=current)
