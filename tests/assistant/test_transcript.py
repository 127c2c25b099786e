"""A whole session, gathered and as Markdown."""

import json
from datetime import UTC, datetime

from memchat.assistant.transcript import Transcript, as_markdown, read
from memchat.core.messages import Message, Session
from memchat.paths import Paths
from memchat.store import Store

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def said(seq: int, **fields: object) -> Message:
    given = {"id": f"m{seq}", "session_id": "s1", "seq": seq, "role": "user", "text": "Hi\n", "status": "complete"}
    return Message(**{**given, "created_at": AT, "tokens": 1, **fields})  # type: ignore[arg-type]


def test_markdown_has_front_matter_and_a_heading_a_message() -> None:
    session = Session(id="s1", title='A "small" garden', created_at=AT, updated_at=AT, model="scripted")
    reply = said(2, role="assistant", text="Yes\x1b[31m", status="stopped", model="scripted")
    whole = Transcript(session=session, messages=(said(1), reply), summary=None, session_summary=None)
    text = as_markdown(whole, assistant_name="Ada")
    assert text.startswith('---\ntitle: "A \\"small\\" garden"\nid: "s1"\ncreated: "2026-03-03T12:00:00Z"\n')
    assert f"## You · {AT.astimezone():%Y-%m-%d %H:%M}\n\nHi\n" in text
    assert f"## Ada · {AT.astimezone():%Y-%m-%d %H:%M} · scripted · stopped\n\nYes" in text
    assert "\x1b" not in text
    assert json.loads(text.splitlines()[1].removeprefix("title: ")) == session.title


async def test_all_of_a_long_session_is_gathered(paths: Paths) -> None:
    store = await Store.open(paths.database)
    session = await store.sessions.create(model="scripted")
    for number in range(1201):
        await store.messages.append_user(session.id, f"message {number}", tokens=3)
    whole = await read(store, session.id)
    assert [message.text for message in whole.messages] == [f"message {number}" for number in range(1201)]
    await store.close()
