"""Keeping what was sent to the model, so that it can be shown."""

import logging
from collections.abc import MutableMapping
from dataclasses import dataclass

from memchat.assistant.home import Home
from memchat.core.context import ContextPlan
from memchat.core.errors import ErasedMeanwhile, MemchatError
from memchat.core.messages import Message
from memchat.core.requests import SentRequest
from memchat.core.times import now
from memchat.providers.client import ChatModel
from memchat.providers.endpoints import chat_url

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps the requests of one turn; nothing of an incognito session.

    Attributes:
        home: Where the turn's session lives.
        user: The message that is answered.
        client: Who is asked.
        plan: How the request was laid out.
        sent: What went out and is yet to be kept, by round.
        as_of: How often something had been erased before what is in the requests was read.
    """

    home: Home
    user: Message
    client: ChatModel
    plan: ContextPlan
    sent: MutableMapping[int, bytes]
    as_of: int

    async def keep(self) -> None:
        """Keeps what went out since the last time; that it cannot be stored does not end the turn.

        What was sent before something was erased is let go, since it may hold that.
        """
        if not self.sent:
            return
        bodies = dict(self.sent)
        self.sent.clear()
        if self.home.private:
            return
        endpoint = self.client.endpoint
        requests = [
            SentRequest(
                session_id=self.user.session_id,
                message_id=self.user.id,
                round=number,
                at=now(),
                url=chat_url(endpoint),
                keyed=bool(endpoint.api_key),
                body=body,
                plan=self.plan,
            )
            for number, body in bodies.items()
        ]
        try:
            await self.home.store.requests.add(requests, as_of=self.as_of)
        except ErasedMeanwhile:
            _log.info("a request is not kept, since something was erased after it was laid out")
        except MemchatError:
            _log.exception("a request could not be kept")
