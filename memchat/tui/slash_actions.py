"""What the slash commands do; each takes the chat and what follows the command's name."""

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from memchat.core.errors import MemchatError
from memchat.core.settings import LearningMode
from memchat.tui import changes
from memchat.tui.screens import chat_opens as opens
from memchat.tui.text import counted

if TYPE_CHECKING:
    from memchat.tui.screens.chat import ChatScreen

LEARNING_MODES: Mapping[LearningMode, str] = {
    "auto": "What you tell is learned by itself; a line under the answer says what.",
    "review": "What you tell waits for your review before it is used; f6 lists it.",
    "off": "Nothing is learned from what you say; what you ask to be remembered is.",
}


async def show_help(chat: "ChatScreen", _: str) -> None:
    chat.action_help()


async def new(chat: "ChatScreen", _: str) -> None:
    await chat.begin_session()


async def incognito(chat: "ChatScreen", _: str) -> None:
    await chat.begin_session(incognito=True)


async def sessions(chat: "ChatScreen", _: str) -> None:
    chat.action_sessions()


async def space(chat: "ChatScreen", argument: str) -> None:
    if not argument:
        chat.action_sessions()
        return
    known = await asyncio.to_thread(chat.assistant.paths.spaces)
    await chat.enter_space(argument)
    if argument not in known:
        chat.say(f"The space {argument} is new: its sessions, memory and profile are its own.")


async def resume(chat: "ChatScreen", argument: str) -> None:
    if argument:
        await chat.go_to(argument)
        return
    known = await chat.assistant.store.sessions.list(limit=2)
    last = next((session for session in known if session.id != chat.session_id), None)
    if last is None:
        raise MemchatError("There is no other session yet.")
    await chat.go_to(last.id)


async def model(chat: "ChatScreen", argument: str) -> None:
    if not argument:
        chat.action_model()
        return
    endpoint, slash, name = argument.partition("/")
    choices = await chat.assistant.model_choices()
    found = [choice for choice in choices if choice.name == argument]
    if not found and slash:
        found = [choice for choice in choices if (choice.endpoint, choice.name) == (endpoint, name)]
    target = (found[0].endpoint, found[0].name) if found else (chat.assistant.model.endpoint, argument)
    chat.show_model(await chat.assistant.use_model(*target))
    chat.say(f"{target[1]} answers from now on.")


async def persona(chat: "ChatScreen", argument: str) -> None:
    known = chat.assistant.personas
    if not argument:
        names = await asyncio.to_thread(known.names)
        used = (await chat.assistant.session(chat.session_id)).persona or "none"
        there = f"/persona NAME changes it: {', '.join(names)}." if names else f"A persona is a file in {known.folder}."
        chat.say(f"This session's persona: {used}. {there}")
    elif argument in {"none", "default"}:
        await known.use(chat.session_id, None)
        chat.say("This session answers as usual from now on.")
    else:
        session = await known.use(chat.session_id, argument)
        chat.say(f"{session.persona} answers in this session from now on.")


async def system(chat: "ChatScreen", argument: str) -> None:
    personas = chat.assistant.personas
    if argument == "default":
        await personas.tell(chat.session_id, "")
        chat.say("This session has no system prompt of its own any more.")
    elif argument:
        await personas.tell(chat.session_id, argument)
        chat.say("This session has a system prompt of its own now. /system default takes it away.")
    else:
        await opens.system_prompt(chat)


async def erase(chat: "ChatScreen", argument: str) -> None:
    if argument == "session":
        await opens.erase(chat, "session", chat.session_id)
    elif argument == "all":
        await opens.erase(chat, "space", chat.space)
    elif argument in chat.assistant.settings.profile.fields:
        await opens.erase(chat, "profile", argument)
    elif argument:
        found = await chat.assistant.store.memories.get(argument)
        await opens.erase(chat, "memory", found.id)
    else:
        chat.action_memory()


async def consolidate(chat: "ChatScreen", _: str) -> None:
    if not await chat.model_ready():
        raise MemchatError("Consolidation asks a model, and none is set up.", "ctrl+o picks one.")
    chat.happenings.consolidating = True
    await chat.assistant.memories.consolidate()
    chat.say("Consolidating while nothing else goes on; a line in the chat says what came of it.")


async def undo(chat: "ChatScreen", _: str) -> None:
    chat.say(await changes.undo(chat.assistant.memories))


async def redo(chat: "ChatScreen", _: str) -> None:
    chat.say(await changes.redo(chat.assistant.memories))


async def learning(chat: "ChatScreen", argument: str) -> None:
    match argument:
        case "auto" | "review" | "off":
            await chat.assistant.learn_as(argument)
            chat.show_place()
            chat.say(LEARNING_MODES[argument])
        case "":
            present = LEARNING_MODES[chat.assistant.settings.learning.mode]
            unable = f" {chat.learning.unable}" if chat.learning and chat.learning.unable else ""
            chat.say(f"{present}{unable} /learning auto, review or off changes it.")
        case _:
            raise MemchatError(f"Learning cannot be {argument!r}.", "It is auto, review or off.")


