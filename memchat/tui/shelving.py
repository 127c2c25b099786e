"""What the chat does with its session: forks it, files it away, tags it."""

from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.messages import Message, Session
from memchat.tui.text import one_line

if TYPE_CHECKING:
    from memchat.tui.screens.chat import ChatScreen


async def fork(chat: "ChatScreen", _: str) -> None:
    """Goes on from the last message in a session of its own."""
    _check_kept(chat, "forked")
    await fork_at(chat, await chat.assistant.store.messages.last(chat.session_id))


async def fork_at(chat: "ChatScreen", message: Message | None) -> None:
    """Goes on from a message in a session that shares all up to it.

    Raises:
        MemchatError: A reply is under way, there is no message yet, or the session is incognito.
    """
    _check_kept(chat, "forked")
    if chat.turns.running:
        raise MemchatError("A reply is under way.", "Fork once it is there, or stop it with esc.")
    if message is None:
        raise MemchatError("There is no message to fork from yet.")
    before = await chat.assistant.session(chat.session_id)
    forked = await chat.assistant.sessions.fork(before.id, message.id)
    await chat.go_to(forked.id)
    chat.say(f"This goes on from “{_name(before)}”, which stays as it is. ctrl+s lists both.")


async def archive(chat: "ChatScreen", _: str) -> None:
    """Files the session away, or brings it back where it was."""
    _check_kept(chat, "archived")
    session = await chat.assistant.session(chat.session_id)
    if not session.message_count:
        raise MemchatError("There is nothing in this session yet.")
    if session.archived_at is None:
        await chat.assistant.sessions.archive(session.id)
        chat.say("Archived: out of lists, still recalled. The next message, /archive or /undo brings it back.")
    else:
        await chat.assistant.sessions.unarchive(session.id)
        chat.say("This session is in the list again.")


async def tag(chat: "ChatScreen", argument: str) -> None:
    """Gives the session tags, takes away those with a minus; tells them where there is nothing to do."""
    _check_kept(chat, "tagged")
    session = await chat.assistant.session(chat.session_id)
    words = argument.replace(",", " ").split()
    gone = {word.lstrip("-#").casefold() for word in words if word.startswith("-")}
    tags = [each for each in session.tags if each.casefold() not in gone]
    tags += [word for word in words if not word.startswith("-")]
    if words:
        session = await chat.assistant.sessions.retag(session.id, tags)
    told = " ".join(f"#{one_line(each, 60)}" for each in session.tags)
    chat.say(
        f"Tags: {told}" if told else "This session has no tags. /tag WORDS gives it some, /tag -WORD takes one away."
    )


def _check_kept(chat: "ChatScreen", done: str) -> None:
    """Lets nothing be done that only a session can have that is still there tomorrow."""
    if chat.session is not None and chat.session.incognito:
        raise MemchatError(
            f"This session is incognito: nothing of it is kept, so it cannot be {done}.", "Begin another with ctrl+n."
        )


def _name(session: Session) -> str:
    return one_line(session.title, 40) or "Untitled"
