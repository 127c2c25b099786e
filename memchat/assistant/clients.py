"""The clients of chat models, which close once nobody reads from them."""

from collections import Counter

from memchat.providers.client import ChatModel


class Clients:
    """Counts who reads from a client, so that picking another model cuts no reply off."""

    def __init__(self) -> None:
        self._readers: Counter[ChatModel] = Counter()
        self._retired: set[ChatModel] = set()

    @property
    def engine_in_use(self) -> bool:
        """Whether a reply of the built-in engine is being read."""
        return any(client.endpoint.builtin for client in self._readers)

    def take(self, client: ChatModel) -> None:
        """Keeps `client` open until it is given back."""
        self._readers[client] += 1

    async def give_back(self, client: ChatModel) -> None:
        """Ends what `take` began."""
        self._readers[client] -= 1
        if not self._readers[client]:
            del self._readers[client]
            if client in self._retired:
                self._retired.discard(client)
                await client.close()

    async def retire(self, client: ChatModel) -> None:
        """Closes `client` as soon as nobody reads from it."""
        if client in self._readers:
            self._retired.add(client)
        else:
            await client.close()

    async def close(self) -> None:
        """Closes those that are still read from."""
        for client in (*self._readers, *self._retired):
            await client.close()
