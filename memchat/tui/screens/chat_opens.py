"""What the chat opens: other screens, panels, links, the editor."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textual.app import SuspendNotSupported

from memchat.core.context import RecalledItem
from memchat.core.erasure import ErasureKind
from memchat.core.errors import MemchatError
from memchat.tui.editor import edit_text

if TYPE_CHECKING:
    from memchat.tui.screens.browser import Went
    from memchat.tui.screens.chat_sessions import ChatSessions
    from memchat.tui.screens.chat_spaces import ChatSpaces
    from memchat.tui.widgets.message import MessageView

_SAFE_SCHEMES = ("http", "https", "mailto")


async def sessions(chat: "ChatSpaces") -> None:
    """Lets the user pick a session of any space, and goes there."""
    from memchat.tui.screens.sessions import SessionsScreen

    picked = await chat.app.push_screen_wait(SessionsScreen(chat.assistant))
    if picked is not None:
        await chat.enter_space(picked.space, picked.session_id)
    elif chat.session_id:
        await chat.check_session()


async def models(chat: "ChatSessions") -> None:
    """Lets the user pick a model."""
    from memchat.tui.screens.models import ModelsScreen

    status = await chat.app.push_screen_wait(ModelsScreen(chat.assistant))
    if status is not None:
        chat.show_model(status)


async def first_run(chat: "ChatSessions") -> None:
    """Offers the ways to a model, where there is none."""
    from memchat.tui.screens.first_run import FirstRunScreen

    await chat.app.push_screen_wait(FirstRunScreen(chat.assistant))
    chat.show_model(chat.assistant.model)


async def search(chat: "ChatSpaces", query: str) -> None:
    """Searches everything, and goes to what was picked, in its space."""
    from memchat.tui.screens.search import SearchScreen

    hit = await chat.app.push_screen_wait(SearchScreen(chat.assistant, query))
    if hit is not None:
        if hit.space and hit.item.source.session_id is not None:
            await chat.enter_space(hit.space, hit.item.source.session_id)
        await go_to_source(chat, hit.item)


async def recalled(chat: "ChatSessions", item: RecalledItem) -> None:
    """Tells what the newest answer rests on, beginning with an item that was recalled for it."""
    from memchat.tui.screens import chat_why

    await chat_why.recalled(chat, item)


async def why(chat: "ChatSessions", view: "MessageView | None" = None) -> None:
    """Tells what an answer rests on; without one the last."""
    from memchat.tui.screens import chat_why

    await chat_why.why(chat, view)


async def go_to_source(chat: "ChatSessions", item: RecalledItem) -> None:
    """Shows the message that an item came from."""
    source = item.source
    if source.session_id is None:
        chat.say("It was set by hand, outside a session.")
        return
    await chat.go_to(source.session_id)
    if source.message_id is not None:
        await message(chat, source.message_id)


async def message(chat: "ChatSessions", message_id: str) -> None:
    """Scrolls to a message of this session, mounting the pages before, or the one around it where it is far off."""
    if chat.transcript.find(message_id) is None:
        await chat.show_around(message_id)
    while (view := chat.transcript.find(message_id)) is None:
        if not await chat.load_earlier():
            raise MemchatError("That message is not in this session any more.")
    chat.drawer_open = False
    view.focus(scroll_visible=False)
    chat.transcript.go_to(view)


async def request(chat: "ChatSessions") -> None:
    """Shows what was sent; with something typed, the request that it would make."""
    from memchat.tui.screens import chat_why

    await chat_why.request(chat)


async def memory(chat: "ChatSessions", shelf: str = "active", *, at: str = "") -> None:
    """Lists what is remembered, `shelf` first, the cursor on a memory; goes where the user wants to go from there."""
    from memchat.tui.screens.browser import BrowserScreen

    went = await chat.app.push_screen_wait(BrowserScreen(chat.assistant, shelf, at=at))
    await _go(chat, went)


async def review(chat: "ChatSessions", *, edit: str = "") -> None:
    """Goes through what waits for the user's review; edits one of it at once where `edit` names it."""
    from memchat.tui.screens.review import ReviewScreen, waiting

    empty = "Nothing waits for you. What learning is not sure of, or what could mislead the assistant, comes here."
    screen = ReviewScreen(chat.assistant, "To review", lambda: waiting(chat.assistant), empty=empty, edit=edit)
    went = await chat.app.push_screen_wait(screen)
    await _go(chat, went)