async def remember(chat: "ChatScreen", argument: str) -> None:
    await chat.assistant.memories.remember(argument, chat.session_id)


async def forget(chat: "ChatScreen", argument: str) -> None:
    if not argument:
        chat.action_memory()
        return
    gone = await chat.assistant.memories.forget(argument)
    chat.say(f"Forgotten: {changes.named([gone.text])} /undo brings it back.")


async def memory(chat: "ChatScreen", argument: str) -> None:
    if argument in {"me", "about", "about me"}:
        await chat.turns.send("What do you remember about me?")
    else:
        chat.action_memory()


async def profile(chat: "ChatScreen", argument: str) -> None:
    field, _, value = argument.partition(" ")
    if not field:
        chat.action_panel("profile")
    elif value.strip():
        await chat.assistant.memories.set_profile(field, value.strip(), session_id=chat.session_id)
    else:
        values = "; ".join(item.value for item in chat.profile if item.field == field)
        chat.say(f"{field}: {values}" if values else f"{field} has no value. /profile {field} VALUE")


async def search(chat: "ChatScreen", argument: str) -> None:
    chat.search(argument)


async def context(chat: "ChatScreen", _: str) -> None:
    chat.action_request()


async def why(chat: "ChatScreen", _: str) -> None:
    await opens.why(chat)


async def summary(chat: "ChatScreen", argument: str) -> None:
    match argument:
        case "":
            chat.action_panel("summary")
        case "fold":
            await chat.fold_now()
        case "unfold":
            await chat.unfold()
        case _:
            raise MemchatError(f"The summary cannot be told {argument!r}.", "/summary fold, or /summary unfold.")


async def review(chat: "ChatScreen", _: str) -> None:
    chat.action_review()


async def tour(chat: "ChatScreen", _: str) -> None:
    await chat.tour_again()


async def export(chat: "ChatScreen", argument: str) -> None:
    from memchat.assistant.transcript import as_markdown
    from memchat.tui import export as exporting

    what, _, file = argument.partition(" ")
    if what == "memory":
        await _export_memory(chat, file.strip() or "memory.md")
        return
    found = await chat.assistant.transcript(chat.session_id)
    session = found.session
    if session.incognito and not argument:
        raise MemchatError("This session is incognito and leaves nothing behind.", "/export FILE writes it anyway.")
    text = as_markdown(found, assistant_name=chat.assistant.settings.persona.name)
    written = await asyncio.to_thread(exporting.write, Path(argument or exporting.file_name(session)), text)
    chat.say(f"Written to {written}")


async def _export_memory(chat: "ChatScreen", file: str) -> None:
    from memchat.tui import export as exporting

    kept = file.endswith((".jsonl", ".json"))
    text = await chat.assistant.transfer.export_memory("jsonl" if kept else "markdown")
    written = await asyncio.to_thread(exporting.write, Path(file), text)
    beside = "" if kept else " /export memory FILE.jsonl writes one that can be imported."
    chat.say(f"Written to {written}.{beside}")


async def import_memory(chat: "ChatScreen", argument: str) -> None:
    from memchat.tui.screens.importing import ImportScreen

    chat.assistant.memories.check_keeps(chat.session_id)
    done = await chat.app.push_screen_wait(ImportScreen(chat.assistant, Path(argument)))
    if done is None:
        return
    if not done.memories:
        chat.say("There was nothing new in it.")
        return
    waiting = sum(memory.status == "pending" for memory in done.memories)
    more = f", {waiting} of them to review (f6)" if waiting else ""
    chat.say(f"Taken in: {counted(len(done.memories), 'memory', 'memories')}{more}. /undo takes it back.")


async def copy(chat: "ChatScreen", argument: str) -> None:
    if argument == "all":
        names = {"user": "You", "assistant": chat.assistant.settings.persona.name}
        found = await chat.assistant.transcript(chat.session_id)
        text = "\n\n".join(f"{names[message.role]}: {message.text}" for message in found.messages)
    else:
        text = next((view.text for view in reversed(chat.transcript.views) if view.role == "assistant"), "")
    if not text:
        raise MemchatError("There is nothing to copy yet.")
    chat.app.copy_to_clipboard(text)


async def retry(chat: "ChatScreen", _: str) -> None:
    await chat.answer_again()


async def edit(chat: "ChatScreen", _: str) -> None:
    if chat.transcript.later:
        await chat.show_newest()
    last = next((view for view in reversed(chat.transcript.views) if view.role == "user"), None)
    if last is None:
        raise MemchatError("There is no message to edit yet.")
    chat.edit(last)


async def theme(chat: "ChatScreen", argument: str) -> None:
    if not argument:
        chat.app.search_themes()
    elif argument in chat.app.available_themes:
        chat.app.theme = argument
    else:
        raise MemchatError(f"There is no theme {argument}.", "/theme lists them.")


async def leave(chat: "ChatScreen", _: str) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await chat.app.action_quit()
