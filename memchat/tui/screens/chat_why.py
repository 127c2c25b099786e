"""What the chat opens to explain itself: why an answer is as it is, and the exact request."""

from typing import TYPE_CHECKING

from memchat.core.context import RecalledItem
from memchat.core.errors import MemchatError
from memchat.tui.screens import chat_opens as opens

if TYPE_CHECKING:
    from memchat.tui.screens.chat_sessions import ChatSessions
    from memchat.tui.widgets.message import MessageView


async def why(chat: "ChatSessions", view: "MessageView | None" = None) -> None:
    """Tells what an answer rests on; without one the last."""
    views = [each for each in chat.transcript.views if each.message is not None]
    chosen = view if view is not None else views[-1] if views else None
    if chosen is None or chosen.message is None:
        raise MemchatError("There is no answer to explain yet.")
    await why_of(chat, chosen.message.id)


async def recalled(chat: "ChatSessions", item: RecalledItem) -> None:
    """Tells what the newest answer rests on, beginning with an item that was recalled for it."""
    last = await chat.assistant.explaining.last_message(chat.session_id)
    if last is None:
        raise MemchatError("There is no answer to explain yet.")
    await why_of(chat, last.id, at=item.id)


async def why_of(chat: "ChatSessions", message_id: str, *, at: str = "") -> None:
    """Tells what an answer rests on, and goes where the user wants to go from there."""
    from memchat.tui.screens.why import WhyScreen

    last = await chat.assistant.explaining.last_message(chat.session_id)
    newest = last is not None and message_id in (last.id, last.parent_id)
    again = newest and not chat.turns.running
    screen = WhyScreen(chat.assistant, message_id, chat.session_id, at=at, again=again)
    went = await chat.app.push_screen_wait(screen)
    if went.erased:
        await chat.show_again()
    reason = went.reason
    match went.to:
        case "request":
            await request(chat, message_id)
        case "source" if reason is not None and reason.session_id is not None:
            await chat.go_to(reason.session_id)
            if reason.message_id is not None:
                await opens.message(chat, reason.message_id)
        case "browse" if reason is not None:
            await opens.memory(chat, at=reason.memory_id)
        case "without" if reason is not None:
            if chat.transcript.later:
                await chat.show_newest()
            chat.prompt.focus()  # the message that had it goes
            await chat.turns.retry(without=[reason.memory_id or reason.ref])
        case _:
            pass


async def request(chat: "ChatSessions", message_id: str = "") -> None:
    """Shows the requests of the session, the newest first; with something typed, the one that it would make.

    Args:
        chat: Where.
        message_id: The message whose request is shown first; empty for the newest.
    """
    from memchat.tui.screens.request import RequestScreen

    explaining, typed = chat.assistant.explaining, chat.prompt.value
    requests = await explaining.sent(chat.session_id) if chat.session_id else []
    at = 0
    if message_id:
        mine = await explaining.sent_for(message_id, chat.session_id)
        at = next((place for place, each in enumerate(requests) if mine and each.body == mine[0].body), 0)
    elif typed.strip() or not requests:
        requests = [await explaining.unsent(chat.session_id or None, typed), *requests]
    asked = await chat.app.push_screen_wait(RequestScreen(requests, at))
    if asked:
        await why_of(chat, asked)