async def learned(chat: "ChatSessions", ids: Sequence[str]) -> None:
    """Lists some memories that were learned together."""
    from memchat.tui.screens.review import ReviewScreen

    memories = chat.assistant.store.memories
    screen = ReviewScreen(chat.assistant, "Learned", lambda: memories.by_ids(list(ids)), empty="They are gone.")
    went = await chat.app.push_screen_wait(screen)
    await _go(chat, went)


async def learned_here(chat: "ChatSessions", view: "MessageView") -> None:
    """Lists what was learned from a message; of an answer, from what it answers."""
    from memchat.tui.screens.review import ReviewScreen

    views = chat.transcript.views
    before = views[: views.index(view) + 1] if view in views else [view]
    asked = next((each.message for each in reversed(before) if each.role == "user" and each.message), None)
    if asked is None:
        raise MemchatError("That message is not stored yet.", "Ask again once it is answered.")
    screen = ReviewScreen(
        chat.assistant,
        "Learned from this message",
        lambda: chat.assistant.memories.learned_from(asked.id),
        empty="Nothing was learned from this message. /remember keeps what you want kept, in your words.",
    )
    went = await chat.app.push_screen_wait(screen)
    await _go(chat, went)


async def _go(chat: "ChatSessions", went: "Went | None") -> None:
    """Goes where the user wants to go from a list of memories."""
    if went is not None:
        if went.erased:
            await chat.show_again()
        if went.session_id is not None:
            await chat.go_to(went.session_id)
        if went.message_id is not None:
            await message(chat, went.message_id)


async def edit_memory(chat: "ChatSessions", memory_id: str) -> None:
    """Lets the user put a memory in other words."""
    from memchat.tui.screens.text_edit import TextEditScreen

    found = await chat.assistant.store.memories.get(memory_id)
    before = found.value if found.field and found.value is not None else found.text
    after = await chat.app.push_screen_wait(TextEditScreen(f"Edit the {found.kind}", before))
    if after and after.strip() != before.strip():
        await chat.assistant.memories.edit(found.id, after.strip())


async def erase(chat: "ChatSessions", kind: ErasureKind, target: str) -> None:
    """Erases something for good once the user has seen what goes."""
    from memchat.tui.screens.erase import EraseScreen

    if await chat.app.push_screen_wait(EraseScreen(chat.assistant, kind, target)):
        await chat.show_again()


async def help_screen(chat: "ChatSessions") -> None:
    """Lists keys and commands."""
    from memchat.tui.screens.help import HelpScreen

    await chat.app.push_screen_wait(HelpScreen())


async def system_prompt(chat: "ChatSessions") -> None:
    """Lets the user edit what the session's model is told first."""
    from memchat.tui.screens.text_edit import TextEditScreen

    told = chat.assistant.personas.told(await chat.assistant.session(chat.session_id))
    text = await chat.app.push_screen_wait(TextEditScreen("This session's system prompt", told))
    if text and text.strip() != told.strip():
        await chat.assistant.personas.tell(chat.session_id, text)


async def link(chat: "ChatSessions", href: str) -> None:
    """Opens a link in the browser once the user said so."""
    from memchat.tui.screens.confirm import ConfirmScreen

    if urlsplit(href).scheme not in _SAFE_SCHEMES:
        chat.say(f"Not opened: {href[:200]}. Only web and mail addresses are.", problem=True)
    elif await chat.app.push_screen_wait(ConfirmScreen("Open this address in the browser?", href)):
        chat.app.open_url(href)


async def editor(chat: "ChatSessions") -> None:
    """Hands the message being written to the user's editor."""
    before = chat.prompt.value
    try:
        with chat.app.suspend(), chat.app.batch_update():
            after = await edit_text(before, os.environ)
    except SuspendNotSupported:
        raise MemchatError(
            "An editor cannot be opened from here.", "Write in the input; ctrl+j begins a line."
        ) from None
    finally:
        chat.app.refresh(layout=True)
    chat.prompt.set_value(after.rstrip("\n"))
