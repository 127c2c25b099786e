"""What the user takes out of a session's requests, and puts back."""

from collections.abc import Sequence

from memchat.assistant.means import Means
from memchat.core.errors import MemchatError, NotFound
from memchat.core.events import SessionChanged


class Buffer:
    """The messages of a session that go to the model, as far as the user says so; every change can be undone."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def drop(self, session_id: str, message_ids: Sequence[str]) -> int:
        """Takes messages out of the requests to come; they stay in the conversation.

        Returns:
            How many that changed.

        Raises:
            NotFound: There is no such session, or one of the messages is not in it.
        """
        return await self._keep_out(session_id, message_ids, out=True)

    async def put_back(self, session_id: str, message_ids: Sequence[str]) -> int:
        """Puts messages back into the requests to come.

        Returns:
            How many that changed.

        Raises:
            NotFound: There is no such session, or one of the messages is not in it.
        """
        return await self._keep_out(session_id, message_ids, out=False)

    async def dropped(self, session_id: str) -> Sequence[str]:
        """Ids of the messages that are taken out, the oldest first."""
        return await self._means.store_of(session_id).sessions.kept_out(session_id)

    async def _keep_out(self, session_id: str, message_ids: Sequence[str], *, out: bool) -> int:
        store = self._means.store_of(session_id)
        session = await store.sessions.get(session_id)
        if not message_ids:
            raise MemchatError(
                "No message was named.", "`memchat sessions show ID --json` lists them.", on_screen="f2 lists them."
            )
        for each in message_ids:
            if (await store.messages.get(each)).session_id != session.id:
                raise NotFound(f"The message {each!r} is in another session.")
        changed = await store.sessions.keep_out(session.id, message_ids, out=out)
        if changed:
            self._means.publish(SessionChanged(session))
        return changed
