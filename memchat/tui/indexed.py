"""How the making of vectors shows in the chat: a fact in the top line, a note at its beginning and end, `/index`."""

from typing import TYPE_CHECKING, Literal

from memchat.core.events import IndexChanged
from memchat.tui.text import one_line

if TYPE_CHECKING:
    from memchat.store.making import MakingState
    from memchat.tui.screens.chat import ChatScreen

_WORTH_A_NOTE = 200
"""So many items are done before anyone has read a note about them."""


def fact(event: IndexChanged | None) -> tuple[str, str]:
    """What the top line says of it, and in which style; empty when nothing is under way."""
    if event is None or not event.left:
        return "", ""
    if event.stopped:
        return f"○ index stopped at {event.percent} %", "$dim"
    if event.problem:
        return f"● index waits at {event.percent} %", "$warning"
    return f"● index {event.percent} %", "$success"


def noted(before: IndexChanged | None, event: IndexChanged) -> tuple[str, Literal["", "learned", "problem"]] | None:
    """A quiet line about a change, and its kind; none where it is worth none."""
    if event.problem:
        known = before is not None and before.problem == event.problem
        return None if known else (f"The index waits, and is tried again. {event.problem}", "problem")
    if event.items < _WORTH_A_NOTE or event.elsewhere:
        return None
    if not event.left:
        return (f"⟲ index: all {event.items:,} items are found by meaning anew", "learned")
    if before is None or not before.left:
        meanwhile = "search goes on meanwhile · /index stop" if not event.stopped else "it is stopped · /index resume"
        by = "" if event.anew else f" with {one_line(event.embedder, 60)}"
        return (f"⟲ index: {event.items:,} items are embedded anew{by}; {meanwhile}", "")
    return None


async def index(chat: "ChatScreen", argument: str) -> None:
    """Tells how the index stands, stops it, lets it go on, or begins it anew."""
    indexing = chat.assistant.indexing
    match argument:
        case "":
            chat.say(sentence(await indexing.state()))
        case "stop":
            chat.say(sentence(await indexing.stop()))
        case "resume":
            chat.say(sentence(await indexing.resume()))
        case "rebuild":
            chat.say(sentence(await indexing.rebuild()))
        case _:
            chat.say("It is /index, /index stop, /index resume or /index rebuild.", problem=True)


def sentence(state: "MakingState") -> str:
    """How it stands."""
    if not state.under_way:
        by = f", with {state.current}" if state.current else ""
        return f"{state.embedded:,} of {state.items:,} items are found by meaning{by}."
    made = f"{state.items - state.left:,} of {state.items:,} items are embedded anew"
    made += f" with {state.coming}; until all are, {state.current} is searched" if state.coming else ""
    return f"{made}. It is stopped: /index resume." if state.stopped else f"{made}. /index stop lets it wait."
