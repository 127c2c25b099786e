"""What is shown of a session before anything is said in it."""

from memchat.assistant.connection import Connection
from memchat.assistant.embedding import SpaceEmbedder
from memchat.assistant.homes import Homes
from memchat.assistant.rounds import call_of
from memchat.assistant.texts import Texts
from memchat.assistant.values import SessionView
from memchat.core.context import ContextPlan
from memchat.core.messages import Session
from memchat.core.requests import SentRequest
from memchat.core.settings import Settings
from memchat.providers.endpoints import chat_url


class Views:
    """Reads sessions for the screen, and lays out requests that are not sent.

    Args:
        page: How many messages are shown at a time.
    """

    def __init__(
        self, homes: Homes, connection: Connection, embedder: SpaceEmbedder, texts: Texts, *, page: int
    ) -> None:
        self._homes = homes
        self._connection = connection
        self._embedder = embedder
        self._texts = texts
        self._page = page

    async def session(self, session: Session) -> SessionView:
        """A session as it is taken up."""
        home = self._homes.of(session.id)
        messages = await home.store.messages.page(session.id, before_seq=None, limit=self._page + 1)
        last = messages[-1] if messages else None
        return SessionView(
            session=session,
            messages=tuple(messages[-self._page :]),
            more=len(messages) > self._page,
            summary=await home.store.summaries.latest(session.id),
            profile=tuple(await home.knowledge.profile.list()),
            plan=await self.request(session, "", use_memory=True),
            unanswered=last if last is not None and last.role == "user" else None,
        )

    async def unsent(self, session: Session | None, text: str, *, use_memory: bool, settings: Settings) -> SentRequest:
        """What `text` would send; none is a session that is yet to begin.

        Raises:
            MessageTooLong: The text does not fit.
            MemchatError: As for `request`.
        """
        await self._connection.known()
        plan = await self.request(session, text, use_memory=use_memory)
        requests = self._homes.of(session.id if session else None).requests
        tools = requests.tools(session, self._connection.target, use_memory=use_memory)
        endpoint, body = self._connection.draft(call_of(plan, tools, settings.model.temperature))
        return SentRequest(
            session_id=session.id if session else "",
            message_id="",
            round=0,
            at=None,
            url=chat_url(endpoint) if endpoint is not None else "",
            keyed=bool(endpoint and endpoint.api_key),
            body=body,
            plan=plan,
        )

    async def request(self, session: Session | None, text: str, *, use_memory: bool) -> ContextPlan:
        """The request that `text` would make; none is a session that is yet to begin.

        Raises:
            MessageTooLong: The text does not fit.
            MemchatError: Its persona cannot be used; with no text it is let be, so that the session can be opened.
        """
        requests, target = self._homes.of(session.id if session else None).requests, self._connection.target
        gathered = await requests.gather(session, target, use_memory=use_memory, strict=bool(text))
        if text:
            await self._texts.load()
            text = await self._texts.screened(text)
            if gathered.use_memory:
                await self._embedder.wait()
        recall = await requests.recall(gathered, text)
        tools = requests.tools(session, target, use_memory=use_memory)
        return await requests.plan(gathered, text, target, recall=recall, tools=tools)
