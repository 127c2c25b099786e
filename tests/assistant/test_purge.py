"""A deleted session can be brought back for a day, and is erased after that."""

from datetime import timedelta

import pytest

from memchat.assistant.sessions import UNDO_FOR
from memchat.core.errors import NotFound
from memchat.core.times import now
from tests.assistant.conftest import Open, converse


async def test_a_session_deleted_long_ago_is_erased(open_assistant: Open) -> None:
    assistant = await open_assistant()
    session = (await assistant.new_session()).session.id
    await converse(assistant, session, "Hello.")
    await assistant.store.sessions.delete(session)
    await assistant._sessions.purge(now())
    await assistant.store.sessions.restore(session)
    await assistant.store.sessions.delete(session)
    await assistant._sessions.purge(now() + UNDO_FOR + timedelta(minutes=1))
    with pytest.raises(NotFound):
        await assistant.store.sessions.restore(session)
