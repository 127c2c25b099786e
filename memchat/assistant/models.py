"""Which model answers, and changing to another."""

from memchat.assistant.connection import Connection
from memchat.assistant.homes import Homes
from memchat.assistant.values import ModelChoice, ModelStatus
from memchat.providers.weights import Weights


class Models:
    """The part of the assistant that is about models."""

    _connection: Connection
    _homes: Homes

    @property
    def model(self) -> ModelStatus:
        """Which model answers."""
        return self._connection.status

    @property
    def weights(self) -> Weights:
        """The built-in models' weights, to pull and remove."""
        return self._connection.weights

    async def connect(self, *, asking: bool = True) -> ModelStatus:
        """Finds a model; never raises.

        Args:
            asking: Whether the endpoint of a model that is named is asked for its window; else what it said before,
                the settings or the model's family tell it.
        """
        return await self._connection.connect(asking=asking)

    async def use_model(self, endpoint: str, name: str, *, save: bool = True) -> ModelStatus:
        """Changes to another model; a reply that is under way goes on with the one it began with.

        Raises:
            MemchatError: There is no such endpoint or model.
        """
        status = await self._connection.use(endpoint, name, save=save)
        self._homes.main.learning.wake()
        return status

    async def add_endpoint(self, name: str, base_url: str, api_key: str, model: str) -> ModelStatus:
        """Saves an endpoint and its key, and changes to it.

        Raises:
            MemchatError: It cannot be saved.
        """
        status = await self._connection.add(name, base_url, api_key, model)
        self._homes.main.learning.wake()
        return status

    async def model_choices(self) -> list[ModelChoice]:
        """Every model that can be picked."""
        return await self._connection.choices()
